use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::cli::args::{CheckArgs, Format, Global};
use crate::cli::baseline::{Baseline, Held};
use crate::cli::batch::{self, Nothing, Outcome, Purpose};
use crate::cli::exit::{Exit, Problem};
use crate::cli::finding::Count;
use crate::cli::project::Setting;
use crate::cli::render::{self, counted};
use crate::cli::source::{self, SourceFile};
use crate::cli::{command, fix, format, output, statistics, watch};
use crate::config::Context;
use crate::diag::Diagnostic;
use crate::hir::{Names, Signature, scan};
use crate::lint::check_item;
use crate::project::Project;
use crate::syntax::{parse_item, split};

/// How often fixes are tried again on what earlier ones left.
const ROUNDS: usize = 10;

pub(in crate::cli) fn run(global: &Global, args: &CheckArgs) -> Result<Exit, Problem> {
    if args.statistics && !matches!(args.format, Format::Human | Format::Json) {
        return Err(Problem::usage("`--statistics` goes with `--format human` or `--format json`"));
    }
    if !args.watch {
        return once(global, args);
    }
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Problem::usage("standard input cannot be watched"));
    }
    let setting = Setting::load(global, &args.paths)?;
    let schema = setting.config.schema.file.as_ref().map(|file| setting.root.join(file));
    let samples = crate::eval::samples::names(&setting.config.samples.files);
    watch::run(&setting.root, schema, samples, || once(global, args))
}

fn once(global: &Global, args: &CheckArgs) -> Result<Exit, Problem> {
    let setting = Setting::load(global, &args.paths)?;
    let files = source::find(&setting, &args.paths);
    let purpose = if args.format == Format::Json { Purpose::Explanations } else { Purpose::Findings };
    let mut outcome = batch::run(&setting, files, purpose, &mut Nothing)?;
    if !args.fix && !args.unsafe_fixes && !args.diff {
        if let Some(path) = &args.baseline {
            baseline(path, args, &mut outcome)?;
        }
        print(&outcome, args, global)?;
        return Ok(command::verdict(&outcome.findings, args.deny));
    }
    let changes = changes(&setting, &outcome, args.unsafe_fixes)?;
    if args.diff {
        let diffs: String = changes.iter().map(|(file, old, new)| output::diff(&file.name, old, new)).collect();
        output::say(&diffs)?;
        let differs = if changes.is_empty() { Exit::Clean } else { Exit::Findings };
        let verdict = command::verdict(&outcome.findings, args.deny).max(differs);
        // What the diff does not show would go unseen.
        outcome.findings.retain(|finding| fix::best(&finding.diagnostic, args.unsafe_fixes).is_none());
        format::print_aside(&outcome, args.format, global.color)?;
        return Ok(verdict);
    }
    let mut stdin = outcome.stdin.take();
    let mut fixed = 0;
    for (file, _, new) in changes {
        match &file.path {
            Some(path) => {
                output::replace(path, new.as_bytes())?;
                fixed += 1;
            }
            None => stdin = Some(new),
        }
    }
    if fixed > 0 {
        output::note(format!("fixed {}", counted(fixed, "file", "files")));
    }
    // Standard input is passed on, fixed or not, since whoever reads it waits for the whole text.
    let passed_on = stdin.clone();
    let files = source::Files { stdin, ..source::find(&setting, &args.paths) };
    outcome = batch::run(&setting, files, purpose, &mut Nothing)?;
    match passed_on {
        Some(text) => {
            output::say(&text)?;
            format::print_aside(&outcome, args.format, global.color)?;
        }
        None => print(&outcome, args, global)?,
    }
    Ok(command::verdict(&outcome.findings, args.deny))
}

/// Shows the findings, or counts them.
fn print(outcome: &Outcome, args: &CheckArgs, global: &Global) -> Result<(), Problem> {
    if !args.statistics {
        return format::print(outcome, args.format, global.color);
    }
    if args.format == Format::Json {
        return output::say(&statistics::json(&outcome.findings).map_err(Problem::input)?);
    }
    output::say(&statistics::table(&outcome.findings))?;
    render::sum(&outcome.findings, &mut io::stderr().lock())?;
    Ok(())
}

/// Holds known findings back, and keeps the file of them.
fn baseline(path: &Path, args: &CheckArgs, outcome: &mut Outcome) -> Result<(), Problem> {
    let shown = path.display();
    // What a rule with an error would be warned of is not known.
    let with_errors = Count::of(&outcome.findings).errors > 0;
    if with_errors && (args.update_baseline || args.write_baseline) {
        output::note(format!("`{shown}` stays as it is while there are errors"));
    } else if args.write_baseline {
        if !args.paths.is_empty() {
            return Err(Problem::usage("a baseline is written of the whole project: give no paths"));
        }
        let fresh = Baseline::of(path, outcome);
        let added = match path.exists() {
            true => fresh.added_to(&Baseline::read(path)?),
            false => fresh.len(),
        };
        fresh.write()?;
        output::note(format!("`{shown}` lists {}, {added} of them new", counted(fresh.len(), "finding", "findings")));
    }
    if with_errors && args.write_baseline && !path.exists() {
        return Ok(());
    }
    let mut baseline = Baseline::read(path)?;
    let looked_at: BTreeSet<Arc<str>> = outcome.files.iter().map(|file| Arc::clone(&file.name)).collect();
    let Held { held, gone } = baseline.hold(outcome, |file| args.paths.is_empty() || looked_at.contains(file));
    if held > 0 {
        output::note(format!("{} of `{shown}` held back", counted(held, "finding", "findings")));
    }
    if gone.is_empty() || with_errors {
        return Ok(());
    }
    for (key, count) in &gone {
        let times = if *count > 1 { format!(", {count} times") } else { String::new() };
        let item = if key.item.is_empty() { String::new() } else { format!(" in `{}`", key.item) };
        let text = if key.text.is_empty() { String::new() } else { format!(": `{}`", key.text) };
        output::note(format!("no longer there: {} {}{item}{text}{times}", key.file, key.code));
    }
    let sum = counted(gone.iter().map(|(_, count)| count).sum(), "finding", "findings");
    if args.update_baseline {
        baseline.shrink(&gone);
        baseline.write()?;
        output::note(format!("took {sum} out of `{shown}`"));
    } else {
        output::note(format!("`{shown}` lists {sum} too many: take them out with `--update-baseline`"));
    }
    Ok(())
}

/// A file, its text, and its text with fixes applied.
type Change = (SourceFile, String, String);

/// What fixes make of each file. Fixes may uncover more to fix, so that each file is checked again until it settles.
fn changes(setting: &Setting, outcome: &Outcome, also_unsafe: bool) -> Result<Vec<Change>, Problem> {
    let mut found: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for finding in &outcome.findings {
        if fix::best(&finding.diagnostic, also_unsafe).is_some() {
            found.entry(&finding.file).or_default().push(&finding.diagnostic);
        }
    }
    let mut changes = Vec::new();
    for file in &outcome.files {
        let Some(first) = found.get(&*file.name) else { continue };
        let old = match (&file.path, &outcome.stdin) {
            (None, Some(text)) => text.clone(),
            _ => file.read().map_err(|finding| Problem::input(&finding.diagnostic.message))?,
        };
        let Some(mut new) = fix::apply(&old, first.iter().copied(), also_unsafe) else { continue };
        for _ in 1..ROUNDS {
            let again = recheck(setting, file, &new);
            match fix::apply(&new, again.iter(), also_unsafe) {
                Some(better) => new = better,
                None => break,
            }
        }
        changes.push((file.clone(), old, new));
    }
    Ok(changes)
}

/// Everything to say of one file with a new text, its imports as they are.
fn recheck(setting: &Setting, file: &SourceFile, text: &str) -> Vec<Diagnostic> {
    let context = setting.context();
    let signatures = |text: &str| -> Vec<(u32, Signature)> {
        split(text).iter().map(|range| (range.start, scan(range.of(text)))).collect()
    };
    let mut project = Project::default();
    let own = project.add_file(&file.name, signatures(text));
    for name in imports(setting, file, text) {
        if let Ok(text) = name.read() {
            project.add_file(&name.name, signatures(&text));
        }
    }
    let linked = project.resolve(&context);
    let empty = Names::default();
    let names = linked.names(own).unwrap_or(&empty);
    check_text(text, names, &context)
}

/// The files that a text imports, as far as they are there.
fn imports(setting: &Setting, file: &SourceFile, text: &str) -> Vec<SourceFile> {
    let mut found: Vec<SourceFile> = Vec::new();
    let mut waiting = vec![(Arc::clone(&file.name), text.to_owned())];
    while let Some((name, text)) = waiting.pop() {
        for range in split(&text) {
            for import in scan(range.of(&text)).imports {
                let Ok(target) = crate::project::resolve_import(&name, &import.value) else { continue };
                if target == *file.name || found.iter().any(|file| *file.name == *target) {
                    continue;
                }
                if let Some(imported) = source::imported(&setting.root, &target) {
                    if let Ok(text) = imported.read() {
                        waiting.push((Arc::clone(&imported.name), text));
                    }
                    found.push(imported);
                }
            }
        }
    }
    found
}

fn check_text(text: &str, names: &Names, context: &Context<'_>) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for range in split(text) {
        let source = range.of(text);
        let checked = check_item(source, &parse_item(source), names, context);
        all.extend(checked.diagnostics.into_iter().map(|diagnostic| diagnostic.shifted(range.start)));
    }
    all
}

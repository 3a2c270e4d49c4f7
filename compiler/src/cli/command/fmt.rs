use crate::cli::args::{FmtArgs, Format, Global};
use crate::cli::batch::Outcome;
use crate::cli::exit::{Exit, Problem};
use crate::cli::finding::Finding;
use crate::cli::project::Setting;
use crate::cli::source::SourceFile;
use crate::cli::{command, format, output, source};
use crate::fmt;
use crate::syntax::{parse_item, split};

pub(in crate::cli) fn run(global: &Global, args: &FmtArgs) -> Result<Exit, Problem> {
    let setting = Setting::load(global, &args.paths)?;
    let found = source::find(&setting, &args.paths);
    let mut outcome = Outcome { findings: found.findings, files: found.files, ..Outcome::default() };
    let mut changed = 0;
    for file in &outcome.files {
        let text = match file.read() {
            Ok(text) => text,
            Err(finding) => {
                outcome.findings.push(*finding);
                continue;
            }
        };
        // What cannot be parsed stays as it is: a layout of it could hide where it is broken.
        let broken = syntax_errors(file, &text);
        if !broken.is_empty() {
            outcome.findings.extend(broken);
            if file.path.is_none() {
                outcome.stdin = Some(text);
            }
            continue;
        }
        let new = fmt::format(&text);
        changed += usize::from(new != text);
        match &file.path {
            _ if args.diff => output::say(&output::diff(&file.name, &text, &new))?,
            _ if args.check && new != text => output::say(&format!("{}\n", file.name))?,
            _ if args.check => {}
            Some(path) if new != text => output::replace(path, new.as_bytes())?,
            Some(_) => {}
            None => output::say(&new)?,
        }
    }
    outcome.findings.sort_by_cached_key(Finding::key);
    format::print_aside(&outcome, Format::Human, global.color)?;
    let verdict = command::verdict(&outcome.findings, None);
    let only_looking = args.check || args.diff;
    if changed > 0 && (only_looking || outcome.files.iter().any(|file| file.path.is_some())) {
        let what = if only_looking { "would change" } else { "changed" };
        output::note(format!("{changed} of {} files {what}", outcome.files.len()));
    }
    Ok(if only_looking && changed > 0 { verdict.max(Exit::Findings) } else { verdict })
}

fn syntax_errors(file: &SourceFile, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for range in split(text) {
        let diagnostics = parse_item(range.of(text)).diagnostics.into_iter();
        found.extend(diagnostics.map(|diagnostic| Finding::at(&file.name, diagnostic.shifted(range.start))));
    }
    found
}

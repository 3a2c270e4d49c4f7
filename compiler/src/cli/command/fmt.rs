use rayon::prelude::*;

use crate::cli::args::{FmtArgs, Format, Global};
use crate::cli::batch::{self, Outcome};
use crate::cli::exit::{Exit, Problem};
use crate::cli::finding::Finding;
use crate::cli::project::Setting;
use crate::cli::source::SourceFile;
use crate::cli::{command, format, output, source};
use crate::fmt;
use crate::syntax::{parse_item, split};

/// How many files a thread may hold, so that what waits to be said or written is little.
const FILES_A_THREAD: usize = 8;

/// What became of a file.
enum LaidOut {
    /// It cannot be read or parsed, and stays as it is; its text, where it could be read.
    Broken(Vec<Finding>, Option<String>),
    Text {
        old: String,
        new: String,
    },
}

pub(in crate::cli) fn run(global: &Global, args: &FmtArgs) -> Result<Exit, Problem> {
    let setting = Setting::load(global, &args.paths)?;
    let found = source::find(&setting, &args.paths);
    let mut outcome = Outcome { findings: found.findings, files: found.files, ..Outcome::default() };
    let mut changed = 0;
    let pool = batch::pool(&setting)?;
    for files in outcome.files.chunks(setting.jobs.saturating_mul(FILES_A_THREAD)) {
        let laid_out: Vec<LaidOut> = pool.install(|| files.par_iter().map(lay_out).collect());
        for (file, laid_out) in files.iter().zip(laid_out) {
            let (old, new) = match laid_out {
                LaidOut::Text { old, new } => (old, new),
                LaidOut::Broken(findings, text) => {
                    outcome.findings.extend(findings);
                    if file.path.is_none() {
                        outcome.stdin = text;
                    }
                    continue;
                }
            };
            changed += usize::from(new != old);
            match &file.path {
                _ if args.diff => output::say(&output::diff(&file.name, &old, &new))?,
                _ if args.check && new != old => output::say(&format!("{}\n", file.name))?,
                _ if args.check => {}
                Some(path) if new != old => output::replace(path, new.as_bytes())?,
                Some(_) => {}
                None => output::say(&new)?,
            }
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

fn lay_out(file: &SourceFile) -> LaidOut {
    let text = match file.read() {
        Ok(text) => text,
        Err(finding) => return LaidOut::Broken(vec![*finding], None),
    };
    // What cannot be parsed stays as it is: a layout of it could hide where it is broken.
    let broken = syntax_errors(file, &text);
    if !broken.is_empty() {
        return LaidOut::Broken(broken, Some(text));
    }
    LaidOut::Text { new: fmt::format(&text), old: text }
}

fn syntax_errors(file: &SourceFile, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for range in split(text) {
        let diagnostics = parse_item(range.of(text)).diagnostics.into_iter();
        found.extend(diagnostics.map(|diagnostic| Finding::at(&file.name, diagnostic.shifted(range.start))));
    }
    found
}

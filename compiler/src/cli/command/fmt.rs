use crate::cli::args::{FmtArgs, Global};
use crate::cli::exit::{Exit, Problem};
use crate::cli::project::Setting;
use crate::cli::{output, source};
use crate::fmt::format;

pub(in crate::cli) fn run(global: &Global, args: &FmtArgs) -> Result<Exit, Problem> {
    let setting = Setting::load(global, &args.paths)?;
    let files = source::find(&setting, &args.paths);
    let mut exit = Exit::Clean;
    for finding in &files.findings {
        output::note(format!("error: {}", finding.diagnostic.message));
        exit = Exit::Input;
    }
    let mut changed = 0;
    for file in &files.files {
        let text = match file.read() {
            Ok(text) => text,
            Err(finding) => {
                output::note(format!("error: {}: {}", file.name, finding.diagnostic.message));
                exit = exit.max(Exit::Input);
                continue;
            }
        };
        let new = format(&text);
        let same = new == text;
        if args.diff && !same {
            let diff = similar::TextDiff::from_lines(text.as_str(), new.as_str());
            output::say(&diff.unified_diff().header(&file.name, &file.name).to_string())?;
        }
        if args.check || args.diff {
            if !same {
                changed += 1;
                if !args.diff {
                    output::say(&format!("{}\n", file.name))?;
                }
            }
        } else if let Some(path) = &file.path {
            if !same {
                output::replace(path, new.as_bytes())?;
                changed += 1;
            }
        } else {
            output::say(&new)?;
        }
    }
    if args.check || args.diff {
        if changed > 0 {
            output::note(format!("{changed} of {} files would change", files.files.len()));
            exit = exit.max(Exit::Findings);
        }
    } else if changed > 0 {
        output::note(format!("{changed} of {} files changed", files.files.len()));
    }
    Ok(exit)
}

//! `quell suggest`: a rule from events.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::args::{Global, SuggestArgs};
use crate::cli::exit::{Exit, Problem};
use crate::cli::known;
use crate::cli::project::Setting;
use crate::cli::{events, output};
use crate::eval::Attack;
use crate::suggest::{MOST, Options, Recorded, Refusal, suggest};

pub(in crate::cli) fn run(global: &Global, args: &SuggestArgs) -> Result<Exit, Problem> {
    let target = args.output.as_deref().filter(|path| path.as_os_str() != "-");
    let folder =
        target.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let setting = Setting::load(global, &[folder.to_path_buf()])?;
    if let Some(path) = target.filter(|path| path.exists() && !args.force) {
        return Err(Problem::input(format!(
            "`{}` is there already, and nothing is written; `--force` replaces it",
            path.display()
        )));
    }
    let noise = read(&args.events)?;
    let mut attacks = known::load(&setting)?;
    attacks.extend(read(&args.must_fire)?);
    let folder = fs::canonicalize(folder)?;
    let files = |events: &[Attack]| -> Vec<Option<String>> {
        events.iter().map(|event| reference(Path::new(&event.file), &folder, &setting.root)).collect()
    };
    if let Some(found) = setting.sample_findings().first() {
        return Err(Problem::input(format!("{}: {}", found.file, found.diagnostic.message)));
    }
    let (noise_files, attack_files) = (files(&noise), files(&attacks));
    let options = Options { name: args.name.as_deref(), owner: args.owner.as_deref(), reason: args.reason.as_deref() };
    let suggestion =
        suggest(&recorded(&noise, &noise_files), &recorded(&attacks, &attack_files), &options, &setting.context());
    let suggestion = match suggestion {
        Ok(suggestion) => suggestion,
        Err(refusal) => {
            output::note(format!("error: {}", told(&refusal, &noise, &attacks)));
            return Ok(Exit::Findings);
        }
    };
    match target {
        Some(path) if args.force => output::replace(path, suggestion.text.as_bytes())?,
        Some(path) => {
            if !output::create(path, suggestion.text.as_bytes())? {
                return Err(Problem::input(format!("`{}` is there by now, and nothing is written", path.display())));
            }
        }
        None => output::say(&suggestion.text)?,
    }
    let branches = match suggestion.branches {
        1 => String::new(),
        count => format!(" in {count} branches"),
    };
    output::note(format!(
        "`{}` silences {} of {} events{branches} and none of {} that must fire; specific, {} bits",
        suggestion.name,
        noise.len(),
        noise.len(),
        attacks.len(),
        suggestion.bits
    ));
    Ok(Exit::Clean)
}

/// Every event of some files; a line that is none ends the run, since a rule must not be made from half of a file.
fn read(paths: &[PathBuf]) -> Result<Vec<Attack>, Problem> {
    let mut found = Vec::new();
    for path in paths {
        for (number, value) in events::load(path, MOST)? {
            found.push(Attack { file: path.display().to_string(), number, value });
        }
        if found.len() > MOST {
            return Err(Problem::input(format!(
                "these are more than {MOST} events: a part of them makes the same rule"
            )));
        }
    }
    Ok(found)
}

fn recorded<'e>(events: &'e [Attack], files: &'e [Option<String>]) -> Vec<Recorded<'e>> {
    events.iter().zip(files).map(|(event, file)| Recorded { value: &event.value, file: file.as_deref() }).collect()
}

/// How a test in `folder` names a file of the project; nothing for one outside, and for a stream.
fn reference(path: &Path, folder: &Path, root: &Path) -> Option<String> {
    let path = fs::canonicalize(path).ok().filter(|path| path.is_file() && path.starts_with(root))?;
    let up = folder.ancestors().position(|above| path.starts_with(above) && above.starts_with(root))?;
    let rest = path.strip_prefix(folder.ancestors().nth(up)?).ok()?;
    let mut parts: Vec<&str> = vec![".."; up];
    for part in rest.components() {
        parts.push(part.as_os_str().to_str()?);
    }
    Some(parts.join("/"))
}

fn told(refusal: &Refusal, noise: &[Attack], attacks: &[Attack]) -> String {
    let place = |events: &[Attack], at: usize| events.get(at).map(Attack::place).unwrap_or_default();
    match refusal {
        Refusal::NoEvent => "there is no event to make a rule from".to_owned(),
        Refusal::Alike { event, must_fire } => format!(
            "no rule can silence `{}` and let `{}` fire: no attribute that lasts tells the two apart",
            place(noise, *event),
            place(attacks, *must_fire)
        ),
        Refusal::TooLittle { event, why } => {
            format!("`{}` says too little for a rule that passes every check: {why}", place(noise, *event))
        }
    }
}

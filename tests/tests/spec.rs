//! Runs every page: the specification, the pages of the diagnostics, the reference and the README.

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use tests::case::{Case, Updates};
use tests::{binary, markdown, workspace};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let quell = if arguments.list { Ok(Default::default()) } else { binary::quell() };
    let quell = match quell {
        Ok(quell) => Arc::new(quell),
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let updating = std::env::var_os("UPDATE_EXPECT").is_some();
    let updates = Arc::new(Updates::default());
    let mut trials = Vec::new();
    for path in workspace::pages() {
        let page = workspace::shown(&path);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("error: {page}: {error}");
                return ExitCode::FAILURE;
            }
        };
        for section in markdown::sections(&text) {
            let case = Case::new(&page, section);
            let (quell, updates) = (Arc::clone(&quell), Arc::clone(&updates));
            trials.push(Trial::test(format!("{page}::{}", case.section.name), move || {
                case.run(&quell, updating.then_some(&*updates)).map_err(Failed::from)
            }));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(updates) = Arc::into_inner(updates) {
        match updates.write() {
            Ok(pages) => pages.iter().for_each(|page| eprintln!("updated {page}")),
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    conclusion.exit_code()
}

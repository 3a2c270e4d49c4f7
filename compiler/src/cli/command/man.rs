use clap::CommandFactory as _;

use crate::cli::args::Args;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output;

pub(in crate::cli) fn run() -> Result<Exit, Problem> {
    let mut out = Vec::new();
    let command = Args::command();
    clap_mangen::Man::new(command.clone()).render(&mut out)?;
    for sub in command.get_subcommands() {
        clap_mangen::Man::new(sub.clone()).title(format!("quell-{}", sub.get_name())).render(&mut out)?;
    }
    output::say(&String::from_utf8_lossy(&out))?;
    Ok(Exit::Clean)
}

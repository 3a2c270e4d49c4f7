use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use crate::cli::output;

/// The exit status, as documented for scripts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Exit {
    /// Nothing at or above the failing level.
    Clean = 0,
    /// Findings at or above the failing level.
    Findings = 1,
    /// A file that cannot be read or parsed.
    Input = 2,
    /// Wrong usage or configuration.
    Usage = 3,
    /// An interrupt came before the end.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(super) struct Problem {
    exit: Exit,
    message: String,
}

impl Problem {
    /// A file that cannot be read or written.
    pub(super) fn input(message: impl Display) -> Problem {
        Problem { exit: Exit::Input, message: message.to_string() }
    }

    /// Wrong usage or configuration.
    pub(super) fn usage(message: impl Display) -> Problem {
        Problem { exit: Exit::Usage, message: message.to_string() }
    }

    pub(super) fn exit(&self) -> Exit {
        self.exit
    }

    /// Prints the message.
    pub(super) fn tell(&self) {
        if !self.message.is_empty() {
            output::note(format!("error: {}", self.message));
        }
    }
}

impl Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message)
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        // Whoever closed the pipe has seen enough.
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Problem { exit: Exit::Clean, message: String::new() };
        }
        Problem::input(error)
    }
}

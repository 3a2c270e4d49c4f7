//! Quell in Zed: where the language server is. Everything else is in `languages/` and in the server.

use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Quell;

impl zed::Extension for Quell {
    fn new() -> Quell {
        Quell
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let command = worktree.which("quell-lsp").ok_or(
            "quell-lsp was not found: in a copy of Quell's repository, `cargo install --locked --path lsp` installs it",
        )?;
        Ok(Command { command, args: Vec::new(), env: worktree.shell_env() })
    }
}

zed::register_extension!(Quell);

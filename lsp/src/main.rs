//! `quell-lsp`: the language server, over standard input and output.

use std::process::ExitCode;

/// Many small trees are made and dropped on every key: an allocator that is good at that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        None | Some("--stdio") => quell_lsp::server::run(),
        Some("--version" | "-V") => {
            println!("quell-lsp {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Some(_) => {
            eprintln!(
                "usage: quell-lsp [--stdio | --version]\n\nAn editor starts it and speaks the Language Server Protocol with it."
            );
            ExitCode::from(2)
        }
    }
}

//! The `quell` program.

use std::process::ExitCode;

/// Compiling makes many small allocations on all cores; this allocator costs about half of the system's for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    quell::cli::run()
}

//! After any edits, what the server knows of a project is what a fresh analysis of it finds.

use tests::generate::{self, Choices};
use tests::property::incremental::session;

#[test]
fn any_edits_leave_what_a_fresh_analysis_finds() {
    let sessions = std::env::var("QUELL_LSP_SESSIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(25);
    let steps = 40;
    for seed in 0..sessions {
        println!("seed {seed}");
        session(&mut Choices::new(&generate::bytes(seed, 64 + steps * 24)), steps);
    }
}

//! The harness: Markdown whose examples are run, and readers of the source that hold its structure.
//!
//! A heading is a test. The blocks under it are one project:
//!
//! | block | is |
//! | --- | --- |
//! | ` ```quell ` | a file, `main.quell` or what `path=…` names; further ones without a name are `main2.quell` and so on |
//! | any language with `path=…` | a file of that name, such as `quell.toml` or an event |
//! | ` ```console ` | commands after `$ ` and what they print, both streams as a terminal shows them |
//!
//! The project is checked, and what is found must be what the comments say: `# error[code]` asserts on its own line,
//! optionally with words of the message behind it in quotes. Every error and warning must be asserted; a hint only may
//! be. Where a comment cannot stand, the block's info string asserts: `error[code]@2` is the second line of the block.
//!
//! Further words of the info string: `unchecked` writes the file and compares nothing in it, `ignore` skips the
//! block, `unicode` replaces each `\u{…}` by its character, so that what cannot be seen can be read.
//!
//! So that a page is about its subject, lints that judge how good a rule is are switched off in a project that brings no
//! `quell.toml`. They are on where the page recommends: in what the page of a lint says to write instead.
//!
//! Each fix that is offered is applied, alone, and the project checked again: the finding must be gone and no error of
//! syntax have come; after a safe fix no other error either.
//!
//! In a console block, a line `…` stands for any lines. With `UPDATE_EXPECT=1` the output is written into the page.
//!
//! Not here: the compiler itself. It is run as the binary that users run; only its table of codes is read.

pub mod binary;
pub mod case;
pub mod console;
pub mod corpus;
pub mod expectation;
pub mod finding;
pub mod fixing;
pub mod fuzz;
pub mod generate;
pub mod labels;
pub mod language_client;
pub mod markdown;
pub mod property;
pub mod quiet;
pub mod rust_source;
pub mod workspace;

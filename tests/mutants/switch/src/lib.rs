//! Says which mutant of a program that holds all of them is on.
//!
//! `QUELL_MUTANT` is the number of the one that is on, none without it. With `QUELL_MUTANT_REACHED`, the name of a
//! file, none is on, and each number is added to the file, as a line, when it is asked for the first time.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// More than there will ever be.
const MOST: u32 = 1 << 16;

/// No mutant is on.
const NONE: u32 = u32::MAX;
/// None is on, and what is asked is written down.
const RECORDING: u32 = u32::MAX - 1;
/// The environment has not been read.
const UNKNOWN: u32 = u32::MAX - 2;

static STATE: AtomicU32 = AtomicU32::new(UNKNOWN);

/// Whether this mutant is on.
#[inline]
#[must_use]
pub fn on(mutant: u32) -> bool {
    match STATE.load(Relaxed) {
        NONE => false,
        UNKNOWN | RECORDING => first(mutant),
        state => state == mutant,
    }
}

#[cold]
#[inline(never)]
fn first(mutant: u32) -> bool {
    static REACHED: OnceLock<Option<File>> = OnceLock::new();
    static ASKED: [AtomicBool; MOST as usize] = [const { AtomicBool::new(false) }; MOST as usize];

    let reached = REACHED.get_or_init(|| {
        let path = env::var_os("QUELL_MUTANT_REACHED")?;
        Some(OpenOptions::new().create(true).append(true).open(path).expect("the file of QUELL_MUTANT_REACHED opens"))
    });
    if let Some(mut file) = reached.as_ref() {
        STATE.store(RECORDING, Relaxed);
        if !ASKED[mutant as usize].swap(true, Relaxed) {
            file.write_all(format!("{mutant}\n").as_bytes()).expect("the file of QUELL_MUTANT_REACHED takes a line");
        }
        return false;
    }
    let number = env::var("QUELL_MUTANT").ok();
    let state = number.map_or(NONE, |number| number.parse().expect("QUELL_MUTANT is a number"));
    STATE.store(state, Relaxed);
    state == mutant
}

/// What one of two iterators gives.
pub enum Either<L, R> {
    /// The first one.
    Left(L),
    /// The second one.
    Right(R),
}

impl<L: Iterator, R: Iterator<Item = L::Item>> Iterator for Either<L, R> {
    type Item = L::Item;

    fn next(&mut self) -> Option<L::Item> {
        match self {
            Either::Left(left) => left.next(),
            Either::Right(right) => right.next(),
        }
    }
}

/// What a function gives that returns some iterator: the mutant's where it is on, else its own.
pub fn iterator<L: Iterator, R: Iterator<Item = L::Item>>(
    mutant: u32,
    replacement: impl FnOnce() -> L,
    own: impl FnOnce() -> R,
) -> Either<L, R> {
    if on(mutant) { Either::Left(replacement()) } else { Either::Right(own()) }
}

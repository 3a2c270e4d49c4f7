//! Times of several sides, taken in turns, so that what slows the machine down for a while slows all of them down.

use std::time::Duration;

use crate::Result;

/// At most this many turns.
const TURNS: usize = 15;

/// A side that has run this long altogether takes no further turn.
const BUDGET: Duration = Duration::from_secs(6);

/// The times of one side.
#[derive(Clone, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// The one in the middle; nothing where there is none.
    pub(crate) fn median(&self) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort();
        sorted.get(sorted.len() / 2).map(Duration::as_secs_f64)
    }

    /// The shortest.
    pub(crate) fn best(&self) -> Option<f64> {
        self.0.iter().min().map(Duration::as_secs_f64)
    }

    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    fn has_turns_left(&self) -> bool {
        self.0.len() < TURNS && self.0.iter().sum::<Duration>() < BUDGET
    }
}

/// Runs all sides in turns; the first run of a side counts only where another would be dear.
pub(crate) fn in_turns<S>(sides: &mut [S], mut run: impl FnMut(&mut S) -> Result<Duration>) -> Result<Vec<Times>> {
    let mut times = vec![Times::default(); sides.len()];
    for (side, times) in sides.iter_mut().zip(&mut times) {
        let first = run(side)?;
        if first > BUDGET / 20 {
            times.push(first);
        }
    }
    while times.iter().any(Times::has_turns_left) {
        for (side, times) in sides.iter_mut().zip(&mut times) {
            if times.has_turns_left() {
                times.push(run(side)?);
            }
        }
    }
    Ok(times)
}

/// A time in the unit that fits it.
pub(crate) fn shown(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{:.2} µs", s * 1e6),
        s if s < 1.0 => format!("{:.2} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}

/// How often one time goes into another.
pub(crate) fn times(of: f64, unit: f64) -> String {
    format!("{:.1}", of / unit)
}

//! Times with their median, and ratios of them.

use std::fmt;
use std::hint::black_box;
use std::time::Instant;

/// What one rule costs in one step.
pub(crate) struct Cost {
    nanoseconds: f64,
}

impl Cost {
    /// Runs a step over `rules` rules often enough for a steady median.
    pub(crate) fn of(rules: usize, mut step: impl FnMut() -> usize) -> Cost {
        let runs = (400_000 / rules).clamp(5, 101);
        black_box(step());
        let times = (0..runs)
            .map(|_| {
                let start = Instant::now();
                black_box(step());
                start.elapsed().as_secs_f64()
            })
            .collect();
        Cost { nanoseconds: median(times) * 1e9 / rules as f64 }
    }

    /// The cost with its ratio to another.
    pub(crate) fn over(&self, unit: &Cost) -> String {
        format!("{self}, {:.1} times", self.nanoseconds / unit.nanoseconds)
    }

    /// What this costs more than a part of it, as a share of that part.
    pub(crate) fn more_than(&self, part: &Cost) -> f64 {
        self.nanoseconds / part.nanoseconds - 1.0
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} µs", self.nanoseconds / 1e3)
    }
}

/// The middle of a list of times; zero of an empty one.
pub(crate) fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

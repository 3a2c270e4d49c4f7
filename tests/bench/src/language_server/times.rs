//! How long something took, many times over.

use std::time::Duration;

use super::Result;

/// Times in milliseconds, the shortest first.
pub(super) struct Times(Vec<f64>);

impl Times {
    /// Runs something as often as that; each run says how long it took.
    pub(super) fn of(times: usize, mut run: impl FnMut(usize) -> Result<Duration>) -> Result<Times> {
        let mut found = (0..times).map(|number| Ok(run(number)?.as_secs_f64() * 1e3)).collect::<Result<Vec<f64>>>()?;
        found.sort_by(f64::total_cmp);
        Ok(Times(found))
    }

    pub(super) fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// Median and p99, each with its ratio to those of the server that does nothing.
    pub(super) fn beside(&self, nothing: &Times) -> String {
        format!(
            "{:.2} ms | {:.2} ms | {:.1} | {:.1} |",
            self.median(),
            self.at(0.99),
            self.median() / nothing.median(),
            self.at(0.99) / nothing.at(0.99)
        )
    }

    /// Median and p99 of what nothing is held against.
    pub(super) fn alone(&self) -> String {
        format!("{:.2} ms | {:.2} ms | | |", self.median(), self.at(0.99))
    }

    fn at(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f64 * share) as usize).copied().unwrap_or_default()
    }
}

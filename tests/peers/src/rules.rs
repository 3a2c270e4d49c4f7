//! What a rule costs each side, from text to something checked.

use std::fmt::Write as _;
use std::time::Duration;

use crate::Result;
use crate::generate::Job;
use crate::measure::{Times, in_turns, shown, times};
use crate::peer::{self, Peer};

/// Sizes of the projects, in rules.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// A side of which one run would take longer than this is left out of a size.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a side takes per rule, in seconds, for each size that it was measured at.
struct Row {
    peer: Box<dyn Peer>,
    costs: Vec<Option<f64>>,
}

impl Row {
    /// Whether a run over that many rules is bearable, from what the last size took and how that grew.
    fn can_bear(&self, size: usize) -> bool {
        let Some(last) = self.costs.last() else { return true };
        let Some(cost) = last else { return false };
        let first = self.costs.first().copied().flatten().unwrap_or(*cost);
        cost * (cost / first).max(1.0) * (size as f64) < PATIENCE.as_secs_f64()
    }
}

/// The table.
pub(crate) fn table() -> Result<String> {
    let mut rows: Vec<Row> = peer::all()?.into_iter().map(|peer| Row { peer, costs: Vec::new() }).collect();
    for size in SIZES {
        let jobs: Vec<Job> = (0..size).map(Job::of).collect();
        let (mut able, mut others): (Vec<&mut Row>, Vec<&mut Row>) =
            rows.iter_mut().partition(|row| row.can_bear(size));
        for row in &mut able {
            row.peer.write(&jobs)?;
        }
        let measured = in_turns(&mut able, |row| {
            let name = row.peer.name();
            row.peer.run().map_err(|error| format!("{name}: {error}"))
        })?;
        for (row, measured) in able.iter_mut().zip(&measured) {
            row.costs.push(Times::median(measured).map(|time| time / size as f64));
        }
        for row in &mut others {
            row.costs.push(None);
        }
    }
    written(&rows)
}

fn written(rows: &[Row]) -> Result<String> {
    let mut out = String::from("| | does | 1,000 rules | 10,000 | 100,000 | growth |\n");
    out.push_str("| --- | --- | ---: | ---: | ---: | ---: |\n");
    let quell = rows.first().ok_or("nobody was measured")?;
    for row in rows {
        let _ = write!(out, "| {} | {} |", row.peer.name(), row.peer.does());
        for (cost, unit) in row.costs.iter().zip(&quell.costs) {
            match (cost, unit) {
                (Some(cost), Some(unit)) => drop(write!(out, " {}, **{}** |", shown(*cost), times(*cost, *unit))),
                (Some(cost), None) => drop(write!(out, " {} |", shown(*cost))),
                (None, _) => out.push_str(" — |"),
            }
        }
        let ends = row.costs.first().copied().flatten().zip(row.costs.last().copied().flatten());
        let _ = match ends {
            Some((first, last)) => writeln!(out, " {} |", times(last, first)),
            None => writeln!(out, " — |"),
        };
    }
    let seconds = PATIENCE.as_secs();
    let _ = writeln!(out, "\n—: one run would take more than {seconds} s.");
    Ok(out)
}

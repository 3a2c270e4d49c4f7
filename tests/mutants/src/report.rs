//! What became of the mutants, in Markdown.

use std::fmt::{self, Display, Formatter};

use crate::explained::Explained;
use crate::judge::Verdict;
use crate::mutant::Mutant;

pub(crate) struct Report<'r> {
    pub(crate) mutants: &'r [Mutant],
    /// By the numbers of the mutants; nothing where no switch can stand.
    pub(crate) verdicts: &'r [Option<Verdict>],
    pub(crate) explained: &'r Explained,
}

#[derive(Default)]
struct Row {
    mutants: usize,
    caught: usize,
    timed_out: usize,
    survived: usize,
    not_reached: usize,
    explained: usize,
    refused: usize,
    unwoven: usize,
}

impl Report<'_> {
    /// Those that no test notices, explained or not.
    fn unnoticed(&self) -> impl Iterator<Item = (&Mutant, &Verdict)> {
        let verdicts = self.mutants.iter().zip(self.verdicts);
        verdicts
            .filter_map(|(mutant, verdict)| Some((mutant, verdict.as_ref()?)))
            .filter(|(_, verdict)| matches!(verdict, Verdict::Survived | Verdict::NotReached))
    }

    /// Those that ask for a test.
    pub(crate) fn survivors(&self) -> impl Iterator<Item = (&Mutant, &Verdict)> {
        self.unnoticed().filter(|(mutant, _)| !self.explained.explains(mutant))
    }

    pub(crate) fn stale(&self) -> Vec<String> {
        let unnoticed: Vec<&Mutant> = self.unnoticed().map(|(mutant, _)| mutant).collect();
        self.explained.stale(&unnoticed, self.mutants).collect()
    }

    fn rows(&self) -> Vec<(&str, Row)> {
        let mut rows: Vec<(&str, Row)> = Vec::new();
        for (number, mutant) in self.mutants.iter().enumerate() {
            if rows.last().is_none_or(|(file, _)| *file != mutant.file) {
                rows.push((&mutant.file, Row::default()));
            }
            let Some((_, row)) = rows.last_mut() else { continue };
            row.mutants += 1;
            match &self.verdicts[number] {
                Some(Verdict::Caught(_)) => row.caught += 1,
                Some(Verdict::TimedOut(_)) => row.timed_out += 1,
                Some(Verdict::Survived | Verdict::NotReached) if self.explained.explains(mutant) => row.explained += 1,
                Some(Verdict::Survived) => row.survived += 1,
                Some(Verdict::NotReached) => row.not_reached += 1,
                Some(Verdict::Refused) => row.refused += 1,
                None => row.unwoven += 1,
            }
        }
        rows
    }
}

impl Row {
    fn add(&mut self, other: &Row) {
        self.mutants += other.mutants;
        self.caught += other.caught;
        self.timed_out += other.timed_out;
        self.survived += other.survived;
        self.not_reached += other.not_reached;
        self.explained += other.explained;
        self.refused += other.refused;
        self.unwoven += other.unwoven;
    }
}

impl Display for Row {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Row { mutants, caught, timed_out, survived, not_reached, explained, refused, unwoven } = self;
        write!(
            out,
            "{mutants} | {caught} | {timed_out} | {survived} | {not_reached} | {explained} | {refused} | {unwoven}"
        )
    }
}

impl Display for Report<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "| file | mutants | caught | timed out | survived | not reached | explained | do not compile | no switch |"
        )?;
        writeln!(out, "| --- | --: | --: | --: | --: | --: | --: | --: | --: |")?;
        let mut all = Row::default();
        for (file, row) in self.rows() {
            writeln!(out, "| {file} | {row} |")?;
            all.add(&row);
        }
        writeln!(out, "| all | {all} |")?;
        writeln!(out)?;
        for (mutant, verdict) in self.survivors() {
            writeln!(out, "- {}", Survivor(mutant, verdict))?;
        }
        for explanation in self.stale() {
            writeln!(out, "- no longer survives, though explained: {explanation}")?;
        }
        Ok(())
    }
}

/// A line of the list.
pub(crate) struct Survivor<'r>(pub(crate) &'r Mutant, pub(crate) &'r Verdict);

impl Display for Survivor<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Survivor(Mutant { file, start, name, .. }, verdict) = self;
        let reached = if **verdict == Verdict::NotReached { ", which no test reaches" } else { "" };
        write!(out, "`{file}:{}:{}` {name}{reached}", start.line, start.column)
    }
}

//! How well the catalogue of values that do not last agrees with people: precision and recall on the labelled values.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use quell::lint::ephemeral::{Facts, recognise};
use quell::schema::Schema;
use tests::labels::{self, Label, LabelledValue};

/// What precision and recall must reach, each.
const LEAST: f64 = 0.97;

/// How often the catalogue and the labels say what.
#[derive(Default)]
struct Counts {
    found: usize,
    missed: usize,
    false_alarms: usize,
    let_be: usize,
}

impl Counts {
    /// Of what is found, how much is right.
    fn precision(&self) -> f64 {
        self.found as f64 / (self.found + self.false_alarms) as f64
    }

    /// Of what is right, how much is found.
    fn recall(&self) -> f64 {
        self.found as f64 / (self.found + self.missed) as f64
    }
}

/// Compares each row, prints what came out with each disagreement, and fails below [`LEAST`].
fn measure() -> Result<(), Failed> {
    let rows = labels::read()?;
    let schema = Schema::embedded();
    let (mut counts, mut wrong, mut forms) = (Counts::default(), String::new(), BTreeMap::<&str, usize>::new());
    for LabelledValue { attribute, value, label, kind, why, .. } in &rows {
        let found = recognise(value, &Facts::of(attribute, schema));
        match (label, &found) {
            (Label::Ephemeral, Some(found)) => {
                counts.found += 1;
                *forms.entry(found.form.name).or_default() += 1;
            }
            (Label::Lasting, None) => counts.let_be += 1,
            (Label::Ephemeral, None) => {
                counts.missed += 1;
                writeln!(wrong, "  missed       {attribute}:{value}  [{kind}: {why}]")?;
            }
            (Label::Lasting, Some(found)) => {
                counts.false_alarms += 1;
                let part = value.get(found.range.clone()).unwrap_or_default();
                writeln!(
                    wrong,
                    "  false alarm  {attribute}:{value}  {} at `{part}`  [{kind}: {why}]",
                    found.form.name
                )?;
            }
        }
    }
    let Counts { found, missed, false_alarms, let_be } = counts;
    let (precision, recall) = (counts.precision(), counts.recall());
    println!("values that do not last: precision {precision:.4}, recall {recall:.4}");
    println!("  {found} found, {missed} missed, {let_be} let be, {false_alarms} false alarms");
    print!("{wrong}");
    println!("  found by form: {forms:?}");
    if found + missed < 200 || let_be + false_alarms < 200 {
        return Err("the set is too small to say anything".into());
    }
    if precision < LEAST || recall < LEAST {
        return Err(format!("precision {precision:.4} and recall {recall:.4} must be {LEAST} each").into());
    }
    Ok(())
}

fn main() -> ExitCode {
    // Not the usual harness: it would swallow the numbers of a test that passes.
    let trial = Trial::test("precision_and_recall_on_the_labelled_values", measure);
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}

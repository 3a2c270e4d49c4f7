//! What can be done with an item, and what it does, told above it.

use quell::base::Span;
use quell::logic::specificity::Count;

use crate::ide::project::{FileId, Project};

/// Something to do with an item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lens {
    /// The name that it stands above.
    pub span: Span,
    /// What there is to do.
    pub action: Action,
}

/// What there is to do with an item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// Run the test of that title.
    RunTest(String),
    /// Explain the rule of that name.
    Explain(String),
    /// See how many recorded events the rule of that name silences.
    Count(String, Count),
}

/// Everything to do with the items of a document, in order.
#[must_use]
pub fn lenses(project: &Project, file: FileId) -> Vec<Lens> {
    let mut found = Vec::new();
    for placed in project.document(file).into_iter().flat_map(|document| document.items().iter()) {
        let signature = &placed.item.facts.signature;
        let at = |span: Span| span.shifted(placed.start.offset);
        let tests = signature.tests.iter().map(|test| (at(test.span), Action::RunTest(test.value.clone())));
        let rules = signature.rules.iter().map(|rule| (at(rule.span), Action::Explain(rule.value.clone())));
        let counts = signature.rules.iter().filter_map(|rule| {
            let count = project.count(file, placed.item.id, rule.span)?;
            Some((at(rule.span), Action::Count(rule.value.clone(), count)))
        });
        found.extend(tests.chain(rules).chain(counts).map(|(span, action)| Lens { span, action }));
    }
    found.sort_by_key(|lens| lens.span);
    found
}

//! Which of many rules an event can concern: rules found by the exact values that they ask for.
//!
//! Of each branch of a rule one term that asks for exact values is chosen, best one that few other rules ask for. An
//! event that has none of those values cannot make the branch hold. A rule with a branch without such a term is looked
//! at for every event.
//!
//! Not here: whether a rule found so holds, which the evaluator says.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::event::matches::Term;
use crate::event::{Event, LoweredRule};
use crate::hir::{NodeId, NodeKind, Polarity, Query, Test};
use crate::logic::{Class, NormalForm, members, normal_form};
use crate::schema::Schema;

/// A condition with more branches is looked at for every event.
const BRANCHES: usize = 256;

/// The rules of a project by what they ask for.
#[derive(Clone, Debug, Default)]
pub struct Index {
    keys: Vec<Indexed>,
    /// Rules that no exact value finds, in order.
    always: Vec<u32>,
}

/// The values of one key, read in one way.
#[derive(Clone, Debug)]
struct Indexed {
    /// Without `@`.
    name: String,
    is_attribute: bool,
    class: Class,
    rules: FxHashMap<Box<str>, Vec<u32>>,
}

/// Exact values of one key, one of which a branch asks for.
struct Choice {
    name: String,
    is_attribute: bool,
    class: Class,
    values: Vec<String>,
}

impl Index {
    /// Finds a way to each rule. Rules are told by their position.
    #[must_use]
    pub fn new(rules: &[&LoweredRule], base: &Schema) -> Index {
        // What each branch can be found by; nothing for a rule that only looking finds.
        let choices: Vec<Option<Vec<Vec<Choice>>>> =
            rules.iter().map(|lowered| choices(lowered, lowered.schema(base))).collect();
        let mut asked: FxHashMap<(&str, &str), u32> = FxHashMap::default();
        for choice in choices.iter().flatten().flatten().flatten() {
            for value in &choice.values {
                *asked.entry((&choice.name, value)).or_default() += 1;
            }
        }
        let mut index = Index::default();
        let mut places: FxHashMap<(&str, bool), Vec<usize>> = FxHashMap::default();
        for (rule, branches) in (0..).zip(&choices) {
            let Some(branches) = branches else {
                index.always.push(rule);
                continue;
            };
            for branch in branches {
                let rarity = |choice: &&Choice| -> u32 {
                    let often = |value: &String| asked.get(&(choice.name.as_str(), value.as_str())).copied();
                    choice.values.iter().filter_map(often).fold(0, u32::saturating_add)
                };
                let Some(choice) = branch.iter().min_by_key(rarity) else { continue };
                let known = places.entry((&choice.name, choice.is_attribute)).or_default();
                let is_same = |at: &&usize| index.keys.get(**at).is_some_and(|key| key.class == choice.class);
                let at = known.iter().find(is_same).copied().unwrap_or_else(|| {
                    known.push(index.keys.len());
                    index.keys.push(Indexed {
                        name: choice.name.clone(),
                        is_attribute: choice.is_attribute,
                        class: choice.class,
                        rules: FxHashMap::default(),
                    });
                    index.keys.len() - 1
                });
                let Some(key) = index.keys.get_mut(at) else { continue };
                for value in &choice.values {
                    let found = key.rules.entry(value.as_str().into()).or_default();
                    if found.last() != Some(&rule) {
                        found.push(rule);
                    }
                }
            }
        }
        index
    }

    /// The rules that may silence an event, by position, in order: all that do are among them.
    #[must_use]
    pub fn candidates(&self, event: &Event<'_>) -> Vec<u32> {
        let mut found = self.always.clone();
        for key in &self.keys {
            let mut see = |value: &str| {
                let rules = key.rules.get(&*key.class.canonical(value));
                found.extend(rules.into_iter().flatten());
            };
            if key.is_attribute {
                event.attribute(&key.name).iter().for_each(|value: &Cow<'_, str>| see(value));
            } else {
                event.tag(&key.name).for_each(see);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// What each branch of a rule can be found by; nothing where there is a branch without.
fn choices(lowered: &LoweredRule, schema: &Schema) -> Option<Vec<Vec<Choice>>> {
    let rule = &lowered.rule;
    // What a `require` silences is what lacks something.
    if rule.polarity == Polarity::Require {
        return None;
    }
    let mut found = Vec::new();
    for query in rule.conditions() {
        let form: NormalForm = normal_form(query, false, BRANCHES);
        if !form.is_complete() {
            return None;
        }
        for branch in form.branches() {
            let positive = branch.iter().filter(|literal| literal.positive);
            let own: Vec<Choice> = positive.filter_map(|literal| choice(query, literal.node, schema)).collect();
            if own.is_empty() {
                return None;
            }
            found.push(own);
        }
    }
    Some(found)
}

/// The exact values that a term or a list of values asks for; nothing where it asks for anything else.
fn choice(query: &Query, node: NodeId, schema: &Schema) -> Option<Choice> {
    let mut choice: Option<Choice> = None;
    for member in members(query, node).iter() {
        let NodeKind::Term { key, test } = query.node(*member).kind else { return None };
        let Test::Exact(text) = test else { return None };
        let class = Class::of(key, schema);
        let value = class.canonical(query.text(text)).into_owned();
        let choice = choice.get_or_insert_with(|| {
            let term = Term::new(query, key, test, schema);
            let (name, is_attribute) = term.source();
            Choice { name: name.to_owned(), is_attribute, class, values: Vec::new() }
        });
        choice.values.push(value);
    }
    choice
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::{Config, Context};
    use crate::hir::{Names, lower_item};
    use crate::syntax::parse_item;

    #[test]
    fn an_event_leads_to_the_rules_that_ask_for_what_it_has() {
        let config = Config::default();
        let cx = Context::new(Schema::embedded(), &config, 0);
        let lowered: Vec<LoweredRule> = [
            "suppress a { when event { @process.comm:java host:web-1 } }",
            "suppress b { when event { @process.comm:(java OR sh) } }",
            "suppress c { when event { @process.uid:00 OR host:web-2 } }",
            "suppress d { when event { @process.comm:j* } }",
            "suppress e { when event { -@process.comm:java } }",
            "require f { rules { ruleId:def-000-krp } when event { @process.comm:java } }",
            "suppress g { when { @process.comm:java } when event { @process.executable.path:/bin/x* } }",
        ]
        .iter()
        .map(|text| {
            let rule = lower_item(text, &parse_item(text), &Names::default(), &cx).rules.remove(0);
            LoweredRule { rule, schema: None }
        })
        .collect();
        let index = Index::new(&lowered.iter().collect::<Vec<_>>(), cx.schema);
        for (event, found) in [
            (json!({"process": {"comm": "java"}}), vec![1, 3, 4, 5, 6]),
            (json!({"process": {"comm": "java"}, "tags": ["host:web-1"]}), vec![0, 1, 3, 4, 5, 6]),
            (json!({"process": {"comm": "sh", "uid": 0}}), vec![1, 2, 3, 4, 5, 6]),
            (json!({"process": {"comm": "ls", "uid": "0"}}), vec![2, 3, 4, 5, 6]),
            (json!({"process": {}, "tags": ["host:web-2"]}), vec![2, 3, 4, 5, 6]),
            (json!({}), vec![3, 4, 5, 6]),
        ] {
            assert_eq!(index.candidates(&Event::new(&event).unwrap()), found, "{event}");
        }
    }
}

//! The index of rules against the evaluator that looks at every rule: the same verdicts, for less work.

use quell::config::{Config, Context};
use quell::event::{Event, Index, LoweredRule};
use quell::hir::{Names, lower_item};
use quell::schema::Schema;
use quell::syntax::parse_item;
use tests::property::events::{assert_found, examples, rules};

#[test]
fn what_silences_an_event_is_among_what_is_found() {
    let events = examples();
    let rules = rules(1500, &events);
    let index = Index::new(&rules.iter().collect::<Vec<_>>(), Schema::embedded());
    let (mut silenced, mut looked) = (0, 0);
    for value in &events {
        let (by_looking, by_index) = assert_found(&rules, &index, &Event::new(value).unwrap());
        silenced += by_looking;
        looked += by_index;
    }
    assert!(silenced > events.len(), "the rules are about the events");
    assert!(looked < events.len() * rules.len() / 2, "{looked} looks");
}

#[test]
fn a_hundred_times_as_many_rules_of_others_cost_no_look() {
    let events = examples();
    let config = Config::default();
    let cx = Context::new(Schema::embedded(), &config, 0);
    let of = |count: usize| -> Vec<LoweredRule> {
        (0..count)
            .map(|number| {
                // What all rules share is asked for first, and what only one has last.
                let text = format!(
                    "suppress r {{ when event {{ @process.user:root @evt.name:exec host:web-1 @process.args:job-{number} }} }}"
                );
                let rule = lower_item(&text, &parse_item(&text), &Names::default(), &cx).rules.remove(0);
                LoweredRule { rule, schema: None }
            })
            .collect()
    };
    for count in [100, 10_000] {
        let rules = of(count);
        let index = Index::new(&rules.iter().collect::<Vec<_>>(), cx.schema);
        let looked: usize = events.iter().map(|value| index.candidates(&Event::new(value).unwrap()).len()).sum();
        assert_eq!(looked, 0, "{count} rules");
    }
    let rules = of(10_000);
    let index = Index::new(&rules.iter().collect::<Vec<_>>(), cx.schema);
    let event = serde_json::json!({"process": {"args": ["job-77", "job-78"]}});
    assert_eq!(index.candidates(&Event::new(&event).unwrap()), [77, 78]);
}

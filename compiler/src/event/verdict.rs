//! What rules together make of an event: it fires, or some of them silence it.
//!
//! A `suppress` silences what either of its conditions holds on. A `require` silences what one of its conditions does not
//! hold on, of the detection rules that it names. A rule that is switched off, has not started or has ended silences
//! nothing.
//!
//! Where an event does not say which detection rule it belongs to, a `suppress` is taken to be about it, since that is
//! what a test of it is for, and a `require` is not, since it would silence every event of every other rule.

use std::sync::Arc;

use crate::base::Instant;
use crate::event::scope::{Detection, names};
use crate::event::{Event, matches};
use crate::hir::{Polarity, Rule};
use crate::schema::Schema;

/// A rule with the schema that it was lowered with.
#[derive(Clone, Debug)]
pub struct LoweredRule {
    /// The rule.
    pub rule: Rule,
    /// Its schema, where its file declares attributes or tags of its own.
    pub schema: Option<Arc<Schema>>,
}

impl LoweredRule {
    /// Its schema; `base` where it has none of its own.
    #[must_use]
    pub fn schema<'s>(&'s self, base: &'s Schema) -> &'s Schema {
        self.schema.as_deref().unwrap_or(base)
    }
}

/// Whether a rule silences events at that moment.
#[must_use]
pub fn is_active(rule: &Rule, now: Instant) -> bool {
    rule.will_work(now) && rule.starts.as_ref().is_none_or(|starts| starts.value <= now)
}

/// Whether a rule silences an event, its dates aside.
#[must_use]
pub fn silences(rule: &LoweredRule, event: &Event<'_>, detection: &Detection, base: &Schema) -> bool {
    let schema = rule.schema(base);
    let rule = &rule.rule;
    let scope = rule.rules.as_ref().map_or(Some(true), |rules| names(rules, detection, event, schema));
    let mut conditions = rule.conditions();
    match rule.polarity {
        Polarity::Suppress => scope != Some(false) && conditions.any(|query| matches(query, event, schema)),
        Polarity::Require => scope == Some(true) && conditions.any(|query| !matches(query, event, schema)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::{Config, Context};
    use crate::hir::{Names, lower_item};
    use crate::syntax::parse_item;

    #[track_caller]
    fn rule(text: &str) -> LoweredRule {
        let config = Config::default();
        let cx = Context::new(Schema::embedded(), &config, 0);
        let lowered = lower_item(text, &parse_item(text), &Names::default(), &cx);
        let rule = lowered.rules.into_iter().next().unwrap_or_else(|| panic!("{text}: {:#?}", lowered.diagnostics));
        LoweredRule { rule, schema: None }
    }

    fn silenced(rule: &LoweredRule, value: &Value) -> bool {
        let event = Event::new(value).unwrap();
        silences(rule, &event, &Detection::of(&event), Schema::embedded())
    }

    #[test]
    fn a_suppress_silences_by_either_condition() {
        let both = rule("suppress a {\n when { @process.args:x }\n when event { @process.comm:y }\n}\n");
        assert!(silenced(&both, &json!({"process": {"args": ["x"]}})));
        assert!(silenced(&both, &json!({"process": {"comm": "y"}})));
        assert!(!silenced(&both, &json!({"process": {"comm": "z"}})));
    }

    #[test]
    fn a_signal_names_its_detection_rule() {
        let one = rule("suppress a {\n rules { ruleId:def-000-krp }\n when { @process.args:x }\n}\n");
        let signal = |id: &str| json!({"attributes": {"workflow": {"rule": {"id": id}}, "process": {"args": ["x"]}}});
        assert!(silenced(&one, &signal("def-000-krp")));
        assert!(!silenced(&one, &signal("def-000-9x2")));
        assert!(silenced(&one, &json!({"process": {"args": ["x"]}})));
    }

    #[test]
    fn a_require_is_about_its_own_rules_only() {
        let only = rule("require a {\n rules { ruleId:oqn-z2v-zb0 }\n when { kube_service:vault }\n}\n");
        let signal = |id: &str, service: &str| {
            json!({
                "attributes": {"workflow": {"rule": {"id": id}}, "process": {}},
                "tags": [format!("kube_service:{service}")],
            })
        };
        assert!(silenced(&only, &signal("oqn-z2v-zb0", "web")));
        assert!(!silenced(&only, &signal("oqn-z2v-zb0", "vault")));
        assert!(!silenced(&only, &signal("def-000-krp", "web")));
        assert!(!silenced(&only, &json!({"process": {}})));
    }

    #[test]
    fn dates_and_the_switch_decide_whether_a_rule_works() {
        let when = "when { @process.args:x }";
        let dated = rule(&format!("suppress a {{\n starts = 2026-01-02\n expires = 2026-01-03\n {when}\n}}\n")).rule;
        let day = |text: &str| crate::hir::date::parse(text, crate::hir::date::Edge::First).unwrap();
        assert!(!is_active(&dated, day("2026-01-01")));
        assert!(is_active(&dated, day("2026-01-02")));
        assert!(is_active(&dated, day("2026-01-03T23:00:00Z")));
        assert!(!is_active(&dated, day("2026-01-04")));
        assert!(!is_active(&rule(&format!("suppress a {{\n enabled = false\n {when}\n}}\n")).rule, 0));
    }
}

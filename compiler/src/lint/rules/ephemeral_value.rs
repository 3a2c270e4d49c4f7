//! A value that the next run of the workload will not have.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, Severity, Text, text};
use crate::hir::spelling;
use crate::hir::{Key, KeyKind, NodeId, Test, date};
use crate::lint::ephemeral::{Facts, Found, Value, recognise};
use crate::lint::{Condition, Lint, LintCtx};
use crate::logic::normal_form;
use crate::logic::specificity::{SpecificityLevel, judge};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::EphemeralValue, check };

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    let horizon = lint.cx.config.policy.ephemeral_days;
    let ends_soon = lint
        .rule
        .expires
        .as_ref()
        .is_some_and(|expires| date::days_between(lint.cx.now, expires.value) <= i64::from(horizon));
    for condition in &lint.conditions {
        let mut last = None;
        for (node, span, key, test) in condition.query.terms() {
            // What a `let` brings is written once and said once.
            if last == Some(span) {
                continue;
            }
            let term = Term { lint, condition, node, span, key, test };
            if let Some(mut found) = term.judge() {
                last = Some(span);
                if ends_soon {
                    found.severity = Severity::Hint;
                }
                out.push(found);
            }
        }
    }
}

/// One term, and how it stands in the source.
struct Term<'a> {
    lint: &'a LintCtx<'a>,
    condition: &'a Condition<'a>,
    node: NodeId,
    span: Span,
    key: Key,
    test: Test,
}

impl Term<'_> {
    fn judge(&self) -> Option<Diagnostic> {
        let query = self.condition.query;
        let (written, is_pattern) = match self.test {
            Test::Exact(at) => (query.text(at), false),
            Test::Glob(at) => (query.text(at), true),
            Test::Present | Test::Range { .. } | Test::Networks(_) => return None,
        };
        let facts = self.facts()?;
        let value = Value::new(written, is_pattern);
        let Found { form, range, instead, .. } = recognise(&value.text, &facts)?;
        let part = value.text.get(range.clone()).unwrap_or_default();
        let place = self.place(written, &range);
        let message = if range == (0..value.text.len()) {
            text!("`{0}` will not last: {1}", part, form.what)
        } else {
            text!("`{0}` in `{1}` will not last: {2}", part, value.text, form.what)
        };
        let days = self.lint.cx.config.policy.ephemeral_days;
        let help = match instead.filter(|instead| self.is_known(instead)) {
            Some(instead) => text!("compare `{0}`, which lasts, or let the rule end within {1} days", instead, days),
            None => text!("leave open what changes, or let the rule end within {0} days", days),
        };
        let found = Diagnostic::new(Code::EphemeralValue, place, message).label(form.why).help(help);
        let Some(pattern) = value.opened(&facts) else { return Some(found) };
        let Some(span) = self.value_span() else { return Some(found) };
        Some(found.unsafe_fix(self.title(&pattern), span, spelling::pattern(&pattern)))
    }

    fn facts(&self) -> Option<Facts<'_>> {
        let key = self.condition.query.text(self.key.text);
        Some(match self.key.kind {
            KeyKind::Attribute(id) => Facts::of_attribute(key, self.lint.cx.schema.attribute(id)),
            KeyKind::Tag(id) => Facts::of_tag(key, self.lint.cx.schema.tag_by_id(id)?),
            KeyKind::NeverEmitted | KeyKind::UnknownAttribute | KeyKind::UnknownTag => Facts::unknown(key),
            KeyKind::RuleKey => return None,
        })
    }

    fn is_known(&self, key: &str) -> bool {
        let schema = self.lint.cx.schema;
        match key.strip_prefix('@') {
            Some(path) => schema.attribute_id(path).is_some(),
            None => schema.tag(key).is_some(),
        }
    }

    /// What the fix does, and what it costs.
    fn title(&self, pattern: &str) -> Text {
        let mut query = self.condition.query.clone();
        let test = Test::Glob(query.push_text(pattern));
        query.set_test(self.node, test);
        let cap = usize::from(self.lint.cx.config.policy.max_branches.get());
        let after = judge(&query, &normal_form(&query, false, cap), self.lint.cx.schema, self.lint.cx.sample);
        let before = &self.condition.specificity;
        let shown = |level: SpecificityLevel| level.name();
        if self.lint.is_suppress() {
            text!(
                "write `{0}`, from {1} ({2} bits) to {3} ({4} bits)",
                pattern,
                shown(before.level()),
                format!("{:.1}", before.bits().as_f64()),
                shown(after.level()),
                format!("{:.1}", after.bits().as_f64()),
            )
        } else {
            text!("write `{0}`", pattern)
        }
    }

    /// The changing part where the source shows it as it is, else the value, else the term.
    fn place(&self, written: &str, part: &std::ops::Range<usize>) -> Span {
        let Some(span) = self.value_span() else { return self.span };
        let source = span.of(self.lint.source);
        let quoted = source.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let open = match (source == written, quoted == Some(written)) {
            (true, _) => span.start,
            (_, true) => span.start + 1,
            _ => return span,
        };
        Span::new(open + part.start as u32, open + part.end as u32)
    }

    /// The value, where a fix may rewrite it: not one from a `let`.
    fn value_span(&self) -> Option<Span> {
        if self.span.of(self.lint.source).starts_with('$') {
            None
        } else if self.span.start == self.key.span.start {
            Some(Span::new(self.key.span.end + 1, self.span.end))
        } else {
            Some(self.span)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Level};
    use crate::lint::testing::{findings_with, fixed, of, of_with, places};

    fn rule(condition: &str) -> String {
        format!("suppress x {{\n  when event {{ {condition} }}\n}}\n")
    }

    /// The condition has one such value, at that place, and its fix makes `becomes` of the condition.
    #[track_caller]
    fn fires(condition: &str, at: &str, becomes: Option<&str>) {
        let text = rule(condition);
        let found = of(&text, Code::EphemeralValue);
        assert_eq!(places(&text, &found), [at], "{condition}");
        assert!(found.iter().all(|one| one.severity == Severity::Warning));
        let fixes = &found[0].fixes;
        assert!(fixes.iter().all(|fix| !fix.safe), "{condition}");
        let made: Vec<String> = fixes.iter().map(|fix| fixed(&text, fix)).collect();
        assert_eq!(made, becomes.into_iter().map(rule).collect::<Vec<_>>(), "{condition}");
        for made in made {
            assert!(of(&made, Code::EphemeralValue).is_empty(), "{made}");
        }
    }

    #[test]
    fn what_changes_is_shown_and_left_open() {
        for (condition, at, becomes) in [
            ("@file.path:/proc/48213/environ", "48213", "@file.path:/proc/*/environ"),
            ("host:a -@file.path:/proc/48213/environ", "48213", "host:a -@file.path:/proc/*/environ"),
            ("@file.path:(/etc/hosts OR \"/dev/pts/3\")", "3", "@file.path:(/etc/hosts OR /dev/pts/*)"),
            ("@process.args:\"--pid=48213 --x\"", "48213", "@process.args:--pid=*\\ --x"),
            ("@file.path:/tmp/tmp.x7Kq2VfZ9b/1767225600.log", "x7Kq2VfZ9b", "@file.path:/tmp/tmp.*/*.log"),
            ("pod_name:web-6d4b75cb6d-*", "6d4b75cb6d", "pod_name:web-*-*"),
            (
                "@process.executable.path:C:\\\\Windows\\\\Temp\\\\setup.exe",
                "C:\\\\Windows\\\\Temp\\\\setup.exe",
                "@process.executable.path:C:\\Windows\\Temp\\*.exe",
            ),
        ] {
            let becomes = becomes
                .replace("args:--pid", "args:\\--pid")
                .replace("C:\\Windows\\Temp\\*", "C:\\\\Windows\\\\Temp\\\\*");
            fires(condition, at, Some(&becomes));
        }
    }

    #[test]
    fn a_value_that_changes_as_a_whole_is_not_left_open() {
        for (condition, at, instead) in [
            ("@process.pid:48213", "48213", "@process.executable.path"),
            ("@file.inode:2883617", "2883617", "@file.path"),
            ("@container.id:4f66ad9a0b2e8c1d", "4f66ad9a0b2e8c1d", "kube_container_name"),
        ] {
            fires(condition, at, None);
            let found = of(&rule(condition), Code::EphemeralValue);
            assert!(found[0].help.to_string().contains(&format!("`{instead}`")), "{}", found[0].help);
        }
    }

    #[test]
    fn what_lasts_is_let_be() {
        for condition in [
            "@process.pid:*",
            "@file.path:/tmp/build-*/x",
            "@process.executable.path:/usr/lib/jvm/java-17-openjdk-amd64/bin/java",
            "@network.source.port:>=1024",
            "CIDR(@network.source.ip, 172.17.0.0/16)",
            "@process.parent.args:app-\\*-1",
            "host:web-1",
        ] {
            assert!(of(&rule(condition), Code::EphemeralValue).is_empty(), "{condition}");
        }
    }

    #[test]
    fn a_let_is_told_once_and_not_rewritten() {
        let text = "let ids = (48213 OR 48214)\nsuppress x { when event { @process.pid:$ids } }";
        let found = of(text, Code::EphemeralValue);
        assert_eq!(places(text, &found), ["$ids"]);
        assert!(found[0].fixes.is_empty());
    }

    #[test]
    fn a_rule_that_ends_soon_may_have_it() {
        for (expires, severity) in [
            ("expires = 2026-12-07", Severity::Hint),
            ("expires = 2026-12-20", Severity::Warning),
            ("", Severity::Warning),
        ] {
            let text = format!("suppress x {{ {expires}\n when event {{ @process.pid:48213 }} }}");
            let found = of(&text, Code::EphemeralValue);
            assert_eq!(found.iter().map(|one| one.severity).collect::<Vec<_>>(), [severity], "{expires}");
        }
        let text = "suppress x { expires = 2026-12-07\n when event { @process.pid:48213 } }";
        let mut config = Config::default();
        config.lints.insert("ephemeral-value".to_owned(), Level::Deny);
        assert!(of_with(text, Code::EphemeralValue, &config).iter().all(|one| one.severity == Severity::Hint));
        config.policy.ephemeral_days = 5;
        assert!(of_with(text, Code::EphemeralValue, &config).iter().all(|one| one.severity == Severity::Error));
        config.lints.insert("ephemeral-value".to_owned(), Level::Allow);
        assert!(findings_with(text, &config).iter().all(|one| one.code != Code::EphemeralValue));
    }

    #[test]
    fn a_requirement_is_judged_and_not_measured() {
        let text = "require x { rules { ruleId:def-000-krp }\n when { @file.path:/proc/48213/environ } }";
        let found = of(text, Code::EphemeralValue);
        assert_eq!(found[0].fixes[0].title.to_string(), "write `/proc/*/environ`");
        let text = rule("@file.path:/proc/48213/environ @process.comm:a");
        let title = of(&text, Code::EphemeralValue)[0].fixes[0].title.to_string();
        assert!(title.starts_with("write `/proc/*/environ`, from ") && title.ends_with(" bits)"), "{title}");
    }
}

//! A condition, or a branch of one, that holds on no event.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, Text, text};
use crate::hir::{Key, NodeId, NodeKind, Query};
use crate::lint::shown::{joined, shown};
use crate::lint::{Condition, Lint, LintCtx};
use crate::logic::{Never, list_key};

pub(in crate::lint) const LINT: Lint = Lint { code: Code::NeverMatches, check };

/// More findings of one condition than this tell nothing new.
const MOST: usize = 8;

fn check(lint: &LintCtx<'_>, out: &mut Vec<Diagnostic>) {
    for condition in &lint.conditions {
        let review = &condition.review;
        // What no kind of event carries is reported by a check of its own.
        let by_value = review.never.iter().filter(|never| !never.by_kind);
        // Of what a `let` or a key with a wildcard brings, not every alternative need fit what stands beside it.
        let told = by_value
            .filter(|never| review.is_never || never.nodes.iter().all(|node| is_written(lint, condition, *node)));
        let mut places: Vec<Span> = Vec::new();
        for never in told {
            let found = report(lint, condition, never);
            if places.len() < MOST && !places.contains(&found.span) {
                places.push(found.span);
                out.push(found);
            }
        }
    }
}

/// Whether a literal stands where it is, rather than in a `let` or behind a key with a wildcard.
fn is_written(lint: &LintCtx<'_>, condition: &Condition<'_>, node: NodeId) -> bool {
    let span = condition.query.node(node).span;
    let Some(key) = key(condition.query, node) else { return false };
    !span.of(lint.source).starts_with('$') && !key.span.of(lint.source).contains(['*', '?'])
}

fn key(query: &Query, node: NodeId) -> Option<Key> {
    match query.node(node).kind {
        NodeKind::Term { key, .. } => Some(key),
        NodeKind::Or(list) => list_key(query, query.children(list)),
        NodeKind::And(_) | NodeKind::Not(_) => None,
    }
}

fn report(lint: &LintCtx<'_>, condition: &Condition<'_>, never: &Never) -> Diagnostic {
    let query = condition.query;
    let parts: Vec<String> = never.nodes.iter().map(|node| shown(lint.source, query, *node)).collect();
    let span = never.nodes.last().map_or(query.span, |last| query.node(*last).span);
    let message = match parts.as_slice() {
        [only] => text!("`{0}` never holds: no event has such a value", only),
        parts => text!("{0} never hold together", joined(parts)),
    };
    let mut diagnostic = Diagnostic::new(Code::NeverMatches, span, message);
    diagnostic = match parts.as_slice() {
        [first, _] => diagnostic.label(text!("excludes `{0}`", first)),
        [_] => diagnostic.label("no value is like this"),
        _ => diagnostic.label("cannot hold beside the others"),
    };
    for node in never.nodes.iter().rev().skip(1).rev() {
        let place = query.node(*node).span;
        if place != span {
            diagnostic = diagnostic.also(place, "one of them");
        }
    }
    diagnostic.help(help(lint, condition, never))
}

fn help(lint: &LintCtx<'_>, condition: &Condition<'_>, never: &Never) -> Text {
    let query = condition.query;
    let keys: Vec<&str> =
        never.nodes.iter().filter_map(|node| key(query, *node)).map(|key| query.text(key.text)).collect();
    match (keys.as_slice(), condition.review.is_never, lint.is_suppress()) {
        ([first, second], ..) if first == second => {
            text!("an event has one `{0}`: join alternatives with OR, as in `{0}:(a OR b)`", first)
        }
        (_, true, true) => text!("change or remove one of them: as it stands, the rule silences nothing"),
        (_, true, false) => text!("change or remove one of them: as it stands, the rule lets nothing through"),
        (_, false, _) => text!("change or remove one of them: as it stands, this branch adds nothing"),
    }
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::lint::testing::{of, places};

    #[track_caller]
    fn found(condition: &str) -> Vec<(String, String)> {
        let text = format!(
            "let hosts = (a OR b)\nlet f = {{ (@process.comm:a OR @process.comm:b) }}\nsuppress x {{ when event {{ {condition} }} }}"
        );
        let found = of(&text, Code::NeverMatches);
        let at = places(&text, &found);
        found.iter().zip(at).map(|(one, at)| (at.to_owned(), one.message.to_string())).collect()
    }

    #[test]
    fn what_excludes_one_another_is_found() {
        for (condition, at, message) in [
            (
                "@process.comm:sh @process.uid:0 @process.comm:bash",
                "@process.comm:bash",
                "`@process.comm:sh` and `@process.comm:bash` never hold together",
            ),
            ("host:web-1 host:db-*", "host:db-*", "`host:web-1` and `host:db-*` never hold together"),
            (
                "@process.executable.path:/usr/bin/java @process.executable.name:javac",
                "@process.executable.name:javac",
                "`@process.executable.path:/usr/bin/java` and `@process.executable.name:javac` never hold together",
            ),
            (
                "@process.uid:>=1000 @process.uid:<=1001 -@process.uid:(1000 OR 1001)",
                "1000 OR 1001",
                "`@process.uid:>=1000`, `@process.uid:<=1001` and `@process.uid:(1000 OR 1001)` never hold together",
            ),
            (
                "@process.parent.comm:cron -@process.ancestors.comm:cr*",
                "@process.ancestors.comm:cr*",
                "`@process.parent.comm:cron` and `@process.ancestors.comm:cr*` never hold together",
            ),
            (
                "CIDR(@network.destination.ip,10.0.0.0/8) @network.destination.ip:192.168.*",
                "@network.destination.ip:192.168.*",
                "`CIDR(@network.destination.ip,10.0.0.0/8)` and `@network.destination.ip:192.168.*` never hold together",
            ),
            (
                "@process.args:x -@process.args:*",
                "@process.args:*",
                "`@process.args:x` and `@process.args:*` never hold together",
            ),
            (
                "@network.source.ip:FE80::1",
                "@network.source.ip:FE80::1",
                "`@network.source.ip:FE80::1` never holds: no event has such a value",
            ),
            ("@process.comm:c $f", "$f", "`@process.comm:c` and `@process.comm:a …` never hold together"),
        ] {
            assert_eq!(found(condition), [(at.to_owned(), message.to_owned())], "{condition}");
        }
    }

    #[test]
    fn each_branch_is_looked_at() {
        let branch = "(@process.comm:sh OR @process.user:root) @process.comm:bash";
        assert_eq!(found(branch).len(), 1);
    }

    #[test]
    fn what_can_match_passes() {
        for condition in [
            "@process.args:x @process.args:y",
            "@process.comm:a* @process.comm:*b",
            "kube_service:a kube_service:b",
            "@process.ancestors.comm:a @process.ancestors.comm:b",
            "@process.executable.path:/usr/bin/java @process.executable.name:java",
            "@process.executable.path:*java* @process.executable.name:j*",
            "@process.comm:a OR @process.comm:b",
            "@process.uid:[1 TO 5] -@process.uid:3",
            "$f @process.comm:a",
        ] {
            assert_eq!(found(condition), [], "{condition}");
        }
    }

    #[test]
    fn kinds_of_events_are_for_their_own_check() {
        let text = "suppress x { when event { @bpf.cmd:BPF_PROG_LOAD @file.path:/a } }";
        assert!(of(text, Code::NeverMatches).is_empty());
    }
}

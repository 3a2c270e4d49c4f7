use crate::diag::{Code, Diagnostic, Edit, Fix, text};
use crate::hir::check::CheckCtx;
use crate::hir::check::event_kinds::{Claim, possible};
use crate::hir::check::term::Term;
use crate::hir::{NodeId, NodeKind, Test};
use crate::schema::{Kind, KindSet};

/// Named first where not all kinds are named: those that people think in.
const FAMILIAR: [Kind; 12] = [
    Kind::Exec,
    Kind::Open,
    Kind::Unlink,
    Kind::Rename,
    Kind::Chmod,
    Kind::Dns,
    Kind::Connect,
    Kind::Bind,
    Kind::Create,
    Kind::Write,
    Kind::LoadModule,
    Kind::Mmap,
];

/// Reports terms whose attribute the Agent declares and never fills, except where they are denied.
pub(super) fn unfilled(ctx: &CheckCtx<'_>, id: NodeId, out: &mut Vec<Diagnostic>) {
    let node = ctx.query.node(id);
    match node.kind {
        NodeKind::And(list) | NodeKind::Or(list) => {
            for child in ctx.query.children(list) {
                unfilled(ctx, *child, out);
            }
        }
        NodeKind::Not(_) => {}
        NodeKind::Term { key, test } => {
            let term = Term { ctx, span: node.span, key, test };
            let Some(attribute) = term.attribute().filter(|attribute| attribute.kinds.is_empty()) else { return };
            let at = if term.is_expanded() { node.span } else { key.span };
            let repeated = |last: &Diagnostic| last.code == Code::NoSuchEvent && last.span == at;
            if out.last().is_some_and(repeated) || term.is_one_of_several_keys() {
                return;
            }
            out.push(
                Diagnostic::new(
                    Code::NoSuchEvent,
                    at,
                    text!("no event carries `@{0}`: the Agent declares it and never fills it", attribute.path),
                )
                .label("never filled")
                .help("use another attribute of the same object"),
            );
        }
    }
}

/// Says that no event satisfies all of these, two at the least. `activity` stands first if it is among them, and last
/// what is at fault: the part of the branch that holds on nothing, by its place.
pub(super) fn report(ctx: &CheckCtx<'_>, claims: &[Claim]) -> Option<Diagnostic> {
    let (last, others) = claims.split_last()?;
    let message = match others {
        [first] if is_key(ctx, first) && is_key(ctx, last) => text!(
            "no event carries both: `{0}` exists only on {1} events, `{2}` only on {3} events",
            subject(ctx, first),
            named(first.kinds),
            subject(ctx, last),
            named(last.kinds)
        ),
        [first] => text!(
            "no event fits both: `{0}` holds only on {1} events, `{2}` only on {3} events",
            subject(ctx, first),
            named(first.kinds),
            subject(ctx, last),
            named(last.kinds)
        ),
        _ => {
            let subjects: Vec<String> = claims.iter().map(|claim| format!("`{}`", subject(ctx, claim))).collect();
            text!("no event fits all of {0}", subjects.join(", "))
        }
    };
    let mut diagnostic =
        Diagnostic::new(Code::NoSuchEvent, last.span, message).label(text!("only on {0} events", named(last.kinds)));
    for other in others {
        diagnostic = diagnostic.also(other.span, text!("only on {0} events", named(other.kinds)));
    }
    let by_activity = others.iter().find(|claim| claim.node.is_none());
    Some(match by_activity {
        Some(activity) => {
            let diagnostic =
                diagnostic.help("name what the condition is about, or leave `activity` out: it is inferred");
            let needed = possible(ctx, ctx.query.root());
            if needed.is_empty() {
                return Some(diagnostic);
            }
            let written = as_activity(needed);
            diagnostic.fix(Fix {
                title: text!("write `activity = {0}`", written),
                safe: false,
                edits: vec![Edit { span: activity.span, text: written }],
            })
        }
        None => diagnostic.help("an event has one kind: write a rule for each, or join the alternatives with OR"),
    })
}

/// Some of the kinds, so that a reader knows which they are.
pub(super) fn named(kinds: KindSet) -> String {
    if kinds.len() <= 4 {
        return kinds.to_string();
    }
    let familiar = FAMILIAR.into_iter().filter(|kind| kinds.contains(*kind));
    let others = kinds.iter().filter(|kind| !FAMILIAR.contains(kind));
    let first: Vec<&str> = familiar.chain(others).take(3).map(Kind::name).collect();
    format!("{}, …", first.join(", "))
}

/// What a claim is called.
pub(super) fn subject(ctx: &CheckCtx<'_>, claim: &Claim) -> String {
    match claim.node {
        None => "activity".to_owned(),
        Some(id) => called(ctx, id),
    }
}

fn called(ctx: &CheckCtx<'_>, id: NodeId) -> String {
    match ctx.query.node(id).kind {
        NodeKind::Term { key, test } => {
            let key = ctx.query.text(key.text);
            match test {
                Test::Exact(value) | Test::Glob(value) if narrows(key) => format!("{key}:{}", ctx.query.text(value)),
                _ => key.to_owned(),
            }
        }
        NodeKind::Not(of) => format!("NOT {}", called(ctx, of)),
        NodeKind::And(list) | NodeKind::Or(list) => {
            let mut keys: Vec<&str> = Vec::with_capacity(2);
            let mut waiting: Vec<NodeId> = ctx.query.children(list).iter().rev().copied().collect();
            while let Some(id) = waiting.pop() {
                match ctx.query.node(id).kind {
                    NodeKind::And(list) | NodeKind::Or(list) => waiting.extend(ctx.query.children(list).iter().rev()),
                    NodeKind::Not(of) => waiting.push(of),
                    NodeKind::Term { key, .. } => {
                        let key = ctx.query.text(key.text);
                        if !keys.contains(&key) && !possible(ctx, id).is_all() {
                            keys.push(key);
                        }
                    }
                }
                if keys.len() == 2 {
                    break;
                }
            }
            keys.join("` or `")
        }
    }
}

/// Whether the value says more than the key.
fn narrows(key: &str) -> bool {
    matches!(key, "@evt.name" | "@evt.category" | "@agent.rule_id" | "type" | "rule_id")
}

fn is_key(ctx: &CheckCtx<'_>, claim: &Claim) -> bool {
    claim.node.is_some_and(|id| match ctx.query.node(id).kind {
        NodeKind::Term { key, .. } => !narrows(ctx.query.text(key.text)),
        NodeKind::Or(_) => true,
        NodeKind::And(_) | NodeKind::Not(_) => false,
    })
}

/// The value of `activity` that covers these kinds.
fn as_activity(kinds: KindSet) -> String {
    let words: Vec<&str> = if kinds.len() <= 3 {
        kinds.iter().map(Kind::name).collect()
    } else {
        kinds.activities().map(crate::schema::Activity::name).collect()
    };
    match words.as_slice() {
        [only] => (*only).to_owned(),
        several => format!("[{}]", several.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use crate::diag::Code;
    use crate::hir::check::testing::{applied, assert_clean, assert_complete, clean, event, findings, finds};

    #[track_caller]
    fn wrong(condition: &str, at: &str, message: &str) {
        finds(condition, Code::NoSuchEvent, at, &[]);
        assert_eq!(findings(&event(condition))[0].message.to_string(), message);
    }

    #[test]
    fn attributes_of_different_events_do_not_meet() {
        wrong(
            "@bpf.cmd:BPF_PROG_LOAD @process.user:root @file.path:/etc/passwd",
            "@file.path:/etc/passwd",
            "no event carries both: `@bpf.cmd` exists only on bpf events, `@file.path` only on exec, open, unlink, … events",
        );
        wrong(
            "@dns.question.name:example.com @file.name:x",
            "@file.name:x",
            "no event carries both: `@dns.question.name` exists only on dns events, `@file.name` only on exec, open, unlink, … events",
        );
    }

    #[test]
    fn of_many_kinds_the_familiar_ones_are_named() {
        use Kind::{Accept, Bpf, Dns, Exec, Open, Ptrace, Setuid, Unlink};
        let named = |kinds: &[Kind]| super::named(kinds.iter().copied().collect());
        assert_eq!(named(&[Bpf, Exec, Ptrace, Setuid, Accept]), "exec, accept, bpf, …");
        assert_eq!(named(&[Bpf, Dns, Exec, Open, Unlink]), "exec, open, unlink, …");
    }

    #[test]
    fn the_kind_can_be_said() {
        wrong(
            "@evt.name:exec @bpf.cmd:*",
            "@bpf.cmd:*",
            "no event fits both: `@evt.name:exec` holds only on exec events, `@bpf.cmd` only on bpf events",
        );
        wrong(
            "type:open @bpf.cmd:*",
            "@bpf.cmd:*",
            "no event fits both: `type:open` holds only on open events, `@bpf.cmd` only on bpf events",
        );
        wrong(
            "@bpf.cmd:* -@evt.name:bpf",
            "-@evt.name:bpf",
            "no event fits both: `@bpf.cmd` holds only on bpf events, `NOT @evt.name:bpf` only on exec, open, unlink, … events",
        );
        wrong(
            "@evt.category:\"Network Activity\" @bpf.cmd:*",
            "@bpf.cmd:*",
            "no event fits both: `@evt.category:Network Activity` holds only on dns, connect, bind, … events, `@bpf.cmd` only on bpf events",
        );
        clean(&[
            "@evt.name:b* @bpf.cmd:*",
            "-@evt.name:exec @bpf.cmd:*",
            "@evt.category:\"Kernel Activity\" @bpf.cmd:*",
            "type:workload_security @bpf.cmd:*",
        ]);
    }

    #[test]
    fn every_branch_is_looked_at() {
        wrong(
            "@process.user:root (@bpf.cmd:* OR @file.path:/a) @bpf.map.name:x",
            "@file.path:/a",
            "no event carries both: `@bpf.map.name` exists only on bpf events, `@file.path` only on exec, open, unlink, … events",
        );
        wrong(
            "@evt.name:(exec OR bpf) @bpf.cmd:*",
            "exec",
            "no event fits both: `@bpf.cmd` holds only on bpf events, `@evt.name:exec` only on exec events",
        );
        wrong(
            "@file.path:(/a OR /b) @bpf.cmd:*",
            "@bpf.cmd:*",
            "no event carries both: `@file.path` exists only on exec, open, unlink, … events, `@bpf.cmd` only on bpf events",
        );
        wrong(
            "@file.path:/a (@bpf.cmd:* OR @bpf.map.name:x OR @bpf.program.name:y)",
            "@bpf.cmd:* OR @bpf.map.name:x OR @bpf.program.name:y",
            "no event carries both: `@file.path` exists only on exec, open, unlink, … events, `@bpf.cmd` or `@bpf.map.name` only on bpf events",
        );
        wrong(
            "@process.user:root OR (@bpf.cmd:* @file.path:/a)",
            "@file.path:/a",
            "no event carries both: `@bpf.cmd` exists only on bpf events, `@file.path` only on exec, open, unlink, … events",
        );
        clean(&[
            "@bpf.cmd:* OR @file.path:/a",
            "(@bpf.cmd:* OR @file.path:/a) @process.user:root",
            "@bpf.cmd:* -@file.path:/a",
        ]);
    }

    #[test]
    fn three_can_conflict_where_no_two_do() {
        let text = event("@evt.name:(exec OR open) -@evt.name:open @file.destination.mode:493");
        let found = findings(&text);
        let [only] = found.as_slice() else { panic!("{found:#?}") };
        assert_complete(only);
        assert_eq!((only.code, only.labels.len()), (Code::NoSuchEvent, 2));
    }

    #[test]
    fn activity_narrows_and_is_mended() {
        let text = "suppress x {\n  activity = network\n  when event { @bpf.cmd:* }\n}\n";
        let found = findings(text);
        let [only] = found.as_slice() else { panic!("{found:#?}") };
        assert_complete(only);
        assert_eq!((only.code, only.span.of(text)), (Code::NoSuchEvent, "@bpf.cmd:*"));
        let fixed = applied(text, &only.fixes[0]);
        assert!(fixed.contains("activity = bpf\n"), "{fixed}");
        assert_clean(&fixed, Code::NoSuchEvent);
    }

    #[test]
    fn attributes_that_are_never_filled_match_nothing() {
        finds("@file.fstype:ext4 @process.user:root", Code::NoSuchEvent, "@file.fstype", &[]);
        finds("@file.fstype:(ext4 OR xfs) @process.user:root", Code::NoSuchEvent, "@file.fstype", &[]);
        finds("@file.fstype:ext4 @bpf.cmd:* @dns.id:1", Code::NoSuchEvent, "@file.fstype", &[]);
        assert_eq!(findings(&event("@file.fstype:ext4 @file.attribute_name:x")).len(), 2);
        clean(&["-@file.fstype:ext4 @process.user:root"]);
    }
}

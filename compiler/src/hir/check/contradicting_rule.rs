use crate::diag::{Code, Diagnostic, text};
use crate::hir::NodeKind;
use crate::hir::check::CheckCtx;
use crate::hir::check::event_kinds::Claim;
use crate::hir::check::no_such_event::{named, subject};
use crate::hir::check::term::Term;
use crate::hir::spelling;
use crate::schema::KindSet;

/// Says that the Agent rule of `rule` never fires on what the other claims need.
pub(super) fn report(ctx: &CheckCtx<'_>, rule: &Claim, others: &[Claim]) -> Option<Diagnostic> {
    let node = ctx.query.node(rule.node?);
    let NodeKind::Term { key, test } = node.kind else { return None };
    let term = Term { ctx, span: node.span, key, test };
    let (id, _) = term.value()?;
    let message = match others {
        [other] => text!(
            "the Agent rule `{0}` fires only on {1} events, and `{2}` holds only on {3} events",
            id,
            named(rule.kinds),
            subject(ctx, other),
            named(other.kinds)
        ),
        _ => {
            text!("the Agent rule `{0}` fires only on {1} events, and the rest holds on others", id, named(rule.kinds))
        }
    };
    let mut diagnostic = Diagnostic::new(Code::ContradictingRule, term.place(), message)
        .label(text!("only on {0} events", named(rule.kinds)));
    for other in others {
        diagnostic = diagnostic.also(other.span, text!("only on {0} events", named(other.kinds)));
    }
    let needed = others.iter().fold(KindSet::ALL, |all, claim| all.intersection(claim.kinds));
    diagnostic =
        diagnostic.help("name the rule that fires on these events, or ask for attributes of the events of this rule");
    if let Some(span) = term.value_span() {
        for other in related(ctx, id, needed) {
            diagnostic = diagnostic.unsafe_fix(text!("name `{0}`", other), span, spelling::literal(other));
        }
    }
    Some(diagnostic)
}

/// Rules of the same family, by the part of the id before its last word, that fire on what is needed.
fn related(ctx: &CheckCtx<'_>, id: &str, needed: KindSet) -> impl Iterator<Item = &'static str> {
    let family = id.rsplit_once('_').map_or(id, |(family, _)| family).to_owned();
    ctx.cx
        .schema
        .agent_rules()
        .filter(move |rule| {
            let same = rule.id.rsplit_once('_').is_some_and(|(other, _)| other == family);
            same && !rule.kinds.intersection(needed).is_empty()
        })
        .map(|rule| rule.id)
        .take(3)
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::hir::check::testing::{clean, event, findings, finds};

    #[test]
    fn a_rule_fires_on_its_own_events() {
        let condition = "@agent.rule_id:aws_imds @dns.question.name:example.com";
        finds(condition, Code::ContradictingRule, "aws_imds", &[]);
        assert_eq!(
            findings(&event(condition))[0].message.to_string(),
            "the Agent rule `aws_imds` fires only on exec events, and `@dns.question.name` holds only on dns events"
        );
        finds("@evt.name:dns rule_id:aws_imds", Code::ContradictingRule, "aws_imds", &[]);
        // The rule is not at fault where the rest fits no event either.
        finds("rule_id:aws_imds @evt.name:exec @bpf.cmd:*", Code::NoSuchEvent, "@bpf.cmd:*", &[]);
        finds(
            "@agent.rule_id:(aws_imds OR systemd_modification_chmod) @evt.name:dns",
            Code::NoSuchEvent,
            "@evt.name:dns",
            &[],
        );
    }

    #[test]
    fn rules_of_the_same_family_are_offered() {
        let condition = |id: &str| format!("@agent.rule_id:{id} @evt.name:open");
        finds(
            &condition("systemd_modification_chmod"),
            Code::ContradictingRule,
            "systemd_modification_chmod",
            &[&condition("systemd_modification_open")],
        );
    }

    #[test]
    fn rules_of_one_s_own_are_unknown() {
        clean(&[
            "@agent.rule_id:my_own_rule @dns.question.name:example.com",
            "@agent.rule_id:aws_imds @process.args:x",
            "@agent.rule_id:aws_imds @evt.name:exec",
        ]);
    }
}

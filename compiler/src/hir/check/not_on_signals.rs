use crate::base::Span;
use crate::diag::{Code, Diagnostic, Edit, Fix, text};
use crate::hir::KeyKind;
use crate::hir::check::CheckCtx;
use crate::hir::check::term::Term;
use crate::schema::{AttrId, Scope};

/// Attributes of the Agent event that signals are not known to carry, in a condition on signals: each one once.
pub(super) fn check(ctx: &CheckCtx<'_>, out: &mut Vec<Diagnostic>) {
    let mut seen: Vec<AttrId> = Vec::new();
    for (_, span, key, test) in ctx.query.terms() {
        let KeyKind::Attribute(id) = key.kind else { continue };
        let attribute = ctx.cx.schema.attribute(id);
        if attribute.scope != Scope::Event || seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let term = Term { ctx, span, key, test };
        let at = if term.is_expanded() { span } else { key.span };
        let diagnostic = Diagnostic::new(
            Code::NotOnSignals,
            at,
            text!("signals are not known to carry `{0}`: a signal holds only part of its event", term.key_text()),
        )
        .label("may be missing from the signal");
        out.push(match to_event(ctx) {
            Some(fix) => diagnostic.help("ask the Agent event for it: `when event { … }`").fix(fix),
            None => {
                diagnostic.help("ask the Agent event for it in `when event { … }`, or use an attribute of the signal")
            }
        });
    }
}

/// Turns the block into one about events, if nothing in it is of signals alone and the rule has no such block yet.
fn to_event(ctx: &CheckCtx<'_>) -> Option<Fix> {
    if ctx.rule.when_event.is_some() {
        return None;
    }
    let movable = ctx.query.terms().all(|(_, _, key, _)| match key.kind {
        KeyKind::Tag(id) => ctx.cx.schema.tag_by_id(id).is_none_or(|tag| tag.scopes.contains(Scope::Event)),
        _ => true,
    });
    let before = ctx.source.get(..ctx.query.span.start as usize).filter(|_| movable)?;
    let head = before.trim_end();
    let (head, qualified) = match head.strip_suffix("signal") {
        Some(head) => (head.trim_end(), true),
        None => (head, false),
    };
    head.ends_with("when").then(|| {
        let span = Span::new(head.len() as u32, ctx.query.span.start);
        let text =
            if qualified { before.get(head.len()..)?.replacen("signal", "event", 1) } else { " event ".to_owned() };
        Some(Fix { title: "ask the Agent event".into(), safe: false, edits: vec![Edit { span, text }] })
    })?
}

#[cfg(test)]
mod tests {
    use crate::diag::Code;
    use crate::hir::check::testing::{applied, assert_clean, assert_complete, clean, findings, signal};

    #[test]
    fn each_attribute_is_named_once() {
        let text = signal("@process.executable.mode:(33261 OR 33188) @process.executable.inode:5 @process.user:root");
        let found = findings(&text);
        let places: Vec<&str> = found.iter().map(|found| found.span.of(&text)).collect();
        assert_eq!(places, ["@process.executable.mode", "@process.executable.inode"]);
        for found in &found {
            assert_complete(found);
            assert_eq!(found.code, Code::NotOnSignals);
            let fixed = applied(&text, &found.fixes[0]);
            assert!(fixed.contains("when event {"), "{fixed}");
            assert_clean(&fixed, Code::NotOnSignals);
        }
    }

    #[test]
    fn the_header_is_rewritten_as_it_stands() {
        let text = signal("@process.executable.mode:33261").replace("when {", "when  signal\n  {");
        let found = findings(&text);
        assert_eq!(applied(&text, &found[0].fixes[0]), text.replace("signal", "event"));
    }

    #[test]
    fn a_rule_with_both_blocks_keeps_them() {
        let text =
            signal("@process.executable.mode:33261").replace("when {", "when event { @process.user:root }\n  when {");
        let found = findings(&text);
        assert!(found.len() == 1 && found[0].fixes.is_empty(), "{found:#?}");
    }

    #[test]
    fn what_only_signals_have_stays_on_signals() {
        let found = findings(&signal("@process.executable.mode:33261 status:high"));
        let fixes = found.iter().filter(|found| found.code == Code::NotOnSignals).map(|found| found.fixes.len());
        assert_eq!(fixes.collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn events_carry_everything() {
        clean(&["@process.executable.mode:33261"]);
        assert!(findings(&signal("@process.args:x host:y")).is_empty());
    }
}

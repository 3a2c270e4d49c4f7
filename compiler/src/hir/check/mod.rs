//! Whether values fit their attributes, and attributes fit one another. One check is one file with its tests.
//!
//! Every term is looked at alone, by the type of its attribute; then the terms of a block together, by the event kinds
//! that carry them. A term gets at most one finding, and its fix leaves a program that compiles.
//!
//! Not here: keys, which lowering resolves; what terms on one attribute mean together, which is for the logic layer.

mod arguments_in_one_value;
mod cidr_on_non_ip;
mod comm_too_long;
mod contradicting_rule;
mod empty_range;
mod envs_with_value;
mod event_kinds;
mod invalid_network;
mod network_as_value;
mod no_such_event;
mod not_on_signals;
mod octal_mode;
mod range_on_text;
mod term;
#[cfg(test)]
pub(super) mod testing;
mod type_mismatch;
mod unknown_value;

use std::cell::OnceCell;

use crate::base::Span;
use crate::config::Context;
use crate::diag::Diagnostic;
use crate::hir::{KeyKind, Place, Query, Rule, Test, pattern};
use crate::schema::{AttrId, Type};
use term::Term;

/// What every check may look at: one block of a rule and what is around it.
struct CheckCtx<'a> {
    cx: &'a Context<'a>,
    /// The text that all spans are relative to.
    source: &'a str,
    query: &'a Query,
    place: Place,
    rule: &'a Rule,
    /// Attributes that the block asks for an option that takes a script, found when first needed.
    with_script: OnceCell<Vec<AttrId>>,
}

/// Runs every check on a rule. `source` is the text that the rule's spans are relative to, and the schema of `cx` the
/// one that the rule was lowered with. Findings are appended in source order, with the severity of their code.
pub fn check_rule(source: &str, rule: &Rule, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let from = out.len();
    let blocks = [(&rule.rules, Place::Rules), (&rule.when_signal, Place::Signal), (&rule.when_event, Place::Event)];
    for (query, place) in blocks {
        if let Some(query) = query {
            CheckCtx { cx, source, query, place, rule, with_script: OnceCell::new() }.run(out);
        }
    }
    if let Some(found) = out.get_mut(from..) {
        found.sort_by_key(|diagnostic| diagnostic.span.start);
    }
}

impl CheckCtx<'_> {
    fn run(&self, out: &mut Vec<Diagnostic>) {
        let mut survey = event_kinds::Survey::new(self.rule);
        let mut repeats = Repeats::default();
        for (_, span, key, test) in self.query.terms() {
            let term = Term { ctx: self, span, key, test };
            survey.see(&term);
            if repeats.are_enough(span) {
                continue;
            }
            let before = out.len();
            term.check(out);
            if out.len() > before
                && (is_repeated(out, before) || term.value().is_some() && term.is_one_of_several_keys())
            {
                out.truncate(before);
                repeats.count(span);
            }
        }
        if self.place != Place::Rules {
            if survey.is_doubtful() {
                event_kinds::check(self, out);
            }
            if self.place == Place::Signal {
                not_on_signals::check(self, out);
            }
        }
    }
}

/// Whether the newest finding says what the one before it says of the same place: of what stands there for several
/// terms, a list or a key with a wildcard, one finding says it.
fn is_repeated(out: &[Diagnostic], before: usize) -> bool {
    match out.get(before.saturating_sub(1)..) {
        Some([last, new]) => last.span == new.span && last.code == new.code,
        _ => false,
    }
}

/// Findings left out because their place has said them: after so many, its other terms are not looked at.
#[derive(Default)]
struct Repeats {
    span: Span,
    count: u32,
}

impl Repeats {
    const MOST: u32 = 64;

    fn count(&mut self, span: Span) {
        self.count = if self.span == span { self.count + 1 } else { 1 };
        self.span = span;
    }

    fn are_enough(&self, span: Span) -> bool {
        self.count >= Repeats::MOST && self.span == span
    }
}

impl Term<'_> {
    /// Checks the value against what is known of the key.
    fn check(&self, out: &mut Vec<Diagnostic>) {
        let found = match self.test {
            Test::Present => None,
            Test::Networks(networks) => match cidr_on_non_ip::check(self, networks) {
                None => return invalid_network::check(self, networks, out),
                found => found,
            },
            Test::Range { low, high } => range_on_text::check(self, low, high)
                .or_else(|| octal_mode::check_range(self, low, high))
                .or_else(|| empty_range::check(self, low, high))
                .or_else(|| type_mismatch::check_range(self, low, high)),
            Test::Exact(_) | Test::Glob(_) => self.check_value(),
        };
        out.extend(found);
    }

    fn check_value(&self) -> Option<Diagnostic> {
        let attribute = match self.key.kind {
            KeyKind::Attribute(_) => self.attribute()?,
            KeyKind::RuleKey => return unknown_value::check_rule_key(self),
            // A few tags are keys of rules as well.
            KeyKind::Tag(_) if self.ctx.place == Place::Rules => return unknown_value::check_rule_key(self),
            KeyKind::NeverEmitted | KeyKind::UnknownAttribute | KeyKind::Tag(_) | KeyKind::UnknownTag => return None,
        };
        match attribute.ty {
            Type::Int | Type::Bool | Type::Port | Type::Timestamp => type_mismatch::check(self, attribute),
            Type::Ip => network_as_value::check(self).or_else(|| type_mismatch::check(self, attribute)),
            Type::Mode => octal_mode::check(self, attribute).or_else(|| type_mismatch::check(self, attribute)),
            Type::Enum => unknown_value::check(self, attribute),
            Type::String if attribute.path.ends_with(".comm") => comm_too_long::check(self),
            Type::String if attribute.path.ends_with(".args") => arguments_in_one_value::check(self),
            Type::String if attribute.path.ends_with(".envs") => envs_with_value::check(self),
            Type::String | Type::Path | Type::Any => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{event, findings};
    use crate::diag::Code;

    /// What is found at a use of these `let`s: code, place, number of fixes.
    fn at_use(lets: &str, condition: &str) -> Vec<(Code, String, usize)> {
        let text = format!("{lets}\n{}", event(condition));
        findings(&text).iter().map(|found| (found.code, found.span.of(&text).to_owned(), found.fixes.len())).collect()
    }

    #[test]
    fn what_a_let_brings_is_reported_once_at_its_use_and_not_rewritten() {
        let kinds = "let kinds = (exce OR opne OR exec)";
        assert_eq!(at_use(kinds, "@evt.name:$kinds"), [(Code::UnknownValue, "$kinds".to_owned(), 0)]);
        let fragment = "let f = { @process.comm:a-name-too-long-for-it @process.uid:root @process.args:\"-c x\" }";
        let codes = [Code::TypeMismatch, Code::CommTooLong, Code::ArgumentsInOneValue];
        assert_eq!(at_use(fragment, "$f"), codes.map(|code| (code, "$f".to_owned(), 0)));
        let network = "let f = { CIDR(@network.source.ip,10.0.0.1/8) CIDR(host,10.0.0.0/8) @file.fstype:x }";
        let codes = [Code::CidrOnNonIp, Code::InvalidNetwork, Code::NoSuchEvent];
        assert_eq!(at_use(network, "$f"), codes.map(|code| (code, "$f".to_owned(), 0)));
    }

    #[test]
    fn members_of_a_shared_list_may_not_fit_everywhere() {
        let kinds = "let kinds = (bpf OR exec)";
        assert_eq!(at_use(kinds, "@evt.name:$kinds @bpf.cmd:*"), []);
        let found = at_use(kinds, "@evt.name:$kinds @dns.id:1");
        assert_eq!(found, [(Code::NoSuchEvent, "@dns.id:1".to_owned(), 0)]);
    }

    #[test]
    fn one_value_for_several_keys_need_not_fit_each() {
        let text = event("@process.parent.*:a-value-too-long-for-a-command");
        let codes: Vec<Code> = findings(&text).iter().map(|found| found.code).collect();
        assert_eq!(codes, [Code::WildcardKey]);
        let text = event("@*.name:(a OR b) @bpf.cmd:*");
        let codes: Vec<Code> = findings(&text).iter().map(|found| found.code).collect();
        assert_eq!(codes, [Code::WildcardKey]);
        let shared = at_use("let f = { @process.parent.*:a-value-too-long-for-a-command }", "$f");
        assert!(shared.iter().all(|(code, ..)| *code == Code::WildcardKey), "{shared:?}");
    }

    #[test]
    fn hostile_lists_take_no_time() {
        let list = |value: &dyn Fn(usize) -> String| (0..20_000).map(value).collect::<Vec<_>>().join(" OR ");
        let names = format!("let l = ({})", list(&|at| format!("name-{at}-that-is-too-long")));
        assert_eq!(at_use(&names, "@process.comm:$l").len(), 1);
        let arguments = list(&|at| format!("\"-c {at}\""));
        assert_eq!(findings(&event(&format!("@process.args:({arguments})"))).len(), 20_000);
        let networks = (0..20_000).map(|at| format!("n{at}")).collect::<Vec<_>>().join(",");
        assert_eq!(findings(&event(&format!("CIDR(@network.source.ip,{networks})"))).len(), 20_000);
        let branches = list(&|at| format!("(@file.name:{at} @dns.id:{at})"));
        assert_eq!(findings(&event(&branches)).len(), 16);
        let alternatives = list(&|at| format!("@file.name:{at}"));
        assert_eq!(findings(&event(&format!("@bpf.cmd:* ({alternatives})"))).len(), 1);
    }

    #[test]
    fn a_place_that_has_said_it_often_enough_is_left() {
        let names: Vec<String> = (0..70).map(|at| format!("name-{at}-that-is-too-long")).collect();
        let fragment = format!("let f = {{ @process.comm:({}) @process.uid:root }}", names.join(" OR "));
        let found = [(Code::CommTooLong, "$f".to_owned(), 0), (Code::TypeMismatch, "staff".to_owned(), 1)];
        assert_eq!(at_use(&fragment, "$f @process.gid:staff"), found);
    }

    #[test]
    fn what_a_place_has_not_said_yet_is_said() {
        let found = at_use("let n = (web-1 OR web-2 OR 10.0.0.0/8)", "@network.source.ip:$n");
        assert_eq!(found, [Code::NetworkAsValue, Code::TypeMismatch].map(|code| (code, "$n".to_owned(), 0)));
    }

    #[test]
    fn findings_stand_in_source_order() {
        let text = event("@bpf.cmd:NOPE @file.path:/x @process.uid:root");
        let places: Vec<u32> = findings(&text).iter().map(|found| found.span.start).collect();
        assert!(places.len() == 3 && places.is_sorted(), "{places:?}");
    }
}

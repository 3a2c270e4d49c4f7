//! One branch: the terms that silence a group of events, and nothing that must fire.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::Candidates;
use super::order::{is_expected, is_on_signals, rank, slots};
use super::sighting::Sighting;
use super::term::Term;
use super::write;
use crate::base::Span;
use crate::config::Context;
use crate::diag::{Code, Diagnostic, Group};
use crate::hir::Names;
use crate::lint::check_item;
use crate::logic::specificity::{Bits, SPECIFIC};
use crate::schema::{Activity, Family};
use crate::syntax::parse_item;

/// More arguments make a rule no narrower that anyone would notice.
const ARGUMENTS: usize = 6;

/// More attributes of the kernel's own are not named unasked.
const KERNEL: usize = 3;

/// After so many corrections a branch is given up.
const ROUNDS: usize = 64;

/// Why a group has no branch.
pub(super) enum Fault {
    /// No term parts it from that event, which must fire.
    Alike(usize),
    /// What it has is too little for a rule without findings.
    TooLittle(String),
}

/// What the branches of one rule are made for.
pub(super) struct Maker<'a> {
    pub(super) cx: &'a Context<'a>,
    /// Whether the condition is about signals.
    pub(super) of_signals: bool,
    /// What must fire, with the position that it was given at.
    pub(super) foes: Vec<(usize, Sighting)>,
}

/// What the checks say of some terms.
struct Judged {
    /// The gravest finding, and of which term it is, where it is of one.
    finding: Option<(Code, String, Option<usize>)>,
    bits: Bits,
}

impl Maker<'_> {
    /// The branch of a group.
    pub(super) fn branch(&self, group: &[&Sighting]) -> Result<Vec<Term>, Fault> {
        let candidates = self.candidates(group);
        let mut banned: BTreeSet<Term> = BTreeSet::new();
        let mut why = "no attribute that lasts".to_owned();
        'rounds: for _ in 0..ROUNDS {
            let mut terms = self.planned(group, &candidates, &banned);
            self.part(group, &candidates, &banned, &mut terms)?;
            let mut judged = self.judge(&terms);
            let mut rest = self.ranked(&candidates, &banned).into_iter();
            loop {
                match &judged.finding {
                    None if judged.bits >= SPECIFIC => {
                        return Ok(terms);
                    }
                    Some((code, message, Some(at))) if !is_lack(*code) => {
                        why.clone_from(message);
                        let Some(term) = terms.get(*at) else { break 'rounds };
                        banned.insert(term.clone());
                        continue 'rounds;
                    }
                    Some((_, message, _)) => why.clone_from(message),
                    None => why = format!("{} bits are too few for a specific rule", judged.bits),
                }
                // What is added has to help.
                loop {
                    let Some(term) = rest.next() else { break 'rounds };
                    if terms.contains(&term)
                        || terms.iter().any(|other| other.key == term.key && other.values.len() > 1)
                    {
                        continue;
                    }
                    let mut more = terms.clone();
                    more.push(term);
                    let after = self.judge(&more);
                    let is_new =
                        |finding: &Option<(Code, String, Option<usize>)>| finding.as_ref().map(|found| found.0);
                    let harms = after.finding.as_ref().is_some_and(|(code, ..)| !is_lack(*code));
                    let helps = after.bits > judged.bits || is_new(&after.finding) != is_new(&judged.finding);
                    if helps && !harms {
                        (terms, judged) = (more, after);
                        break;
                    }
                }
            }
        }
        Err(Fault::TooLittle(why))
    }

    /// What each key offers, those aside that the condition may not ask for.
    fn candidates(&self, group: &[&Sighting]) -> BTreeMap<String, Candidates> {
        let Some(first) = group.first() else { return BTreeMap::new() };
        first
            .keys()
            .filter(|key| !self.of_signals || is_on_signals(key, self.cx.schema))
            .map(|key| (key.to_owned(), Candidates::new(key, group, self.cx.schema)))
            .collect()
    }

    /// The terms that the guide advises for what the group did.
    fn planned(
        &self,
        group: &[&Sighting],
        candidates: &BTreeMap<String, Candidates>,
        banned: &BTreeSet<Term>,
    ) -> Vec<Term> {
        let activity = activity(group);
        let mut terms = Vec::new();
        let usable = |term: &&Term| !banned.contains(*term) && self.is_sound(term);
        for slot in slots(activity) {
            for key in *slot {
                let Some(offered) = candidates.get(*key) else { continue };
                let most = if key.ends_with("args") { ARGUMENTS } else { 1 };
                let before = terms.len();
                terms.extend(offered.common.iter().filter(usable).take(most).cloned());
                if offered.common.is_empty() || most > 1 {
                    let hits = |term: &&Term| self.foes.iter().any(|(_, foe)| term.holds(foe));
                    let around = offered.around.iter().find(usable).filter(|term| !hits(term));
                    terms.extend(around.or(offered.listed.as_ref().filter(usable)).cloned());
                }
                if terms.len() > before {
                    break;
                }
            }
        }
        if activity == Activity::Kernel {
            let is_kernel = |key: &str| {
                let path = key.strip_prefix('@').unwrap_or_default();
                self.cx.schema.find(path).is_some_and(|(_, attribute)| attribute.family == Family::Kernel)
            };
            let own = self.ranked(candidates, banned).into_iter().filter(|term| is_kernel(&term.key));
            let own: Vec<Term> = own.take(KERNEL).collect();
            terms.extend(own);
        }
        terms
    }

    /// Adds terms until no foe passes all of them.
    fn part(
        &self,
        group: &[&Sighting],
        candidates: &BTreeMap<String, Candidates>,
        banned: &BTreeSet<Term>,
        terms: &mut Vec<Term>,
    ) -> Result<(), Fault> {
        let mut left: Vec<&(usize, Sighting)> =
            self.foes.iter().filter(|(_, foe)| terms.iter().all(|term| term.holds(foe))).collect();
        if left.is_empty() {
            return Ok(());
        }
        let ranked = self.ranked(candidates, banned);
        let (expected, others): (Vec<Term>, Vec<Term>) =
            ranked.into_iter().partition(|term| is_expected(&term.key, self.cx.schema));
        for tier in [expected, others] {
            self.cover(tier, &mut left, terms);
        }
        // What attackers may vary is denied only where nothing else is left: of several events each is looked at first.
        if !left.is_empty() && group.len() == 1 {
            let denials = self.denials(group, &left, banned);
            self.cover(denials, &mut left, terms);
        }
        left.first().map_or(Ok(()), |(index, _)| Err(Fault::Alike(*index)))
    }

    /// Takes the terms that part the group from most of what is left, again and again.
    fn cover(&self, mut offered: Vec<Term>, left: &mut Vec<&(usize, Sighting)>, terms: &mut Vec<Term>) {
        while !left.is_empty() {
            let parted = |term: &Term| left.iter().filter(|(_, foe)| !term.holds(foe)).count();
            // The first of those that part as much: they stand in order.
            let best =
                offered.iter().map(parted).enumerate().max_by_key(|(at, count)| (*count, std::cmp::Reverse(*at)));
            let Some((at, _)) = best.filter(|(_, count)| *count > 0) else { return };
            let term = offered.remove(at);
            if !self.is_sound(&term) {
                continue;
            }
            left.retain(|(_, foe)| term.holds(foe));
            terms.push(term);
        }
    }

    /// Denials of what some foe has and no event of the group.
    fn denials(&self, group: &[&Sighting], left: &[&(usize, Sighting)], banned: &BTreeSet<Term>) -> Vec<Term> {
        let mut found = BTreeSet::new();
        for (_, foe) in left {
            for key in foe.keys().filter(|key| !self.of_signals || is_on_signals(key, self.cx.schema)) {
                for value in foe.lasting(key) {
                    let term = Term::denial(key, value.clone());
                    if !banned.contains(&term) && group.iter().all(|one| term.holds(one)) {
                        found.insert(term);
                    }
                }
            }
        }
        let mut found: Vec<Term> = found.into_iter().collect();
        found.sort_by_key(|term| rank(&term.key, self.cx.schema));
        found
    }

    /// Every term that holds on the group, the most telling first.
    fn ranked(&self, candidates: &BTreeMap<String, Candidates>, banned: &BTreeSet<Term>) -> Vec<Term> {
        let all = candidates.values().flat_map(Candidates::all);
        let mut terms: Vec<Term> = all.filter(|term| !banned.contains(*term)).cloned().collect();
        terms.sort_by_key(|term| rank(&term.key, self.cx.schema));
        terms
    }

    /// Whether nothing is wrong with a term by itself.
    fn is_sound(&self, term: &Term) -> bool {
        let positive = Term { denied: false, ..term.clone() };
        self.judge(&[positive]).finding.is_none_or(|(code, ..)| is_lack(code))
    }

    /// What the checks say of a rule with these terms alone.
    fn judge(&self, terms: &[Term]) -> Judged {
        let (text, spans) = write::probe(terms, self.of_signals);
        let checked = check_item(&text, &parse_item(&text), &Names::default(), self.cx);
        let mut findings: Vec<&Diagnostic> =
            checked.diagnostics.iter().filter(|found| is_about_terms(found.code)).collect();
        findings.sort_by_key(|found| is_lack(found.code));
        let finding = findings.first().map(|found| {
            let at = spans.iter().position(|span: &Span| span.contains(found.span));
            (found.code, found.message.to_string(), at)
        });
        let specificity = checked.rules.first().and_then(|judged| judged.specificity.as_ref());
        Judged { finding, bits: specificity.map(|found| found.bits()).unwrap_or_default() }
    }
}

/// Whether a finding is about what a condition asks for, and not about who answers for the rule.
pub(super) fn is_about_terms(code: Code) -> bool {
    code.group() != Group::Governance && code != Code::UnscopedRule
}

/// Whether a finding asks for more terms; of any other a term is to blame.
fn is_lack(code: Code) -> bool {
    matches!(
        code,
        Code::MatchAll
            | Code::NegationOnly
            | Code::LoneWorkloadTag
            | Code::RootAlone
            | Code::GenericExecutable
            | Code::AttackerChosen
            | Code::TooFewAttributes
            | Code::MissingProcess
            | Code::MissingFile
            | Code::MissingParent
            | Code::MissingPeer
            | Code::MissingWorkload
            | Code::WideBranch
    )
}

/// What the events are about.
fn activity(group: &[&Sighting]) -> Activity {
    let Some(first) = group.first() else { return Activity::Process };
    if let Some(kind) = first.kind {
        return kind.activity();
    }
    let has = |prefix: &str| first.keys().any(|key| key.starts_with(prefix));
    if has("@network.") || has("@dns.") || has("@connect.") || has("@bind.") || has("@accept.") {
        Activity::Network
    } else if has("@file.") {
        Activity::File
    } else {
        Activity::Process
    }
}

//! One page with all of every rule, for an auditor: it needs nothing but itself, and prints.

use std::borrow::Cow;

use askama::Template;

use crate::cli::batch::{Outcome, RuleSummary};
use crate::cli::detail::{Condition, Detail};
use crate::cli::finding::Count;
use crate::cli::format::json::action;
use crate::cli::output::visible;
use crate::cli::project::Setting;
use crate::cli::render::counted;
use crate::cli::state::State;
use crate::hir::{Instant, Polarity, date};
use crate::logic::specificity::{MODERATE, SPECIFIC, SpecificityLevel};

/// The page. The template escapes whatever it is given.
#[derive(Template)]
#[template(path = "page.html")]
struct Page {
    project: String,
    when: String,
    version: &'static str,
    tiles: Vec<Tile>,
    /// `3 errors` where rules are missing.
    errors: Option<String>,
    /// Rules that someone should look at, with the reasons.
    looks: Vec<Look>,
    rules: Vec<Entry>,
    moderate: String,
    specific: String,
}

/// A number of the summary.
struct Tile {
    count: usize,
    label: &'static str,
    /// Whether anything but zero asks for attention.
    alarms: bool,
}

struct Look {
    number: usize,
    name: String,
    why: String,
}

struct Entry {
    /// From 1; names the place in the page.
    number: usize,
    name: String,
    title: Option<String>,
    action: &'static str,
    owner: Option<String>,
    state: &'static str,
    /// The state as the name of a class.
    state_class: &'static str,
    level: Option<&'static str>,
    bits: Option<String>,
    starts: Option<String>,
    until: String,
    days: Option<String>,
    review: Option<String>,
    place: String,
    reason: Option<String>,
    documentation: String,
    ticket: Option<Ticket>,
    protects: Option<String>,
    activity: Option<String>,
    tags: String,
    allows: Vec<(&'static str, String)>,
    scope: String,
    silences_rest: bool,
    conditions: Vec<Shown>,
}

struct Ticket {
    text: String,
    is_link: bool,
}

struct Shown {
    of: &'static str,
    query: String,
    branches: Vec<(String, String, &'static str)>,
    whole: bool,
}

/// Writes the page of an outcome whose rules are in detail.
pub(super) fn page(outcome: &Outcome, setting: &Setting) -> askama::Result<String> {
    let rules: Vec<Entry> =
        outcome.rules.iter().zip(1..).map(|(rule, number)| entry(rule, number, outcome.now)).collect();
    let errors = Count::of(&outcome.findings).errors;
    let project = setting.root.file_name().map(|name| name.to_string_lossy().into_owned());
    let page = Page {
        project: shown(&project.unwrap_or_default()),
        when: moment(outcome.now),
        version: env!("CARGO_PKG_VERSION"),
        tiles: tiles(&outcome.rules),
        errors: (errors > 0).then(|| counted(errors, "error", "errors")),
        looks: outcome.rules.iter().zip(1..).filter_map(|(rule, number)| look(rule, number)).collect(),
        rules,
        moderate: MODERATE.to_string(),
        specific: SPECIFIC.to_string(),
    };
    page.render().map(|text| text + "\n")
}

fn tiles(rules: &[RuleSummary]) -> Vec<Tile> {
    let count = |test: &dyn Fn(&RuleSummary) -> bool| rules.iter().filter(|rule| test(rule)).count();
    let of = |state| count(&|rule| rule.state == state);
    let tile = |count, label, alarms| Tile { count, label, alarms: alarms && count > 0 };
    vec![
        tile(rules.len(), "rules", false),
        tile(of(State::Active) + of(State::ExpiresSoon), "at work", false),
        tile(of(State::ExpiresSoon), "expire soon", true),
        tile(of(State::Expired), "expired", true),
        tile(of(State::StartsLater), "start later", false),
        tile(of(State::Off), "off", false),
        tile(count(&|rule| rule.owner.is_none()), "without owner", true),
        tile(count(&|rule| rule.expires.is_none()), "without end", true),
        tile(count(&is_broad), "broad", true),
    ]
}

fn is_broad(rule: &RuleSummary) -> bool {
    rule.level() == Some(SpecificityLevel::Broad)
}

fn look(rule: &RuleSummary, number: usize) -> Option<Look> {
    let why: Vec<&str> = [
        (rule.is_expired(), "expired"),
        (rule.state == State::ExpiresSoon, "expires soon"),
        (rule.owner.is_none(), "no owner"),
        (rule.expires.is_none(), "no end"),
        (is_broad(rule), "broad"),
    ]
    .into_iter()
    .filter_map(|(holds, why)| holds.then_some(why))
    .collect();
    (!why.is_empty()).then(|| Look { number, name: shown(&rule.name), why: why.join(", ") })
}

fn entry(rule: &RuleSummary, number: usize, now: Instant) -> Entry {
    let detail = rule.detail.as_deref();
    let text = |field: fn(&Detail) -> &Option<String>| detail.and_then(|detail| field(detail).as_deref()).map(shown);
    let title = detail.map(|detail| detail.title.as_str()).filter(|title| *title != rule.name);
    let ticket = text(|detail| &detail.ticket);
    Entry {
        number,
        name: shown(&rule.name),
        title: title.map(shown),
        action: action(rule.polarity),
        owner: rule.owner.as_deref().map(shown),
        state: rule.state.name(),
        state_class: match rule.state {
            State::Expired => "bad",
            State::ExpiresSoon => "warn",
            State::Off | State::StartsLater => "idle",
            State::Active => "good",
        },
        level: rule.level().map(SpecificityLevel::name),
        bits: rule.bits.map(|bits| bits.to_string()),
        starts: rule.starts.map(moment),
        until: rule.expires.map_or_else(|| "no end".to_owned(), moment),
        days: rule.days_left(now).filter(|_| !rule.is_expired()).map(counted_days),
        review: detail.and_then(|detail| detail.review).map(moment),
        place: shown(&format!("{}:{}", rule.file, rule.line)),
        reason: text(|detail| &detail.reason),
        documentation: detail.map(|detail| shown(&detail.documentation)).unwrap_or_default(),
        // Any other scheme could do something when it is followed.
        ticket: ticket
            .map(|text| Ticket { is_link: text.starts_with("https://") || text.starts_with("http://"), text }),
        protects: text(|detail| &detail.protects),
        activity: text(|detail| &detail.activity),
        tags: detail.map(|detail| shown(&detail.tags.join(", "))).unwrap_or_default(),
        allows: detail.into_iter().flat_map(|detail| &detail.allows).map(|(lint, why)| (*lint, shown(why))).collect(),
        scope: detail.map(|detail| shown(&detail.scope)).unwrap_or_default(),
        silences_rest: rule.polarity == Polarity::Require,
        conditions: detail.into_iter().flat_map(|detail| &detail.conditions).map(condition).collect(),
    }
}

fn condition(condition: &Condition) -> Shown {
    let branches = condition.branches.iter();
    Shown {
        of: condition.of,
        query: shown(&condition.query),
        branches: branches.map(|one| (shown(&one.query), one.bits.to_string(), one.level.name())).collect(),
        whole: condition.whole,
    }
}

fn counted_days(days: i64) -> String {
    if days == 1 { "1 day left".to_owned() } else { format!("{days} days left") }
}

/// A day alone where it is meant as a whole, as `expires` and `starts` mean one.
fn moment(instant: Instant) -> String {
    let text = date::rfc3339(instant);
    match text.split_once('T') {
        Some((day, "00:00:00.000Z" | "23:59:59.999Z")) => day.to_owned(),
        Some((day, time)) => format!("{day} {} UTC", time.get(..5).unwrap_or(time)),
        None => text,
    }
}

/// A text without what would turn the direction of writing or be seen by nobody.
fn shown(text: &str) -> String {
    match visible(text) {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => text,
    }
}

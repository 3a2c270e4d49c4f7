mod html;

use crate::cli::args::{Global, ListArgs, Order, RulesFormat};
use crate::cli::batch::{self, Nothing, Purpose, RuleSummary};
use crate::cli::exit::{Exit, Problem};
use crate::cli::format::json::{RuleEntry, action};
use crate::cli::project::Setting;
use crate::cli::{command, output, source};
use crate::config::SpecificityLevel;
use crate::hir::Instant;

pub(in crate::cli) fn run(global: &Global, args: &ListArgs) -> Result<Exit, Problem> {
    let setting = Setting::load(global, &args.paths)?;
    let files = source::find(&setting, &args.paths);
    let purpose = match args.format {
        RulesFormat::Html => Purpose::Details,
        RulesFormat::Human | RulesFormat::Json => Purpose::Findings,
    };
    let mut outcome = batch::run(&setting, files, purpose, &mut Nothing)?;
    sort(&mut outcome.rules, args.sort);
    match args.format {
        RulesFormat::Human => output::say(&output::visible(&table(&outcome.rules, outcome.now)))?,
        RulesFormat::Json => {
            let entries = outcome.rules.iter().map(|rule| RuleEntry::new(rule, outcome.now));
            output::json(&entries.collect::<Vec<_>>())?;
        }
        RulesFormat::Html => output::say(&html::page(&outcome, &setting).map_err(Problem::input)?)?,
    }
    let verdict = command::verdict(&outcome.findings, None);
    if verdict != Exit::Clean {
        output::note("some rules have errors and are not listed: run `quell check`");
    }
    Ok(verdict)
}

/// Rules that are equal in this order stay as they stand in the files.
fn sort(rules: &mut [RuleSummary], order: Order) {
    match order {
        Order::Source => {}
        Order::Days => rules.sort_by_key(|rule| (rule.expires.is_none(), rule.expires)),
        Order::Level => rules.sort_by_key(|rule| (rule.bits.is_none(), rule.bits)),
        Order::Owner => rules.sort_by(|one, other| one.owner.cmp(&other.owner)),
    }
}

fn table(rules: &[RuleSummary], now: Instant) -> String {
    let mut rows = vec![["rule", "action", "owner", "days left", "level", "state", "where"].map(str::to_owned)];
    rows.extend(rules.iter().map(|rule| {
        [
            rule.name.clone(),
            action(rule.polarity).to_owned(),
            rule.owner.clone().unwrap_or_else(|| "nobody".to_owned()),
            rule.days_left(now).map_or_else(|| "no end".to_owned(), |days| days.max(0).to_string()),
            rule.level().map_or("-", SpecificityLevel::name).to_owned(),
            rule.state.name().to_owned(),
            format!("{}:{}", rule.file, rule.line),
        ]
    }));
    output::columns(&rows)
}

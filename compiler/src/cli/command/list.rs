use crate::cli::args::{Global, ListArgs, ListFormat};
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
    let outcome = batch::run(&setting, files, Purpose::Findings, &mut Nothing)?;
    if args.format == ListFormat::Json {
        let entries: Vec<RuleEntry<'_>> = outcome.rules.iter().map(|rule| RuleEntry::new(rule, outcome.now)).collect();
        let mut text = serde_json::to_string_pretty(&entries).map_err(Problem::input)?;
        text.push('\n');
        output::say(&text)?;
    } else {
        output::say(&output::visible(&table(&outcome.rules, setting.now)))?;
    }
    let verdict = command::verdict(&outcome.findings, None);
    if verdict != Exit::Clean {
        output::note("some rules have errors and are not listed: run `quell check`");
    }
    Ok(verdict)
}

fn table(rules: &[RuleSummary], now: Instant) -> String {
    let rows: Vec<[String; 6]> =
        std::iter::once(["rule", "action", "level", "owner", "days left", "where"].map(str::to_owned))
            .chain(rules.iter().map(|rule| {
                let days = match rule.days_left(now) {
                    Some(_) if rule.expired => "expired".to_owned(),
                    Some(days) => days.to_string(),
                    None => "no end".to_owned(),
                };
                let owner = rule.owner.clone().unwrap_or_else(|| "nobody".to_owned());
                let state = if rule.enabled {
                    action(rule.polarity).to_owned()
                } else {
                    format!("{} (off)", action(rule.polarity))
                };
                let level = rule.level.map_or("-", SpecificityLevel::name).to_owned();
                [rule.name.clone(), state, level, owner, days, format!("{}:{}", rule.file, rule.line)]
            }))
            .collect();
    output::columns(&rows)
}

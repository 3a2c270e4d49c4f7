//! `quell explain EVENT`: what each rule says of an event, term by term.

use std::fmt::Write as _;
use std::path::Path;

use crate::base::nearest;
use crate::cli::args::{ExplainArgs, Global};
use crate::cli::events;
use crate::cli::exit::{Exit, Problem};
use crate::cli::project::Setting;
use crate::cli::ruleset::{self, Loaded};
use crate::cli::{output, source};
use crate::config::Context;
use crate::eval::{Batch, PlacedRule, Ruleset, parse, shown, written};
use crate::event::{Event, Trace, TraceKind, is_active};
use crate::hir::Query;

/// How many events are explained; the others are counted.
const MOST: usize = 100;

pub(super) fn run(global: &Global, args: &ExplainArgs) -> Result<Exit, Problem> {
    let setting = Setting::load(global, &args.rules)?;
    let ruleset = match ruleset::load(&setting, global, &args.rules)? {
        Loaded::Rules(ruleset) => ruleset,
        Loaded::Broken(exit) => return Ok(exit),
    };
    let cx = setting.context();
    let asked = match &args.rule {
        None => None,
        Some(name) => Some(ruleset.find(name).ok_or_else(|| {
            let near = nearest(name, ruleset.rules.iter().map(PlacedRule::name));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            Problem::usage(format!("there is no rule `{name}`{hint}"))
        })?),
    };
    let name = if args.topic == "-" { source::STDIN } else { &args.topic };
    let mut exit = Exit::Clean;
    let mut out = String::new();
    let mut count = 0;
    let stream = events::open(Path::new(&args.topic))?;
    let end = stream.read(&mut |batch: Batch| {
        for (number, text) in batch.events() {
            count += 1;
            if count > MOST {
                continue;
            }
            match parse(text) {
                Ok(value) => {
                    if let Some(event) = Event::new(&value) {
                        let heading = format!("{name}:{number}");
                        explain(&heading, &event, &ruleset, asked, &cx, &mut out);
                    }
                }
                Err(why) => {
                    output::note(format!("{name}:{number}: no event: {why}"));
                    exit = Exit::Findings;
                }
            }
        }
    });
    output::say(&output::visible(&out))?;
    if count > MOST {
        output::note(format!("{} more events are not shown", count - MOST));
    }
    if let Err(error) = end {
        return Err(Problem::input(format!("`{name}` cannot be read to its end: {error}")));
    }
    Ok(exit)
}

fn explain(
    heading: &str,
    event: &Event<'_>,
    ruleset: &Ruleset,
    asked: Option<usize>,
    cx: &Context<'_>,
    out: &mut String,
) {
    let silencing: Vec<usize> = ruleset.silencing(event, cx).collect();
    let names: Vec<String> = silencing
        .iter()
        .filter_map(|index| ruleset.rules.get(*index))
        .map(|kept| format!("`{}`", kept.name()))
        .collect();
    let _ = match names.is_empty() {
        true => writeln!(out, "{heading}: fires"),
        false => writeln!(out, "{heading}: silenced by {}", names.join(", ")),
    };
    let explained: Vec<usize> = match asked {
        Some(index) => vec![index],
        None if silencing.is_empty() => ruleset.nearest(event, cx).into_iter().collect(),
        None => silencing.clone(),
    };
    for index in explained {
        let Some(kept) = ruleset.rules.get(index) else { continue };
        let silences = silencing.contains(&index);
        let state = match (silences, is_active(&kept.lowered.rule, ruleset.now)) {
            (true, _) => "silences it",
            (false, true) if asked.is_none() => "is nearest, and does not silence it",
            (false, true) => "does not silence it",
            (false, false) => "does not work at present: see its dates and `enabled`",
        };
        let _ = writeln!(out, "  `{}` ({}) {state}", kept.name(), kept.place());
        for (query, trace) in kept.traces(event, cx) {
            tree(query, &trace, 2, out);
        }
        let turning = kept.turning(event, cx);
        let _ = writeln!(
            out,
            "    {}",
            match silences {
                true => "it would fire if this were otherwise:",
                false => "it would be silenced if this were otherwise:",
            }
        );
        for (term, met) in turning {
            let _ = writeln!(out, "      `{term}` meets {}", shown(&met));
        }
    }
}

/// INVARIANT: recursion is bounded by the depth of a query, which lowering caps.
fn tree(query: &Query, trace: &Trace, depth: usize, out: &mut String) {
    let mark = if trace.holds { "yes" } else { "no " };
    let mut line = |text: &str| {
        let _ = writeln!(out, "{:indent$}{mark} {text}", "", indent = depth * 2);
    };
    let parts: &[Trace] = match &trace.kind {
        TraceKind::Term(met) => {
            line(&format!("{} meets {}", written(query, trace.node), shown(met)));
            &[]
        }
        TraceKind::All(parts) => {
            line("all of");
            parts
        }
        TraceKind::Any(parts) => {
            line("one of");
            parts
        }
        TraceKind::Not(inner) => {
            line("not");
            std::slice::from_ref(inner)
        }
    };
    for part in parts {
        tree(query, part, depth + 1, out);
    }
}

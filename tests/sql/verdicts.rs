//! What the evaluator says of every event, for comparison with what other engines say.
//!
//! usage: `verdicts FOLDER WHEN < EVENTS`. For each line, the names of the rules of the folder that silence it at that
//! moment, as a JSON array; `null` where it is no event. Every attribute and tag is let pass.

use std::io::{self, BufRead, BufWriter, Write};
use std::path::Path;
use std::{env, fs};

use quell::config::{Config, Context, Level};
use quell::event::{Detection, Event, LoweredRule, is_active, silences};
use quell::hir::{date, lower_item, signature};
use quell::schema::Schema;
use quell::{Project, parse_item, split};
use serde_json::Value;
use tests::workspace;

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let (Some(folder), Some(when)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other("usage: verdicts FOLDER WHEN < EVENTS"));
    };
    let now = date::parse(&when, date::Edge::First).map_err(|error| io::Error::other(format!("{when}: {error:?}")))?;
    let mut config = Config::default();
    config.schema.unknown = Some(Level::Allow);
    let cx = Context::new(Schema::embedded(), &config, now);
    let rules = rules(Path::new(&folder), &cx)?;
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let value: Option<Value> = serde_json::from_str(&line?).ok();
        let verdict = value.as_ref().and_then(Event::new).map(|event| {
            let detection = Detection::of(&event);
            let silencing =
                rules.iter().filter(|rule| is_active(&rule.rule, now) && silences(rule, &event, &detection, cx.schema));
            silencing.map(|rule| rule.rule.name.value.as_str()).collect::<Vec<_>>()
        });
        serde_json::to_writer(&mut out, &verdict)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// The rules of all files of a folder, without a look for errors, which compiling them finds.
fn rules(folder: &Path, cx: &Context<'_>) -> io::Result<Vec<LoweredRule>> {
    let mut project = Project::default();
    let mut texts = Vec::new();
    for path in workspace::files(folder, "quell") {
        let text = fs::read_to_string(&path)?;
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let items = split(&text);
        let signatures =
            items.iter().map(|range| (range.start, signature(range.of(&text), &parse_item(range.of(&text)))));
        project.add_file(&name, signatures.collect::<Vec<_>>());
        texts.push(text);
    }
    let linked = project.resolve(cx);
    let mut rules = Vec::new();
    for (file, text) in texts.iter().enumerate() {
        let Some(names) = linked.names(file) else { continue };
        for range in split(text) {
            let item = range.of(text);
            let lowered = lower_item(item, &parse_item(item), names, cx).rules;
            rules.extend(lowered.into_iter().map(|rule| LoweredRule { rule, schema: names.declared().cloned() }));
        }
    }
    Ok(rules)
}

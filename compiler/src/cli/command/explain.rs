use std::path::Path;

use crate::base::nearest;
use crate::cli::args::{ExplainArgs, Global};
use crate::cli::batch::{self, Nothing, Purpose};
use crate::cli::command::{schema, verdict};
use crate::cli::exit::{Exit, Problem};
use crate::cli::format::json::action;
use crate::cli::project::Setting;
use crate::cli::{output, source};
use crate::diag::Code;

pub(in crate::cli) fn run(global: &Global, args: &ExplainArgs) -> Result<Exit, Problem> {
    let topic = args.topic.as_str();
    if let Some(code) = Code::from_name(topic) {
        output::say(&format!("{}\n", code.page().trim_end()))?;
        return Ok(Exit::Clean);
    }
    if topic == "-" || Path::new(topic).is_file() {
        return verdict::run(global, args);
    }
    let setting = Setting::load(global, &[])?;
    if let Some(text) = schema::describe(&setting.schema, topic) {
        output::say(&text)?;
        return Ok(Exit::Clean);
    }
    if let Some(page) = of_rule(&setting, topic)? {
        output::say(&output::visible(&page))?;
        return Ok(Exit::Clean);
    }
    let near = match nearest(topic, Code::ALL.iter().map(|code| code.name())) {
        Some(code) => Some(code.to_owned()),
        None => schema::nearest_key(&setting.schema, topic),
    };
    let hint = match near {
        Some(near) => format!("; did you mean `{near}`?"),
        None if topic.contains(['.', '/']) && !topic.starts_with('@') => ", nor a file of that name".to_owned(),
        None => "; `quell schema list` shows all attributes".to_owned(),
    };
    Err(Problem::usage(format!("there is no diagnostic, attribute, tag or rule `{topic}`{hint}")))
}

/// How narrow the rule of that name is, term by term.
fn of_rule(setting: &Setting, name: &str) -> Result<Option<String>, Problem> {
    let files = source::find(setting, &[]);
    let outcome = batch::run(setting, files, Purpose::Explanations, &mut Nothing)?;
    let Some(rule) = outcome.rules.iter().find(|rule| rule.name == name) else { return Ok(None) };
    let head = format!("{} {name}, {}:{}", action(rule.polarity), rule.file, rule.line);
    let page = match &rule.explanation {
        Some(explanation) => explanation.page(),
        None => "a `require` is not judged: it silences what its conditions leave out\n".to_owned(),
    };
    Ok(Some(format!("{head}\n{page}")))
}

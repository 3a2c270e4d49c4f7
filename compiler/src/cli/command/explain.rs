use crate::base::nearest;
use crate::cli::args::ExplainArgs;
use crate::cli::command::schema;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output;
use crate::diag::Code;
use crate::schema::Schema;

pub(in crate::cli) fn run(args: &ExplainArgs) -> Result<Exit, Problem> {
    let topic = args.topic.as_str();
    if let Some(code) = Code::from_name(topic) {
        output::say(&format!("{}\n", code.page().trim_end()))?;
        return Ok(Exit::Clean);
    }
    let schema = Schema::embedded();
    if let Some(text) = schema::describe(schema, topic) {
        output::say(&text)?;
        return Ok(Exit::Clean);
    }
    let mut near: Vec<String> =
        schema.suggest_attribute(topic.trim_start_matches('@'), 2).into_iter().map(|found| found.key).collect();
    if let Some(code) = nearest(topic, Code::ALL.iter().map(|code| code.name())) {
        near.insert(0, code.to_owned());
    }
    let hint = match near.first() {
        Some(near) => format!("; did you mean `{near}`?"),
        None => "; `quell schema list` shows all attributes".to_owned(),
    };
    Err(Problem::usage(format!("there is no diagnostic, attribute or tag `{topic}`{hint}")))
}

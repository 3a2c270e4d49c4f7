use crate::base::nearest;
use crate::cli::args::{ExplainArgs, Global};
use crate::cli::command::schema;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output;
use crate::cli::project::Setting;
use crate::diag::Code;

pub(in crate::cli) fn run(global: &Global, args: &ExplainArgs) -> Result<Exit, Problem> {
    let topic = args.topic.as_str();
    if let Some(code) = Code::from_name(topic) {
        output::say(&format!("{}\n", code.page().trim_end()))?;
        return Ok(Exit::Clean);
    }
    let setting = Setting::load(global, &[])?;
    if let Some(text) = schema::describe(&setting.schema, topic) {
        output::say(&text)?;
        return Ok(Exit::Clean);
    }
    let near = match nearest(topic, Code::ALL.iter().map(|code| code.name())) {
        Some(code) => Some(code.to_owned()),
        None => schema::nearest_key(&setting.schema, topic),
    };
    let hint = match near {
        Some(near) => format!("; did you mean `{near}`?"),
        None => "; `quell schema list` shows all attributes".to_owned(),
    };
    Err(Problem::usage(format!("there is no diagnostic, attribute or tag `{topic}`{hint}")))
}

//! The verdict of the open matcher: the function `match_datadog_query` of the language that Vector ships.

use serde_json::Value as Json;
use vrl::compiler::state::RuntimeState;
use vrl::compiler::{Context, Function, Program, TargetValueRef, TimeZone, compile};
use vrl::stdlib::MatchDatadogQuery;
use vrl::value::{Secrets, Value};

/// A query, ready to be asked.
#[derive(Debug)]
pub struct Matcher {
    program: Program,
}

/// An event as the matcher reads it.
#[derive(Debug)]
pub struct Event {
    value: Value,
    metadata: Value,
    secrets: Secrets,
    state: RuntimeState,
}

impl Event {
    /// The same of JSON. Attributes stand at its root, tags in its `tags`.
    #[must_use]
    pub fn new(json: &Json) -> Event {
        let metadata = Value::Object(std::collections::BTreeMap::new());
        Event { value: json.into(), metadata, secrets: Secrets::default(), state: RuntimeState::default() }
    }

    /// What the matcher copies whenever it is asked: the function takes its event by value.
    #[must_use]
    pub fn copied(&self) -> Value {
        self.value.clone()
    }
}

impl Matcher {
    /// Compiles a query.
    ///
    /// # Errors
    ///
    /// Why the open grammar or the matcher refuses it.
    pub fn new(query: &str) -> Result<Matcher, String> {
        let functions: [Box<dyn Function>; 1] = [Box::new(MatchDatadogQuery)];
        let source = format!("match_datadog_query(., {})", literal(query));
        let compiled = compile(&source, &functions).map_err(|error| format!("{:?}", error.into_iter().next()))?;
        Ok(Matcher { program: compiled.program })
    }

    /// Whether the query holds on an event.
    ///
    /// # Errors
    ///
    /// Where the program does not end in a verdict.
    pub fn holds(&self, event: &mut Event) -> Result<bool, String> {
        let mut target =
            TargetValueRef { value: &mut event.value, metadata: &mut event.metadata, secrets: &mut event.secrets };
        let zone = TimeZone::default();
        let mut context = Context::new(&mut target, &mut event.state, &zone);
        match self.program.resolve(&mut context) {
            Ok(Value::Boolean(verdict)) => Ok(verdict),
            other => Err(format!("{other:?}")),
        }
    }
}

/// A string of the language that says exactly this. Two braces would start a template.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' | '"' | '{' | '}' => out.extend(['\\', character]),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

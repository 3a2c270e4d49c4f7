//! Tickets in fields and doc comments, as the project writes them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use quell::base::Span;
use quell::config::Tickets as Config;
use quell::parse_item;
use quell::syntax::ast::{FieldValue, ItemKind, StatementKind};
use quell::syntax::{TokenKind, lex};
use regex_automata::meta::Regex;

/// What stands for the ticket in an address.
const PLACE: &str = "{ticket}";

/// What is escaped in a part of an address: everything that is not plain.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How tickets are known, and where they are.
#[derive(Clone, Debug)]
pub struct Tickets {
    pattern: Regex,
    url: String,
}

impl Tickets {
    /// Tickets as `quell.toml` describes them.
    ///
    /// # Errors
    ///
    /// What is wrong with that, in words.
    pub fn new(config: &Config) -> Result<Tickets, String> {
        let pattern = Regex::new(&config.pattern)
            .map_err(|error| format!("`tickets.pattern` is no regular expression: {}", reason(&error)))?;
        if pattern.is_match("") {
            return Err("`tickets.pattern` fits a text of nothing".to_owned());
        }
        if !config.url.contains(PLACE) {
            return Err(format!("`tickets.url` has no `{PLACE}` for the ticket to stand in"));
        }
        Ok(Tickets { pattern, url: config.url.clone() })
    }

    /// The tickets of an item: where each is, and its address.
    pub(super) fn of_item(&self, text: &str) -> Vec<(Span, String)> {
        let mut places: Vec<Span> =
            lex(text).into_iter().filter(|token| token.kind == TokenKind::DocComment).map(|token| token.span).collect();
        for item in parse_item(text).items {
            let ItemKind::Rule { statements, .. } = item.kind else { continue };
            for statement in statements {
                match statement.kind {
                    StatementKind::Field { name, value } if name.of(text) == "ticket" => written(&value, &mut places),
                    _ => {}
                }
            }
        }
        let mut found = Vec::new();
        for place in places {
            for ticket in self.pattern.find_iter(place.of(text)) {
                let span = Span::new(ticket.start() as u32, ticket.end() as u32).shifted(place.start);
                found.push((span, self.url.replace(PLACE, &utf8_percent_encode(span.of(text), ESCAPED).to_string())));
            }
        }
        found
    }
}

/// The texts of a value.
fn written(value: &FieldValue, places: &mut Vec<Span>) {
    match value {
        FieldValue::List { elements, .. } => {
            // INVARIANT: a list in a list is no value of a field, so that this goes one step deep.
            places.extend(elements.iter().map(FieldValue::span));
        }
        other => places.push(other.span()),
    }
}

/// What is wrong, without the rest of the chain.
fn reason(error: &regex_automata::meta::BuildError) -> String {
    match error.syntax_error() {
        Some(error) => error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tickets(pattern: &str, url: &str) -> Result<Tickets, String> {
        Tickets::new(&Config { pattern: pattern.to_owned(), url: url.to_owned() })
    }

    #[test]
    fn tickets_of_fields_and_of_doc_comments_lead_somewhere() {
        let text = "## For SEC-1, after SEC-22.\n# SEC-3\nsuppress SEC-4 {\n  ticket = \"see SEC-5 and ab/c\"\n  \
                    reason = \"SEC-6\"\n  when { host:SEC-7 }\n}\n";
        let tickets = tickets(r"SEC-\d+|ab/c", "https://t.example/{ticket}?q={ticket}").unwrap();
        let mut found: Vec<(&str, String)> =
            tickets.of_item(text).into_iter().map(|(span, url)| (span.of(text), url)).collect();
        found.sort();
        let url = |of: &str| format!("https://t.example/{of}?q={of}");
        assert_eq!(
            found,
            [("SEC-1", url("SEC-1")), ("SEC-22", url("SEC-22")), ("SEC-5", url("SEC-5")), ("ab/c", url("ab%2Fc"))]
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (pattern, url, why) in [
            ("SEC-(", "https://t/{ticket}", "no regular expression: unclosed group"),
            ("x*", "https://t/{ticket}", "fits a text of nothing"),
            ("x", "https://t/", "no `{ticket}`"),
        ] {
            let error = tickets(pattern, url).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}

//! Values that do not last: a catalogue of forms, with a recogniser each.
//!
//! A form says what a value is and why the next run of the workload will not show it again. Recognisers are tried from
//! the most exact to the least; the last one only measures how random a word looks, and its form says so.
//!
//! Not here: whether a rule may name such a value, which is for the lint `ephemeral-value`.

mod catalogue;
mod chars;
mod facts;
mod forms;
mod letters;
mod markers;
mod subject;
mod value;

use std::borrow::Cow;
use std::ops::Range;

pub use catalogue::{FORMS, Form};
pub use facts::Facts;
pub use value::Value;

use catalogue::forms_for;
use subject::Subject;

/// A part of a value that will be another one.
#[derive(Clone, Debug)]
pub struct Found {
    /// What it is.
    pub form: &'static Form,
    /// Which bytes of the value change; on character boundaries, never empty.
    pub range: Range<usize>,
    /// The pattern that takes their place where the rest is to be kept.
    pub pattern: &'static str,
    /// Another key that tells the same workload and lasts, as Datadog takes it: `@process.executable.path`.
    pub instead: Option<Cow<'static, str>>,
}

/// The first form that a value has, if it has one. `*` and `?` in `value` are wildcards: what they cover cannot change
/// from under the rule.
#[must_use]
pub fn recognise(value: &str, facts: &Facts<'_>) -> Option<Found> {
    let subject = Subject::new(value, facts)?;
    let found = |form: &'static Form| {
        let range = (form.find)(&subject)?;
        Some(Found { form, range, pattern: "*", instead: facts.alternative() })
    };
    forms_for(subject.has).find_map(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;

    fn found(key: &str, value: &str) -> Option<(&'static str, String)> {
        let found = recognise(value, &Facts::of(key, Schema::embedded()))?;
        Some((found.form.name, value.get(found.range).unwrap().to_owned()))
    }

    #[test]
    fn each_form_knows_its_examples_and_only_them() {
        let mut wrong = Vec::new();
        for form in FORMS {
            assert!(!form.examples.is_empty() && !form.lasting.is_empty(), "{}", form.name);
            for (key, value, part) in form.examples {
                let found = found(key, value);
                if found != Some((form.name, (*part).to_owned())) {
                    wrong.push(format!("{}: {key}:{value} {found:?}", form.name));
                }
            }
            for (key, value) in form.lasting {
                wrong.extend(found(key, value).map(|found| format!("{key}:{value} lasts, {found:?}")));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn names_and_words_are_as_a_reader_expects() {
        for form in FORMS {
            assert!(form.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", form.name);
            for text in [form.what, form.why] {
                assert!(!text.ends_with('.') && text.starts_with(|first: char| !first.is_uppercase()), "{text}");
            }
            assert_eq!(FORMS.iter().filter(|other| other.name == form.name).count(), 1, "{}", form.name);
        }
    }

    #[test]
    fn a_wildcard_in_place_of_what_changes_is_enough() {
        let mut kept = Vec::new();
        for form in FORMS {
            for (key, value, part) in form.examples {
                let pattern = value.replacen(part, "*", 1);
                if pattern != "*" && found(key, &pattern).is_some_and(|(name, _)| name == form.name) {
                    kept.push(pattern);
                }
            }
        }
        assert!(kept.is_empty(), "{kept:?}");
    }

    #[test]
    fn any_text_is_judged_without_harm() {
        let schema = Schema::embedded();
        for value in ["", "*", "é", "/tmp/é", "1.é.3", "pipe:[", "a-é-1", "\u{1F980}1234567890123", "[]", "/proc/", "%"]
        {
            for key in ["@file.path", "@process.args", "pod_name", "host", "image_tag", "@process.pid", "x"] {
                if let Some(found) = recognise(value, &Facts::of(key, schema)) {
                    assert!(value.get(found.range.clone()).is_some_and(|part| !part.is_empty()), "{key}:{value}");
                }
            }
        }
    }
}

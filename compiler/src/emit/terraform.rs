//! The target `terraform`: `datadog_security_monitoring_suppression` resources in Terraform's JSON syntax.
//!
//! Terraform reads every string as a template: `${` and `%{` are doubled. The name of a resource is the rule's, with
//! `_` for `-`; names that this would make equal are kept apart, so that a resource's name depends on its rule alone.
//!
//! Not here: the provider's `validate`, which is left at its default.

use super::Frame;
use super::json::{Escaped, Json, Layout, Sink};
use super::suppression::{self, Tags};
use crate::hir::{Rule, date};

pub(super) const FRAME: Frame = Frame {
    start: "{\n  \"resource\": {\n    \"datadog_security_monitoring_suppression\": {",
    end: "\n    }\n  }\n}\n",
    depth: 3,
};

pub(super) fn write(rule: &Rule, json: &mut Json<'_>) {
    json.key_text(|out| resource_name(&rule.name.value, out)).object(Layout::Lines, |json| {
        template(json.key("name"), |out| out.push_str(rule.title()));
        if suppression::is_described(rule) {
            template(json.key("description"), |out| suppression::description(rule, out));
        }
        json.key("enabled").bool(rule.enabled);
        template(json.key("rule_query"), |out| suppression::rule_query(rule, out));
        if let Some(when) = &rule.when_signal {
            template(json.key("suppression_query"), |out| suppression::suppressed(rule, when, out));
        }
        if let Some(when) = &rule.when_event {
            template(json.key("data_exclusion_query"), |out| suppression::suppressed(rule, when, out));
        }
        if let Some(starts) = &rule.starts {
            json.key("start_date").string(&date::rfc3339(starts.value));
        }
        if let Some(expires) = &rule.expires {
            json.key("expiration_date").string(&date::rfc3339(expires.value));
        }
        let tags = Tags::of(rule);
        if !tags.is_empty() {
            json.key("tags").array(Layout::Lines, |json| tags.iter().for_each(|tag| json.item().string(tag)));
        }
    });
}

/// Writes a string that Terraform evaluates to what is written.
fn template(json: &mut Json<'_>, write: impl FnOnce(&mut String)) {
    let mut text = String::new();
    write(&mut text);
    json.text(|out| {
        let mut rest = text.as_str();
        while let Some(at) = rest.find("${").into_iter().chain(rest.find("%{")).min() {
            let (before, special) = rest.split_at(at);
            let (sigil, behind) = special.split_at(1);
            let plain = before.trim_end_matches(['$', '%']);
            out.push(plain);
            match before.get(plain.len()..).unwrap_or_default() {
                "" => {
                    out.push(sigil);
                    out.push(sigil);
                }
                // How Terraform splits a longer run is not documented: each of them becomes an expression.
                run => [run, sigil].iter().flat_map(|part| part.chars()).for_each(|sigil| {
                    out.push(if sigil == '$' { r#"${"$"}"# } else { r#"${"%"}"# });
                }),
            }
            rest = behind;
        }
        out.push(rest);
    });
}

/// Writes a Terraform name: no two rule names share one.
///
/// A single `-` becomes `_` and a single `_` becomes `__`; a run of several stays and gets a `-`, which no other has.
fn resource_name(name: &str, out: &mut Escaped<'_>) {
    let mut rest = name;
    while let Some(at) = rest.find(['-', '_']) {
        let (plain, behind) = rest.split_at(at);
        let after = behind.trim_start_matches(['-', '_']);
        let run = behind.strip_suffix(after).unwrap_or(behind);
        out.push(plain);
        match run {
            "-" => out.push("_"),
            "_" => out.push("__"),
            run => {
                out.push(run);
                out.push("-");
            }
        }
        rest = after;
    }
    out.push(rest);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn written(write: impl FnOnce(&mut Json<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut Json::new(&mut out, 0));
        serde_json::from_slice(&out).unwrap()
    }

    fn name(name: &str) -> String {
        written(|json| json.text(|out| resource_name(name, out)))
    }

    /// What Terraform makes of a string, or nothing where it evaluates more than a quoted sigil.
    fn evaluated(template: &str) -> Option<String> {
        let mut text = String::new();
        let mut rest = template;
        while let Some(char) = rest.chars().next() {
            let (value, length) = match rest {
                rest if rest.starts_with("$${") || rest.starts_with("%%{") => (&rest[1..3], 3),
                rest if rest.starts_with(r#"${"$"}"#) || rest.starts_with(r#"${"%"}"#) => (&rest[3..4], 6),
                rest if rest.starts_with("${") || rest.starts_with("%{") => return None,
                rest => (&rest[..char.len_utf8()], char.len_utf8()),
            };
            text.push_str(value);
            rest = &rest[length..];
        }
        Some(text)
    }

    #[test]
    fn no_string_is_evaluated() {
        let escaped = |text: &str| written(|json| template(json, |out| out.push_str(text)));
        assert_eq!(escaped("${a} %{ if b } $ % {} é"), "$${a} %%{ if b } $ % {} é");
        assert_eq!(escaped("$${a}"), r#"${"$"}${"$"}{a}"#);
        for text in ["plain", "${a}", "%{a}", "a${b%{c$", "%${a}", "$${a}", "$$$%{", "$%", "é$${é"] {
            assert_eq!(evaluated(&escaped(text)).as_deref(), Some(text));
        }
    }

    #[test]
    fn names_are_terraform_names_and_stay_apart() {
        assert_eq!(name("java-pentest-shells"), "java_pentest_shells");
        assert_eq!(name("java_pentest"), "java__pentest");
        assert_eq!(name("_a"), "__a");
        let mut names = vec![String::new()];
        let mut seen = HashSet::new();
        for _ in 0..7 {
            names = names.iter().flat_map(|name| ["a", "-", "_"].map(|char| format!("{name}{char}"))).collect();
            for rule in names.iter().filter(|name| !name.starts_with('-')) {
                let resource = name(rule);
                assert!(!resource.starts_with('-'), "{resource}");
                assert!(seen.insert(resource), "{rule}");
            }
        }
    }
}

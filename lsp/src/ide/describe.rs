//! What there is to read about attributes, tags, fields, keywords and lints, in Markdown.

use std::fmt::Write as _;

use quell::schema::{Attribute, Kind, Schema, Scope, Stability, Trust};

/// About an attribute, named without `@`; nothing where the schema does not know it.
#[must_use]
pub fn attribute(schema: &Schema, path: &str) -> Option<String> {
    if let Some(never) = schema.never_emitted(path) {
        let instead: Vec<String> = never.instead.iter().map(|key| format!("`{key}`")).collect();
        return Some(format!("**@{path}**: never emitted. {}\n\nWrite {}.", never.note, instead.join(" or ")));
    }
    let (_, attribute) = schema.find(path)?;
    let mut out = format!("**@{path}**: {}{}\n\n", attribute.ty, if attribute.multi { ", several values" } else { "" });
    let documentation = schema.documentation(path);
    if !documentation.is_empty() {
        let _ = writeln!(out, "{documentation}\n");
    }
    let _ = writeln!(out, "- events: {}", kinds(attribute));
    let _ = writeln!(
        out,
        "- asked for in: {}",
        match attribute.scope {
            Scope::Signal => "signals and events",
            Scope::Event => "events (`when event`); signals are not known to carry it",
            Scope::Rule => "detection rules",
        }
    );
    let _ = writeln!(out, "- {}", stability(attribute.stability));
    let _ = writeln!(out, "- {}", trust(attribute.trust));
    if path.starts_with("process.ancestors.") {
        let _ = writeln!(out, "- two terms on ancestors may be met by two different ancestors");
    }
    values(attribute.values(), &mut out);
    Some(out.trim_end().to_owned())
}

fn kinds(attribute: &Attribute) -> String {
    if attribute.kinds.is_all() {
        "every kind".to_owned()
    } else if attribute.kinds.is_empty() {
        "none: the Agent declares it and never fills it".to_owned()
    } else if attribute.kinds.len() > 8 {
        let mut named: Vec<&str> = attribute.kinds.iter().take(8).map(Kind::name).collect();
        named.push("…");
        named.join(", ")
    } else {
        attribute.kinds.to_string()
    }
}

fn stability(stability: Stability) -> &'static str {
    match stability {
        Stability::Stable => "stable: the value keeps its meaning",
        Stability::PerBoot => "per boot: the value changes when the host restarts",
        Stability::PerRun => "per run: the value is another one next time, so that a rule on it soon matches nothing",
    }
}

fn trust(trust: Trust) -> &'static str {
    match trust {
        Trust::Fixed => "set by the kernel or the platform",
        Trust::Owned => "changing it takes write access to what the workload owns",
        Trust::Chosen => "chosen by whoever acts: combine it with something that is not",
    }
}

fn values(values: &[&str], out: &mut String) {
    if values.is_empty() {
        return;
    }
    let shown: Vec<String> = values.iter().take(12).map(|value| format!("`{value}`")).collect();
    let more =
        if values.len() > shown.len() { format!(" and {} more", values.len() - shown.len()) } else { String::new() };
    let _ = writeln!(out, "- values: {}{more}", shown.join(", "));
}

/// About a tag or a key of detection rules.
#[must_use]
pub fn tag(schema: &Schema, name: &str) -> Option<String> {
    if let Some((_, tag)) = schema.tag(name) {
        let mut out = format!("**{name}**: tag, {}\n\n", tag.family.name());
        let documentation = schema.tag_documentation(name);
        if !documentation.is_empty() {
            let _ = writeln!(out, "{documentation}\n");
        }
        let _ = writeln!(out, "- {}", stability(tag.stability));
        let _ = writeln!(out, "- {}", trust(tag.trust));
        return Some(out.trim_end().to_owned());
    }
    let key = schema.rule_key(name)?;
    let mut out = format!("**{name}**: key of detection rules\n\n{}\n\n", schema.rule_key_documentation(name));
    values(key.values(), &mut out);
    Some(out.trim_end().to_owned())
}

/// About a word of the language.
#[must_use]
pub fn word(word: &str) -> Option<&'static str> {
    Some(match word {
        "suppress" => "**suppress**: a signal or event that matches `when` never triggers.",
        "require" => "**require**: of the detection rules in `rules`, only what matches `when` triggers.",
        "let" => "**let**: a list `(a OR b)`, used as `key:$name`, or a condition `{ … }`, used as `$name`.",
        "import" => "**import**: makes the `let`, `attribute` and `tag` items of another file visible.",
        "attribute" => "**attribute**: declares an attribute that your own pipeline adds.",
        "tag" => "**tag**: declares a tag of your own.",
        "test" => "**test**: events, and whether the project must silence them.",
        "rules" => "**rules**: which detection rules this is about.",
        "when" => "**when**: the condition, on the signal, or with `when event` on the Agent event.",
        "signal" => "**when signal**: the condition on the signal, which is what `when` alone means.",
        "event" => "**when event**: the condition on the Agent event, which carries more attributes than a signal.",
        "allow" => "**allow** LINT = \"reason\": silences one lint for this rule.",
        "title" => "**title**: what Datadog shows; the name of the rule if left out.",
        "owner" => "**owner**: who answers for the rule.",
        "reason" => "**reason**: why what it hides is harmless.",
        "ticket" => "**ticket**: where it was decided.",
        "protects" => "**protects**: what an attacker might do that this rule must never hide.",
        "starts" => "**starts**: the first day on which it works.",
        "expires" => "**expires**: the last day on which it works.",
        "review" => "**review**: from that day on it wants a look.",
        "enabled" => "**enabled**: `true`, or `false` to switch it off.",
        "tags" => "**tags**: tags of the suppression in Datadog.",
        "activity" => "**activity**: `process`, `file`, `network`, `kernel` or event kinds; found out if left out.",
        "suppressed" => "**suppressed**: this event must be silenced.",
        "fires" => "**fires**: this event must not be silenced.",
        "by" => "**by**: the rule that must silence it.",
        _ => return None,
    })
}

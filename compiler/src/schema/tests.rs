//! Tests over the tables and over several parts of the module at once.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::embedded::HEADER;
use super::table::{self, rows};
use super::*;

const SLIPS: &str = include_str!("../../schema/slips.tsv");

fn schema() -> &'static Schema {
    Schema::embedded()
}

#[test]
fn the_table_holds_every_published_path() {
    let count = |platform| schema().attributes().filter(|(_, a)| a.platforms.contains(platform)).count();
    assert_eq!(schema().len(), 1961);
    assert_eq!(count(Platforms::LINUX), 1942);
    assert_eq!(count(Platforms::WINDOWS), 81);
    assert!(schema().attributes().is_sorted_by(|(_, a), (_, b)| a.path < b.path));
}

#[test]
fn the_table_is_what_the_import_writes() {
    let text = import::table(schema().version(), schema().attributes().map(|(_, attribute)| attribute));
    assert!(text == include_str!("../../schema/attributes.tsv"), "sort the table or fix its cells");
    assert!(diff(schema(), &Schema::parse(&text).unwrap()).is_empty());
}

#[test]
fn types_are_those_that_an_import_would_give() {
    for (_, a) in schema().attributes() {
        let raw = match a.ty {
            Type::Int | Type::Port | Type::Mode => classify::Raw::Int,
            Type::Bool => classify::Raw::Bool,
            Type::Timestamp => classify::Raw::Timestamp,
            Type::Any => classify::Raw::Any,
            _ => classify::Raw::String,
        };
        assert_eq!(classify::refine(&a.path, raw), (a.ty, a.value_set.as_deref()), "{}", a.path);
    }
}

#[test]
fn value_sets_exist_and_closed_ones_are_not_empty() {
    for (_, a) in schema().attributes() {
        assert_eq!(a.value_set.is_some(), !a.values().is_empty(), "{}", a.path);
        assert_eq!(a.ty == Type::Enum, a.is_closed(), "{}", a.path);
    }
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(schema().find("evt.name").unwrap().1.values(), kinds);
    let categories: BTreeSet<_> = Activity::ALL.iter().map(|activity| activity.category()).collect();
    let known: BTreeSet<_> = schema().find("evt.category").unwrap().1.values().iter().copied().collect();
    assert_eq!(categories, known);
}

#[test]
fn every_table_reads_in_full() {
    fn check<const N: usize>(text: &'static str, header: &str) {
        let all: Vec<_> = rows(text, header).unwrap().collect();
        assert!(!all.is_empty());
        for row in &all {
            row.cells::<N>().unwrap();
        }
        assert_eq!(table::embedded::<N>(text, header).count(), all.len());
        let keys: Vec<_> = table::embedded::<N>(text, header).map(|cells| cells[0]).collect();
        assert!(keys.is_sorted(), "{header}");
    }
    check::<2>(enums::TEXT, enums::HEADER);
    check::<2>(docs::TEXT, docs::HEADER);
    check::<3>(docs::ROLES, docs::ROLES_HEADER);
    check::<2>(secl::SECL, secl::SECL_HEADER);
    check::<2>(secl::SYNONYMS, secl::SYNONYMS_HEADER);
    check::<3>(never::TEXT, never::HEADER);
    check::<6>(tag::TAGS, tag::TAGS_HEADER);
    check::<3>(tag::RULE_KEYS, tag::RULE_KEYS_HEADER);
    check::<4>(agent_rule::TEXT, agent_rule::HEADER);
    check::<2>(SLIPS, "wrong\tmeant");
}

#[test]
fn every_key_is_documented() {
    let s = schema();
    let mut lines = BTreeSet::new();
    let mut missing = Vec::new();
    let undocumented = s.documentation_fallback();
    let mut hold = |key: String, text: String| {
        if text.is_empty() || text == undocumented {
            missing.push(key);
        } else {
            assert!(text.ends_with('.') && !text.contains("{role}"), "{key}: {text}");
            lines.insert(text);
        }
    };
    for (_, a) in s.attributes() {
        hold(format!("@{}", a.path), s.documentation(&a.path));
    }
    for (_, tag) in s.tags() {
        hold(tag.name.to_string(), s.tag_documentation(&tag.name));
    }
    for key in s.rule_keys() {
        hold(format!("rule:{}", key.name), s.rule_key_documentation(key.name));
    }
    for &kind in Kind::ALL {
        hold(format!("kind:{kind}"), s.kind_documentation(kind).to_owned());
    }
    for never in s.never_emitted_keys() {
        hold(format!("@{}", never.key), s.documentation(never.key));
    }
    assert!(missing.is_empty(), "{} without documentation: {}", missing.len(), missing.join(" "));
    assert!(lines.len() >= 400, "{}", lines.len());
    assert_eq!(s.documentation("no.such.path"), "");
    assert_eq!(s.tag_documentation("no_such_tag"), "");
}

#[test]
fn every_documentation_line_is_used() {
    let s = schema();
    let structures: BTreeSet<_> =
        table::embedded(docs::ROLES, docs::ROLES_HEADER).map(|[_, structure, _]: [_; 3]| structure).collect();
    for [key, _] in table::embedded(docs::TEXT, docs::HEADER) {
        let used = match key.split_once([':', '/']) {
            Some(("tag", name)) => s.tag(name).is_some(),
            Some(("rule", name)) => s.rule_key(name).is_some(),
            Some(("kind", name)) => Kind::from_name(name).is_some(),
            Some((structure, leaf)) => {
                let end = format!(".{leaf}");
                structures.contains(structure) && s.attributes().any(|(_, a)| a.path.ends_with(&end))
            }
            None => key.starts_with('~') || s.find(key).is_some_and(|(_, a)| a.path == key),
        };
        assert!(used, "{key}");
    }
}

#[test]
fn what_the_tables_point_at_exists() {
    let s = schema();
    for [field, path] in table::embedded(secl::SECL, secl::SECL_HEADER) {
        assert!(s.attribute_id(path).is_some(), "{field} -> {path}");
    }
    assert!(s.never_emitted("container.id").is_none() && s.tag("container.id").is_none());
    for never in s.never_emitted_keys().chain(s.never_emitted_tag("container.id")) {
        let emitted = s.find(never.key).is_some_and(|(_, a)| a.platforms.contains(Platforms::LINUX));
        assert!(!emitted || never.key == "container.id", "{}", never.key);
        for instead in &never.instead {
            let exists = match instead.strip_prefix('@') {
                Some(path) => s.attribute_id(path).is_some(),
                None => s.tag(instead).is_some(),
            };
            assert!(exists, "{} -> {instead}", never.key);
        }
    }
    let known = |meaning: &str| match meaning.strip_prefix("tag:") {
        Some(tag) => s.tag(tag).is_some(),
        None => s.attributes().any(|(_, a)| format!(".{}.", a.stem()).contains(&format!(".{meaning}."))),
    };
    for [word, meaning] in table::embedded(secl::SYNONYMS, secl::SYNONYMS_HEADER) {
        assert!(known(meaning), "{word} -> {meaning}");
    }
}

#[test]
fn the_guide_s_keys_are_known() {
    let s = schema();
    for key in [
        "process.args",
        "process.executable.name",
        "process.group",
        "process.envs",
        "process.parent.comm",
        "process.parent.args",
        "process.parent.executable.path",
        "process.executable.user",
        "process.executable.uid",
        "process.executable.group",
        "process.executable.path",
        "process.ancestors.executable.user",
        "process.ancestors.executable.path",
        "process.ancestors.envs",
        "process.ancestors.comm",
        "process.ancestors.args",
        "process.user",
        "file.path",
        "file.inode",
        "file.mode",
        "dns.question.name",
        "network.destination.ip",
        "network.destination.port",
        "network.source.ip",
        "network.source.port",
        "container.id",
        "usr.id",
    ] {
        assert_eq!(s.find(key).map(|(_, a)| a.scope), Some(Scope::Signal), "{key}");
    }
    for key in [
        "process.ancestors.executable.envs",
        "process.parent.executable.comm",
        "process.parent.executable.args",
        "process.ancestors.executable.comm",
        "process.ancestors.executable.args",
        "process.parent.path",
        "network.ip",
        "network.port",
        "user.id",
    ] {
        assert!(s.never_emitted(key).is_some() && s.find(key).is_none(), "{key}");
    }
}

#[test]
fn lookups() {
    let s = schema();
    let path = |key: &str| s.find(key).map(|(_, a)| a.path.to_string());
    assert_eq!(path("evt.variables.foo.bar").as_deref(), Some("evt.variables.*"));
    assert_eq!(path("evt.variables.*").as_deref(), Some("evt.variables.*"));
    assert_eq!(path("evt.variables."), None);
    assert_eq!(path("evt.variables"), None);
    assert_eq!(path("evt.variable.foo"), None);
    assert_eq!(path(""), None);
    assert_eq!(s.below("dns.question").count(), 5);
    assert_eq!(s.below("dns.q").count(), 0);
    assert_eq!(s.below("").count(), s.len());
    let children: Vec<_> =
        s.children("dns").iter().map(|c| (c.segment, c.attribute.is_some(), c.has_children)).collect();
    assert_eq!(
        children,
        [("id", true, false), ("is_query", true, false), ("question", false, true), ("response", false, true)]
    );
    let roots = s.children("");
    assert_eq!(roots.iter().map(|c| c.segment).collect::<BTreeSet<_>>().len(), roots.len());
    assert_eq!(s.matching("dns.question.*").len(), 5);
    assert_eq!(s.matching("process.executable.pat?").len(), 1);
    assert_eq!(s.matching("*").len(), s.len());
    assert!(s.matching("process.args").len() == 1 && s.matching("args").is_empty());
}

#[test]
fn declared_keys_join_the_schema() {
    let s = schema();
    let with = s.with_declared(
        [("team.app".to_owned(), Type::String, true), ("process.args".to_owned(), Type::Int, false)],
        ["squad".to_owned(), "host".to_owned()],
    );
    let (id, attribute) = with.find("team.app").unwrap();
    assert!(attribute.declared && attribute.multi);
    assert_eq!(s.attribute_id("team.app"), None);
    assert_eq!(s.attribute(id).path, "");
    assert_eq!(with.find("process.args").unwrap().1.ty, Type::String);
    for (id, attribute) in s.attributes() {
        assert_eq!(with.attribute(id), attribute);
    }
    assert!(with.attributes().is_sorted_by(|(_, a), (_, b)| a.path < b.path));
    let (id, tag) = with.tag("squad").unwrap();
    assert_eq!(with.tag_by_id(id), Some(tag));
    assert_eq!(with.tags().count(), s.tags().count() + 1);
    assert!(with.tags().all(|(id, tag)| with.tag_by_id(id) == Some(tag)));
    assert!(!with.documentation("team.app").is_empty() && !with.tag_documentation("squad").is_empty());
    assert_eq!(with.suggest_attribute("@taem.app", 1).first().map(|s| &*s.key), Some("@team.app"));
}

#[test]
fn broken_tables_are_refused_with_the_line() {
    let row = |cells: &str| format!("{HEADER}\n# version: x\n{cells}\n");
    let good = "a.b\tint\tfalse\tlinux\t*\tevent\tprocess\tstable\tfixed\t-";
    assert_eq!(Schema::parse(&row(good)).unwrap().version(), "x");
    for (from, to, says) in [
        ("a.b", "a b", "not a path"),
        ("a.b", "@a", "not a path"),
        ("a.b", "a*b", "not a path"),
        ("a.b", ".*", "not a path"),
        ("\tint", "\tnumber", "type"),
        ("false", "no", "neither"),
        ("linux", "mac", "platforms"),
        ("*", "exec,opne", "`opne`"),
        ("event", "place", "scope"),
        ("process", "x", "family"),
        ("stable", "x", "stability"),
        ("fixed", "x", "trust"),
        ("\t-", "\tnope", "value set"),
        ("\t-", "", "cells"),
    ] {
        let error = Schema::parse(&row(&good.replace(from, to))).unwrap_err();
        assert_eq!(error.line, 3, "{to}: {error}");
        assert!(error.message.contains(says), "{to}: {error}");
    }
    assert_eq!(Schema::parse(&row(&format!("{good}\n{good}"))).unwrap_err().line, 4);
    assert!(Schema::parse("").is_err());
}

#[test]
fn slips_are_understood() {
    let s = schema();
    let slips: Vec<_> = table::embedded(SLIPS, "wrong\tmeant").collect();
    assert!(slips.len() >= 60);
    let mut wrong_answers = Vec::new();
    for [wrong, meant] in slips {
        let found = if wrong.starts_with('@') { s.suggest_attribute(wrong, 3) } else { s.suggest_tag(wrong, 3) };
        if found.first().map(|s| &*s.key) != Some(meant) {
            wrong_answers
                .push(format!("{wrong} -> {:?}, not {meant}", found.iter().map(|s| &*s.key).collect::<Vec<_>>()));
        }
    }
    assert!(wrong_answers.is_empty(), "{}", wrong_answers.join("\n"));
}

#[test]
fn every_edit_of_a_common_key_is_understood() {
    let s = schema();
    for path in ["process.executable.path", "process.args", "process.parent.comm", "dns.question.name", "file.path"] {
        for at in 0..path.len() - 1 {
            let mut swapped: Vec<u8> = path.bytes().collect();
            swapped.swap(at, at + 1);
            let mut dropped: Vec<u8> = path.bytes().collect();
            dropped.remove(at);
            for wrong in [swapped, dropped] {
                let wrong = String::from_utf8(wrong).unwrap();
                if s.attribute_id(&wrong).is_some() {
                    continue;
                }
                let found = s.suggest_attribute(&wrong, 3);
                assert!(found.iter().any(|s| s.key == format!("@{path}")), "{wrong} -> {found:?}");
            }
        }
    }
}

#[test]
fn suggestions_say_why() {
    let s = schema();
    let why = |wrong| s.suggest_attribute(wrong, 1).first().map(|s| s.why);
    assert_eq!(why("process.agrs"), Some(Why::Typo));
    assert_eq!(why("process.path"), Some(Why::Moved));
    assert_eq!(why("process.commandline"), Some(Why::Synonym));
    assert_eq!(why("exec.file.path"), Some(Why::Secl));
    assert_eq!(why("host"), Some(Why::Tag));
    assert_eq!(why("network.ip"), Some(Why::NeverEmitted));
    assert_eq!(s.suggest_tag("process.args", 1).first().map(|s| s.why), Some(Why::Tag));
}

#[test]
fn nonsense_gets_no_suggestion_and_takes_no_time() {
    let s = schema();
    for nonsense in ["", "@", "xyzzy", "frobnicate.widget.count", "...", "\u{1f980}.\u{1f980}", "ключ.имя"] {
        assert_eq!(s.suggest_attribute(nonsense, 5), [], "{nonsense}");
        assert_eq!(s.suggest_tag(nonsense, 5), [], "{nonsense}");
    }
    let start = Instant::now();
    for long in ["a".repeat(2000), "a.".repeat(1000), "process.".repeat(250), "@".repeat(2000)] {
        assert_eq!(s.suggest_attribute(&long, 5), []);
        assert_eq!(s.suggest_tag(&long, 5), []);
    }
    s.suggest_attribute(&"process.".repeat(10), 5);
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    let again = || s.suggest_attribute("proc.exe.nam", 5);
    assert_eq!(again(), again());
    assert!(s.suggest_attribute("process.path", 2).len() <= 2);
}

const SMALL: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "small",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "process": { "$ref": "#/$defs/Process", "description": "who" },
    "file": {
      "type": "object",
      "properties": {
        "path": { "type": "string" },
        "mode": { "type": "integer" },
        "modification_time": { "type": "string", "format": "date-time" }
      }
    },
    "evt": { "properties": { "variables": { "type": "object" }, "name": { "type": ["string", "null"] } } },
    "network": { "properties": { "source": { "properties": { "ip": { "type": "string" }, "port": { "type": "integer" } } } } },
    "future": { "properties": { "thing": { "anyOf": [ { "type": "string" }, { "type": "null" } ] }, "on": { "type": "boolean" } } }
  },
  "$defs": {
    "Process": {
      "type": "object",
      "properties": {
        "args": { "type": "array", "items": { "type": "string" } },
        "uid": { "type": "integer" },
        "credentials": { "properties": { "destination": { "description": "after" } } },
        "parent": { "$ref": "#/$defs/Process" },
        "ancestors": { "type": "array", "items": { "$ref": "#/$defs/Relative" } }
      }
    },
    "Relative": { "properties": { "comm": { "type": "string" }, "k8s_extra": {
      "additionalProperties": { "type": "array", "items": { "type": "string" } } } } }
  }
}"##;

#[test]
fn a_small_schema_is_imported() {
    let imported = import(SMALL, None).unwrap();
    let found: Vec<_> = imported.attributes.iter().map(|a| (&*a.path, a.ty, a.multi)).collect();
    let destination = schema().below("process.credentials.destination").map(|(_, a)| (&*a.path, a.ty, a.multi));
    let mut expected = vec![
        ("evt.name", Type::Enum, false),
        ("evt.variables.*", Type::Any, false),
        ("file.mode", Type::Mode, false),
        ("file.modification_time", Type::Timestamp, false),
        ("file.path", Type::Path, false),
        ("future.on", Type::Bool, false),
        ("future.thing", Type::String, false),
        ("network.source.ip", Type::Ip, false),
        ("network.source.port", Type::Port, false),
        ("process.ancestors.comm", Type::String, true),
        ("process.ancestors.k8s_extra.*", Type::String, true),
        ("process.args", Type::String, true),
        ("process.uid", Type::Int, false),
    ];
    expected.extend(destination);
    expected.sort_by_key(|(path, _, _)| *path);
    assert_eq!(found, expected);
    assert_eq!(imported.cycles, ["process.parent"]);
    assert_eq!(imported.version, "small");
    let back = Schema::parse(&imported.to_tsv()).unwrap();
    assert_eq!(back.len(), imported.attributes.len());
    for (_, a) in back.attributes() {
        assert_eq!(a.platforms, Platforms::LINUX);
        if let Some((_, known)) = schema().find(&a.path) {
            assert_eq!((a.kinds, a.scope, a.family, a.trust), (known.kinds, known.scope, known.family, known.trust));
            assert_eq!((a.ty, a.multi), (known.ty, known.multi), "{}", a.path);
        }
    }
}

#[test]
fn two_platforms_merge() {
    let windows = r#"{"$id":"small","properties":{"registry":{"properties":{"key_name":{"type":"string"}}},
        "file":{"properties":{"path":{"type":"string"}}}}}"#;
    let windows = import(windows, None).unwrap();
    assert!(windows.attributes.iter().all(|a| a.platforms == Platforms::WINDOWS));
    let both = import(SMALL, None).unwrap().merge(windows);
    let platforms = |path: &str| both.attributes.iter().find(|a| a.path == path).map(|a| a.platforms);
    assert_eq!(platforms("file.path"), Some(Platforms::BOTH));
    assert_eq!(platforms("registry.key_name"), Some(Platforms::WINDOWS));
    assert_eq!(platforms("file.mode"), Some(Platforms::LINUX));
    assert!(Schema::parse(&both.to_tsv()).is_ok());
}

#[test]
fn broken_json_schemas_are_refused_with_the_place() {
    for (json, pointer) in [
        ("", ""),
        ("{", ""),
        ("[]", ""),
        ("{}", ""),
        ("true", ""),
        (r#"{"type":"string"}"#, ""),
        (r#"{"properties":[]}"#, "/properties"),
        (r#"{"properties":{"a":3}}"#, "/properties/a"),
        (r#"{"properties":{"a":{"type":"strnig"}}}"#, "/properties/a/type"),
        (r#"{"properties":{"a":{"type":{}}}}"#, "/properties/a/type"),
        (r##"{"properties":{"a/b":{"$ref":"#/$defs/X"}}}"##, "/properties/a~1b/$ref"),
        (r#"{"properties":{"a":{"$ref":"other.json"}}}"#, "/properties/a/$ref"),
        (r#"{"properties":{"a":{"$ref":1}}}"#, "/properties/a/$ref"),
        (r#"{"properties":{"a":{"anyOf":{}}}}"#, "/properties/a/anyOf"),
        (r#"{"properties":{"a b":{"type":"string"}}}"#, "/properties/a b"),
        (r#"{"properties":{"a*b":{"type":"string"}}}"#, "/properties/a*b"),
        (r#"{"properties":{"a":{"properties":{"?":{"type":"string"}}}}}"#, "/properties/a/properties/?"),
        (r##"{"$ref":"#"}"##, ""),
    ] {
        let error = import(json, None).unwrap_err();
        assert_eq!(error.pointer, pointer, "{json}: {error}");
    }
    let deep = format!("{}{}", r#"{"properties":{"a":"#.repeat(60), "}}".repeat(60));
    assert!(import(&deep, None).is_err());
    // Each level refers to the next one twice: the walk would take 2^40 steps.
    let mut wide: String = (0..40)
        .map(|n| {
            format!(
                r##""d{n}":{{"properties":{{"l":{{"$ref":"#/$defs/d{m}"}},"r":{{"$ref":"#/$defs/d{m}"}}}}}},"##,
                m = n + 1
            )
        })
        .collect();
    wide.push_str(r#""d40":{"type":"string"}"#);
    let wide = format!(r##"{{"$ref":"#/$defs/d0","$defs":{{{wide}}}}}"##);
    let start = Instant::now();
    assert!(import(&wide, None).is_err());
    assert!(start.elapsed() < Duration::from_secs(5));
}

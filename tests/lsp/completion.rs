//! What is offered, and how few keys a rule takes.

use serde_json::{Value, json};

use crate::program::{Program, URI, place};

fn labels(result: &Value) -> Vec<&str> {
    result["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect()
}

#[track_caller]
fn offers(marked: &str, wanted: &[&str]) {
    let mut program = Program::open(marked);
    let result = program.ask("textDocument/completion");
    let labels = labels(&result);
    for wanted in wanted {
        assert!(labels.contains(wanted), "{marked}: {wanted} is not in {labels:?}");
    }
}

#[test]
fn each_place_is_offered_what_fits() {
    for (marked, wanted) in [
        ("‸", &["suppress", "require", "let", "import", "attribute", "tag", "test"][..]),
        ("suppress a {\n  ‸\n}\n", &["when", "rules", "owner", "expires", "allow"]),
        ("suppress a {\n  expires = ‸\n}\n", &["+30d", "+90d"]),
        ("suppress a {\n  enabled = ‸\n}\n", &["true", "false"]),
        ("suppress a {\n  activity = ‸\n}\n", &["process", "file", "network", "kernel", "exec"]),
        ("suppress a {\n  when ‸\n}\n", &["event", "signal"]),
        ("suppress a {\n  allow ep‸\n}\n", &["ephemeral-value"]),
        ("attribute @x : ‸\n", &["string", "path", "int", "ip"]),
        ("suppress a { rules { ‸ } }\n", &["ruleId"]),
        ("suppress a { when event { @network.prot‸ } }\n", &["@network.l4_protocol"]),
        ("suppress a { when event { @bpf.cmd:BPF_MAP_C‸ } }\n", &["BPF_MAP_CREATE"]),
        ("let hosts = (a OR b)\nsuppress a { when { host:$‸ } }\n", &["$hosts"]),
        ("let part = { host:a }\nsuppress a { when { $‸ } }\n", &["$part"]),
        ("let own = (a)\nlet b = (c OR $‸)\n", &["$own"]),
        ("test \"t\" {\n  ‸\n}\n", &["suppressed", "fires"]),
        ("suppress a { when { host:x } }\ntest \"t\" {\n  suppressed \"e.json\" by ‸\n}\n", &["a"]),
        ("suppress b { when { kube_service:web } }\nsuppress c { when { kube_service:‸ } }\n", &["web"]),
    ] {
        offers(marked, wanted);
    }
    let mut program = Program::open("import \"‸\"\n").and("file:///nowhere/sub/b.quell", "let x = (y)\n");
    assert_eq!(labels(&program.ask("textDocument/completion")), ["sub/b.quell"]);
}

#[test]
fn keys_come_with_what_each_would_tell_and_what_is_missing_first() {
    let mut program = Program::open("suppress a {\n  activity = process\n  when {\n    @process.args:x ‸\n  }\n}\n");
    let result = program.ask("textDocument/completion");
    let first: Vec<(&str, &str)> = result["items"]
        .as_array()
        .unwrap()
        .iter()
        .take(3)
        .map(|item| (item["label"].as_str().unwrap(), item["detail"].as_str().unwrap()))
        .collect();
    assert!(first.iter().all(|(_, detail)| detail.contains("bits") && detail.contains("missing so far")), "{first:?}");
    assert!(first[0].1.starts_with('+'), "{first:?}");
    // Attributes of other activities are not offered.
    let mut program = Program::open("suppress a {\n  activity = process\n  when event { @dns‸ }\n}\n");
    let found = program.ask("textDocument/completion");
    assert!(!labels(&found).iter().any(|label| label.starts_with("@dns.")), "{:?}", labels(&found));
}

#[test]
fn there_is_more_to_read_of_a_choice() {
    let mut program = Program::open("suppress a { when { @process.arg‸ } }\n");
    let result = program.ask("textDocument/completion");
    let item =
        result["items"].as_array().unwrap().iter().find(|item| item["label"] == "@process.args").unwrap().clone();
    assert!(item.get("documentation").is_none());
    let resolved = program.client.request("completionItem/resolve", item).unwrap();
    assert!(
        resolved["documentation"]["value"].as_str().unwrap().starts_with("**@process.args**: string"),
        "{resolved}"
    );
}

/// A person who types, with the list that the editor shows: letters narrow it, an arrow key goes to the next choice,
/// one key accepts.
struct Typist {
    program: Program,
    text: String,
    at: usize,
    version: i64,
    keys: usize,
    /// Where a tab leads from a snippet, from the end of the text.
    stops: Vec<(usize, usize)>,
}

impl Typist {
    fn new() -> Typist {
        let capabilities = json!({
            "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } }
        });
        let program = Program::open_as("", capabilities);
        Typist { program, text: String::new(), at: 0, version: 1, keys: 0, stops: Vec::new() }
    }

    fn replace(&mut self, from: usize, to: usize, new: &str) {
        let range = json!({ "start": place(&self.text, from), "end": place(&self.text, to) });
        self.version += 1;
        self.program.client.change(URI, self.version, json!([{ "range": range, "text": new }])).unwrap();
        self.text.replace_range(from..to, new);
        self.at = from + new.len();
    }

    fn keys(&mut self, letters: &str) {
        for letter in letters.chars() {
            self.keys += 1;
            self.replace(self.at, self.at, letter.encode_utf8(&mut [0; 4]));
        }
    }

    /// Types letters, goes down to a choice, and accepts it.
    fn pick(&mut self, letters: &str, label: &str) {
        self.keys(letters);
        self.program.at = place(&self.text, self.at);
        let result = self.program.ask("textDocument/completion");
        let items = result["items"].as_array().unwrap().clone();
        let down = items
            .iter()
            .position(|item| item["label"] == label)
            .unwrap_or_else(|| panic!("{label} is not offered for {letters}: {:?}", labels(&result)));
        self.keys += down + 1;
        let item = &items[down];
        let range = &item["textEdit"]["range"];
        let (from, to) =
            (crate::program::byte(&self.text, &range["start"]), crate::program::byte(&self.text, &range["end"]));
        let new = item["textEdit"]["newText"].as_str().unwrap();
        if item["insertTextFormat"] != 2 {
            self.replace(from, to, new);
            return;
        }
        let (new, stops) = expand(new);
        self.replace(from, to, &new);
        let end = self.text.len();
        self.stops = stops.into_iter().map(|(start, length)| (end - from - start, length)).collect();
        self.next_stop();
        self.keys -= 1;
    }

    /// The tab key: to the next place of the snippet, what stands there is selected.
    fn next_stop(&mut self) {
        self.keys += 1;
        let (from_end, _) = self.stops.remove(0);
        self.at = self.text.len() - from_end;
    }

    /// Types over the selected text of a place.
    fn over(&mut self, selected: &str, letters: &str) {
        assert!(self.text[self.at..].starts_with(selected), "{}", &self.text[self.at..]);
        self.replace(self.at, self.at + selected.len(), "");
        self.keys(letters);
    }
}

/// A snippet's text, and its places in the order of their numbers, each with how long what stands there is.
fn expand(snippet: &str) -> (String, Vec<(usize, usize)>) {
    let mut out = String::new();
    let mut stops: Vec<(u32, usize, usize)> = Vec::new();
    let mut rest = snippet;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(inner) = rest.strip_prefix('{') {
            let (number, after) = inner.split_once(':').unwrap();
            let (text, after) = after.split_once('}').unwrap();
            stops.push((number.parse().unwrap(), out.len(), text.len()));
            out.push_str(text);
            rest = after;
        } else {
            stops.push((rest[..1].parse().unwrap(), out.len(), 0));
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    stops.sort_by_key(|stop| if stop.0 == 0 { u32::MAX } else { stop.0 });
    (out, stops.into_iter().map(|(_, start, length)| (start, length)).collect())
}

#[test]
fn the_java_rule_of_the_guide_takes_sixty_keys() {
    let mut typist = Typist::new();
    typist.pick("s", "suppress process activity");
    typist.over("name", "java");
    for _ in 0..4 {
        typist.next_stop();
    }
    typist.over("def-000-000", "x");
    typist.next_stop();
    typist.pick("@arg", "@process.args");
    typist.keys("+x ");
    typist.pick("@group", "@process.executable.group");
    typist.keys("exec ");
    typist.pick("@anc", "@process.ancestors.comm");
    typist.keys("root ");
    typist.pick("@ancargs", "@process.ancestors.args");
    typist.keys("init");
    let words: Vec<&str> = typist.text.split_whitespace().collect();
    let wanted = "when { @process.args:+x @process.executable.group:exec @process.ancestors.comm:root \
                  @process.ancestors.args:init } }";
    assert!(words.join(" ").ends_with(wanted), "{}", typist.text);
    let version = typist.version;
    let published = typist.program.client.published(URI, Some(version)).unwrap();
    let errors: Vec<&Value> = published.as_array().unwrap().iter().filter(|found| found["severity"] == 1).collect();
    assert!(errors.is_empty(), "{errors:?}\n{}", typist.text);
    assert!(typist.keys <= 60, "{} keys", typist.keys);
}

//! After any edits, what the server knows of a project is what a fresh analysis of it finds.

use std::sync::Arc;

use quell::base::Span;
use quell::config::{Config, Context};
use quell::diag::{Code, Diagnostic};
use quell::hir::scan;
use quell::project::RuleSummary;
use quell::schema::Schema;
use quell::syntax::{parse_item, split};
use quell::{JudgedRule, check_item};
use quell_lsp::ide::{Encoding, FileId, Project, Settings};

use crate::generate::{self, Choices};

const NOW: i64 = 1_795_500_000_000;

const FILES: [&str; 4] = ["main.quell", "sub/fleet.quell", "other.quell", "sub/deep/last.quell"];

/// Items that declare, refer, clash and import, in all the ways that matter to another item.
const ITEMS: [&str; 30] = [
    "import \"sub/fleet.quell\"\n",
    "import \"../main.quell\"\n",
    "import \"../../other.quell\"\n",
    "import \"deep/last.quell\"\n",
    "import \"nowhere.quell\"\n",
    "let hosts = (a OR b)\n",
    "let hosts = (a OR c)\n",
    "let hosts = { host:x }\n",
    "let hosts = (\n",
    "let part = { host:$hosts @process.user:root }\n",
    "let part = { $other }\n",
    "let other = { $part }\n",
    "let other = { @custom.thing:5 team:x }\n",
    "attribute @custom.thing : int\n",
    "attribute @custom.thing : string[]\n",
    "tag team\n",
    "tag squad\n",
    "suppress a {\n  when event { $part host:$hosts }\n}\n",
    "suppress b {\n  when { @process.executable.path:/usr/bin/x @custom.thing:>5 }\n}\n",
    "suppress a {\n  owner = \"é🦀\"\n  when { team:x squad:y host:$hosts }\n}\n",
    "## About it\nrequire c {\n  rules { ruleId:x }\n  when { $other OR host:$nobody }\n}\n",
    "test \"t\" { suppressed \"e.json\" by a }\n",
    "test \"u\" { fires { \"a\": 1 } by missing }\n",
    "# a comment\n\n",
    "## documentation\n",
    "suppress broken {\n  when { (\n",
    "let a = (x) let b = (y) suppress c { when { host:$a } }\n",
    "\n",
    "suppress d { when { @process.args:\"a b\" } } # tail\r\n",
    "let hosts = (a)\r\nlet wide = { @process.user*:x }\r\n",
];

/// A project as it is, and its texts as they should be.
struct Twin {
    project: Project,
    texts: Vec<Option<String>>,
}

impl Twin {
    fn new(choices: &mut Choices<'_>) -> Twin {
        let mut twin = Twin { project: Project::new(Settings::new(NOW)), texts: vec![None; FILES.len()] };
        for number in 0..2 + choices.below(3) {
            let mut text = String::new();
            for _ in 0..choices.below(12) {
                text.push_str(choices.one(&ITEMS));
            }
            if choices.once_in(3) {
                text.push_str(&generate::program(choices));
            }
            twin.add(number, text);
        }
        twin
    }

    fn add(&mut self, number: usize, text: String) {
        self.project.add_file(FILES[number], &text);
        self.texts[number] = Some(text);
    }

    fn id(&self, number: usize) -> FileId {
        self.project.file_id(FILES[number]).unwrap()
    }

    fn replace(&mut self, number: usize, from: usize, to: usize, new: &str) {
        let id = self.id(number);
        self.project.edit(id, Span::new(from as u32, to as u32), new);
        self.texts[number].as_mut().unwrap().replace_range(from..to, new);
    }

    /// Some change; gives what takes it back.
    fn change(&mut self, choices: &mut Choices<'_>) -> Option<(usize, usize, usize, String)> {
        let number = choices.below(FILES.len());
        let Some(text) = self.texts[number].clone() else {
            let item = choices.one(&ITEMS).to_owned();
            self.add(number, item);
            return None;
        };
        let place = |choices: &mut Choices<'_>| {
            let at = (choices.below(256) * 256 + choices.below(256)) % (text.len() + 1);
            (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
        };
        let line = |at: usize| text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let at = place(choices);
        let (from, to, new) = match choices.below(12) {
            // A letter typed, a letter gone.
            0..=2 => {
                (at, at, choices.one(&["a", "x", " ", "\n", "#", "{", "}", "\"", "$", "é", ":", "\r\n"]).to_owned())
            }
            3 => (at, at + text[at..].chars().next().map_or(0, char::len_utf8), String::new()),
            // Something pasted at the start of a line, a line gone, a part gone.
            4 | 5 => (line(at), line(at), choices.one(&ITEMS).to_owned()),
            6 => (line(at), at, String::new()),
            7 => {
                let to = place(choices);
                (at.min(to), at.max(to), String::new())
            }
            // A word for another.
            8 => match text[at..].find(|c: char| c.is_ascii_alphanumeric()) {
                Some(start) => {
                    let start = at + start;
                    let end =
                        text[start..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(text.len(), |end| start + end);
                    (start, end, choices.one(&["hosts", "part", "a", "let", "thing", "team", "other"]).to_owned())
                }
                None => (at, at, String::new()),
            },
            // Line ends of the other kind.
            9 => (
                0,
                text.len(),
                text.replace("\r\n", "\n").replace('\n', if choices.below(2) == 0 { "\n" } else { "\r\n" }),
            ),
            // A file gone.
            10 => {
                self.project.remove_file(self.id(number));
                self.texts[number] = None;
                return None;
            }
            _ => (0, text.len(), generate::mutated(choices, &text)),
        };
        let old = text[from..to].to_owned();
        self.replace(number, from, to, &new);
        Some((number, from, from + new.len(), old))
    }

    /// Holds the project to what the compiler finds in its texts.
    #[track_caller]
    fn compare(&mut self, done: &[String]) {
        self.project.settle();
        let fresh = analyse(&self.texts);
        let mut wanted = Vec::new();
        for (number, text) in self.texts.iter().enumerate() {
            let Some(text) = text else {
                assert!(self.project.file_id(FILES[number]).is_none());
                continue;
            };
            let id = self.id(number);
            let document = self.project.document(id).unwrap();
            assert_eq!(document.text(), *text);
            let items: Vec<String> = document.items().iter().map(|placed| placed.item.text.to_string()).collect();
            let ranges: Vec<String> = split(text).iter().map(|range| range.of(text).to_owned()).collect();
            assert_eq!(items, ranges);
            for at in (0..=text.len()).step_by(7).filter(|at| text.is_char_boundary(*at)) {
                for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                    let place = document.position(at as u32, encoding);
                    let whole = quell_lsp::ide::position::position_of(text, at, encoding);
                    assert_eq!(place, whole);
                }
            }
            let mut found = sorted(fresh[number].clone());
            for label in found.iter_mut().flat_map(|finding| &mut finding.labels) {
                // The compiler may name the file of the finding itself.
                label.file.take_if(|file| file == FILES[number]);
            }
            let found = sorted(found);
            // What only a comparison shows may be missing until then, and is never what is not so.
            let mut before = self.project.findings(id);
            // That a rule says the same as another stays so where one before them comes to say it too.
            let is_so = |finding: &Diagnostic| {
                let is_again = |other: &Diagnostic| other.code == finding.code && other.span == finding.span;
                found.contains(finding) || finding.code == Code::DuplicateRule && found.iter().any(is_again)
            };
            before.retain(|finding| !is_so(finding));
            assert_eq!(before, [], "{} after {done:#?}\n{text}", FILES[number]);
            wanted.push((id, found));
            let names = self.project.file(id).unwrap().names.binding_names().join(" ");
            assert_eq!(names, fresh_names(&self.texts, number), "{done:#?}");
        }
        self.project.compare(true);
        for (id, found) in wanted {
            let name = &self.project.file(id).unwrap().name;
            assert_eq!(sorted(self.project.findings(id)), found, "{name} after {done:#?}");
        }
    }
}

fn sorted(mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    findings.sort_by_cached_key(|finding| (finding.span, finding.code, format!("{finding:?}")));
    findings
}

fn link(texts: &[Option<String>], cx: &Context<'_>) -> (quell::Linked, Vec<usize>) {
    let mut project = quell::Project::whole();
    let mut numbers = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let Some(text) = text else { continue };
        project.add_file(FILES[number], split(text).into_iter().map(|range| (range.start, scan(range.of(text)))));
        numbers.push(number);
    }
    (project.resolve(cx), numbers)
}

fn fresh_names(texts: &[Option<String>], number: usize) -> String {
    let config = Config::default();
    let (linked, numbers) = link(texts, &Context::new(Schema::embedded(), &config, NOW));
    let at = numbers.iter().position(|found| *found == number).unwrap();
    linked.names(at).unwrap().binding_names().join(" ")
}

/// What the compiler finds, file by file.
fn analyse(texts: &[Option<String>]) -> Vec<Vec<Diagnostic>> {
    let config = Config::default();
    let cx = Context::new(Schema::embedded(), &config, NOW);
    let (linked, numbers) = link(texts, &cx);
    let mut found: Vec<Vec<Diagnostic>> = vec![Vec::new(); texts.len()];
    for (file, diagnostic) in &linked.diagnostics {
        found[numbers[*file]].push(diagnostic.clone());
    }
    let mut rules: Vec<(&str, Vec<RuleSummary>)> = Vec::new();
    for (file, number) in numbers.iter().enumerate() {
        let mut own = Vec::new();
        let name: Arc<str> = Arc::from(FILES[*number]);
        let names = linked.names(file).unwrap();
        let text: Arc<str> = Arc::from(texts[*number].clone().unwrap());
        for range in split(&text) {
            let item = range.of(&text);
            let checked = check_item(item, &parse_item(item), names, &cx);
            found[*number].extend(checked.diagnostics.into_iter().map(|finding| finding.shifted(range.start)));
            let schema = names.schema(cx.schema);
            let summary = |judged: &JudgedRule| RuleSummary::new(&judged.rule, &name, range.start, schema, &cx);
            own.extend(checked.rules.iter().map(summary));
        }
        rules.push((FILES[*number], own));
    }
    rules.sort_by_key(|(name, _)| *name);
    let rules: Vec<RuleSummary> = rules.into_iter().flat_map(|(_, rules)| rules).collect();
    for (name, finding) in quell::project::link(&rules, &cx) {
        let number = FILES.iter().position(|file| *file == &*name).unwrap();
        found[number].push(finding);
    }
    found
}
/// Makes so many edits in a project, and now and then compares what is known of it with what a fresh analysis finds.
///
/// # Panics
///
/// Where they differ.
pub fn session(choices: &mut Choices<'_>, steps: usize) {
    let mut twin = Twin::new(choices);
    let mut done = Vec::new();
    twin.compare(&done);
    let mut undo: Vec<(usize, usize, usize, String)> = Vec::new();
    for step in 0..steps {
        if choices.once_in(5)
            && let Some((number, from, to, old)) = undo.pop()
        {
            done.push(format!("undo in {number}"));
            twin.replace(number, from, to, &old);
        } else {
            let changed = twin.change(choices);
            done.push(format!("{changed:?}"));
            match changed {
                Some(change) => undo.push(change),
                None => undo.clear(),
            }
            // To take back an edit further down would need its place to be moved.
            if undo.len() > 1 {
                undo.remove(0);
            }
        }
        if step % 3 == 0 {
            twin.compare(&done);
        }
    }
    twin.compare(&done);
}

//! One test: the blocks under a heading, run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;

use similar::TextDiff;

use crate::expectation::Expectation;
use crate::finding::{self, Finding};
use crate::markdown::{Block, BlockKind, Section};
use crate::{console, fixing, quiet, workspace};

/// A section of a page.
#[derive(Clone, Debug)]
pub struct Case {
    /// The page, as reports show it.
    pub page: String,
    /// Its blocks.
    pub section: Section,
    /// A code that must not be found at all: what a page about it recommends is free of it.
    pub forbidden: Option<String>,
    /// The `quell.toml` of a section that brings none of its own.
    pub setting: String,
}

/// Output to be written into pages, by page.
#[derive(Default, Debug)]
pub struct Updates(Mutex<BTreeMap<String, Vec<Update>>>);

/// What replaces which bytes of a page.
type Update = (Range<usize>, String);

impl Updates {
    fn add(&self, page: &str, range: Range<usize>, text: String) {
        if let Ok(mut pages) = self.0.lock() {
            pages.entry(page.to_owned()).or_default().push((range, text));
        }
    }

    /// Writes them, and says which pages changed.
    ///
    /// # Errors
    ///
    /// Says which page cannot be read or written.
    pub fn write(self) -> Result<Vec<String>, String> {
        let mut written = Vec::new();
        for (page, mut edits) in self.0.into_inner().unwrap_or_default() {
            let path = workspace::root().join(&page);
            let mut text = fs::read_to_string(&path).map_err(|error| format!("{page}: {error}"))?;
            edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
            for (range, output) in edits {
                text.replace_range(range, &output);
            }
            fs::write(&path, text).map_err(|error| format!("{page}: {error}"))?;
            written.push(page);
        }
        Ok(written)
    }
}

impl Case {
    /// A section of the page of that path. The page of a lint recommends nothing that the lint reports.
    #[must_use]
    pub fn new(page: &str, section: Section) -> Case {
        let lint = page.strip_prefix("compiler/docs/lints/").and_then(|name| name.strip_suffix(".md"));
        let is_advice = lint.is_some() && section.name.starts_with("Instead");
        Case {
            page: page.to_owned(),
            section,
            forbidden: lint.filter(|_| is_advice).map(str::to_owned),
            setting: quiet::levels(lint, is_advice),
        }
    }

    /// Runs it. With `updates`, output that differs is collected there and no failure.
    ///
    /// # Errors
    ///
    /// Says everything that is not as the page says, each with its place.
    pub fn run(&self, quell: &Path, updates: Option<&Updates>) -> Result<(), String> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let mut report = String::new();
        let mut checked = false;
        for block in &self.section.blocks {
            if let BlockKind::File { path, checked: is_checked, .. } = &block.kind {
                write(&folder.path().join(path), &block.text).map_err(|error| format!("{path}: {error}"))?;
                checked |= is_checked;
            }
        }
        let setting = folder.path().join("quell.toml");
        if !setting.exists() {
            write(&setting, &self.setting).map_err(|error| format!("quell.toml: {error}"))?;
        }
        if checked {
            match finding::check(quell, folder.path()) {
                Ok(findings) => {
                    self.compare(&findings, &mut report);
                    for (finding, what) in fixing::check(quell, folder.path(), &findings)? {
                        self.say(&mut report, self.line_of(&finding), &what);
                    }
                }
                Err(error) => self.say(&mut report, self.section.line, &error),
            }
        }
        for block in self.section.blocks.iter().filter(|block| block.kind == BlockKind::Console) {
            // The README speaks to someone who stands in the repository.
            let place = if self.page == "README.md" { workspace::root() } else { folder.path().to_path_buf() };
            match console::run(&block.text, quell, &place) {
                Ok(printed) if printed == block.text => {}
                Ok(printed) => match updates {
                    Some(updates) => updates.add(&self.page, block.range.clone(), printed),
                    None => {
                        let diff = TextDiff::from_lines(&block.text, &printed);
                        let diff = diff.unified_diff().header("page", "printed").to_string();
                        self.say(&mut report, block.line, &format!("the output differs\n{diff}"));
                    }
                },
                Err(error) => self.say(&mut report, block.line, &error),
            }
        }
        if report.is_empty() { Ok(()) } else { Err(report) }
    }

    fn compare(&self, findings: &[Finding], report: &mut String) {
        let mut open: Vec<&Finding> = findings.iter().collect();
        for block in &self.section.blocks {
            let BlockKind::File { path, checked, expected } = &block.kind else { continue };
            if !checked {
                open.retain(|finding| finding.file != *path);
                continue;
            }
            for wanted in expected {
                match open.iter().position(|finding| finding.file == *path && fulfils(finding, wanted)) {
                    Some(at) => {
                        open.remove(at);
                    }
                    None => self.say(report, line_in_page(block, wanted.line), &missing(wanted)),
                }
            }
            // One assertion speaks for every finding of its code on its line.
            open.retain(|finding| finding.file != *path || !expected.iter().any(|wanted| fulfils(finding, wanted)));
        }
        for finding in open {
            let forbidden = self.forbidden.as_ref() == Some(&finding.code);
            if finding.severity == "hint" && !forbidden {
                continue;
            }
            let line = self.line_of(finding);
            let Finding { severity, code, message, file, start, .. } = finding;
            let place = format!("{file}:{}:{}", start.line, start.column);
            self.say(report, line, &format!("unexpected {severity}[{code}]: {message} ({place})"));
        }
    }

    /// Line of the page on which a finding starts.
    fn line_of(&self, finding: &Finding) -> usize {
        let is_its = |block: &&Block| matches!(&block.kind, BlockKind::File { path, .. } if *path == finding.file);
        let block = self.section.blocks.iter().find(is_its);
        block.map_or(self.section.line, |block| line_in_page(block, finding.start.line))
    }

    fn say(&self, report: &mut String, line: usize, what: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(report, "{}:{line}: {what}", self.page);
    }
}

fn fulfils(finding: &Finding, wanted: &Expectation) -> bool {
    finding.code == wanted.code
        && finding.severity == wanted.severity
        && finding.start.line == wanted.line
        && wanted.words.as_ref().is_none_or(|words| finding.message.contains(words))
}

fn missing(wanted: &Expectation) -> String {
    let words = wanted.words.as_ref().map(|words| format!(" with \"{words}\"")).unwrap_or_default();
    format!("no {}[{}]{words} here", wanted.severity, wanted.code)
}

fn line_in_page(block: &Block, line: usize) -> usize {
    block.line + line.saturating_sub(1)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

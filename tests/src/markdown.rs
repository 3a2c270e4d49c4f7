//! A page as tests: headings, and the fenced blocks under them.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

use crate::expectation::{self, Expectation};

/// The blocks under one heading.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Section {
    /// The heading and those above it, the page's title left out.
    pub name: String,
    /// Line of the heading, from 1.
    pub line: usize,
    /// What stands under it.
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// What it is for.
    pub kind: BlockKind,
    /// What it holds.
    pub text: String,
    /// Line of the page on which the text starts, from 1.
    pub line: usize,
    /// Bytes of the page between the fences.
    pub range: Range<usize>,
}

/// What a block is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BlockKind {
    /// A file of the project.
    File {
        /// Its path.
        path: String,
        /// Whether it is a program, whose findings are compared.
        checked: bool,
        /// What must be found in it.
        expected: Vec<Expectation>,
    },
    /// Commands and their output.
    Console,
}

/// Reads the sections of a page that hold a block.
#[must_use]
pub fn sections(page: &str) -> Vec<Section> {
    let mut sections = vec![Section { line: 1, name: "page".to_owned(), ..Section::default() }];
    let mut headings: Vec<(HeadingLevel, String)> = Vec::new();
    let mut heading: Option<(HeadingLevel, String)> = None;
    let mut block: Option<(String, String, usize)> = None;
    for (event, range) in Parser::new(page).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => heading = Some((level, String::new())),
            Event::End(TagEnd::Heading(_)) => {
                let Some((level, title)) = heading.take() else { continue };
                headings.retain(|(above, _)| *above < level);
                headings.push((level, title));
                let shown: Vec<&str> = headings
                    .iter()
                    .filter(|(level, _)| *level > HeadingLevel::H1)
                    .map(|(_, title)| title.as_str())
                    .collect();
                let name = if shown.is_empty() { "page".to_owned() } else { shown.join(" › ") };
                sections.push(Section { name, line: line_of(page, range.start), blocks: Vec::new() });
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = Some((info.into_string(), String::new(), range.start));
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((info, text, start)) = block.take()
                    && let Some(section) = sections.last_mut()
                {
                    section.add(page, &info, text, start..range.end);
                }
            }
            Event::Text(text) | Event::Code(text) => match (&mut block, &mut heading) {
                (Some((_, collected, _)), _) => collected.push_str(&text),
                (None, Some((_, title))) => title.push_str(&text),
                _ => {}
            },
            _ => {}
        }
    }
    sections.retain(|section| !section.blocks.is_empty());
    sections
}

impl Section {
    fn add(&mut self, page: &str, info: &str, text: String, fenced: Range<usize>) {
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default();
        let words: Vec<&str> = words.collect();
        if words.contains(&"ignore") {
            return;
        }
        let start =
            page.get(fenced.clone()).and_then(|block| block.find('\n')).map_or(fenced.end, |at| fenced.start + at + 1);
        let end = start + page.get(start..fenced.end).and_then(|block| block.rfind("```")).unwrap_or_default();
        let place = |kind, text| Block { kind, text, line: line_of(page, start), range: start..end };
        if language == "console" {
            self.blocks.push(place(BlockKind::Console, text));
            return;
        }
        let named = words.iter().find_map(|word| word.strip_prefix("path="));
        if language != "quell" && named.is_none() {
            return;
        }
        let path = named.map_or_else(|| self.next_name(), str::to_owned);
        let text = if words.contains(&"unicode") { with_characters(&text) } else { text };
        let checked = language == "quell" && !words.contains(&"unchecked");
        let mut expected = Vec::new();
        if checked {
            expected.extend(words.iter().filter_map(|word| expectation::in_info(word)));
            expected.extend(expectation::in_comments(&text));
        }
        self.blocks.push(place(BlockKind::File { path, checked, expected }, text));
    }

    fn next_name(&self) -> String {
        let files = self
            .blocks
            .iter()
            .filter(|block| matches!(&block.kind, BlockKind::File { path, .. } if path.starts_with("main")));
        match files.count() {
            0 => "main.quell".to_owned(),
            count => format!("main{}.quell", count + 1),
        }
    }
}

/// The line, from 1, of a byte of the page.
fn line_of(page: &str, at: usize) -> usize {
    page.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Each `\u{…}` as the character it names.
fn with_characters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\\u{") {
        out.push_str(before);
        let character = after
            .split_once('}')
            .and_then(|(number, tail)| Some((char::from_u32(u32::from_str_radix(number, 16).ok()?)?, tail)));
        match character {
            Some((character, tail)) => {
                out.push(character);
                rest = tail;
            }
            None => {
                out.push_str("\\u{");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# title\n\n```quell\nx # error[a]\n```\n\n## One\n\ntext\n\n```quell path=b.quell\ny\n```\n\n```quell unicode\n\\u{41}\n```\n\n### Two `x`\n\n```console\n$ quell\nout\n```\n\n```text\nno\n```\n";

    #[test]
    fn headings_are_tests() {
        let sections = sections(PAGE);
        let names: Vec<&str> = sections.iter().map(|section| section.name.as_str()).collect();
        assert_eq!(names, ["page", "One", "One › Two x"]);
        assert_eq!(sections[0].blocks[0].line, 4);
        assert_eq!(sections[1].blocks.len(), 2);
        assert_eq!(sections[1].blocks[1].text, "A\n");
        assert_eq!(&PAGE[sections[2].blocks[0].range.clone()], "$ quell\nout\n");
    }
}

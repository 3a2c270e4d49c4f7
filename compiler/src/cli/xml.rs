//! XML as the formats that are made of it need it.

use std::borrow::Cow;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesStart, BytesText, Event};

/// Writes a document; the caller closes what it opens.
pub(super) struct Document<W: Write> {
    out: Writer<W>,
}

impl<W: Write> Document<W> {
    pub(super) fn start(out: W) -> io::Result<Document<W>> {
        let mut out = Writer::new_with_indent(out, b' ', 2);
        out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Ok(Document { out })
    }

    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.out.write_event(Event::Start(element(name, attributes)))
    }

    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        self.out.write_event(Event::End(BytesStart::new(name).to_end()))
    }

    /// An element that holds nothing.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.out.write_event(Event::Empty(element(name, attributes)))
    }

    /// An element that holds a text.
    pub(super) fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
        self.open(name, attributes)?;
        self.out.write_event(Event::Text(BytesText::new(&allowed(text))))?;
        self.close(name)
    }

    pub(super) fn finish(self) -> io::Result<()> {
        writeln!(self.out.into_inner())
    }
}

fn element<'n>(name: &'n str, attributes: &[(&str, &str)]) -> BytesStart<'n> {
    let mut element = BytesStart::new(name);
    for (name, value) in attributes {
        element.push_attribute((*name, &*allowed(value)));
    }
    element
}

/// A text without the characters that no XML document may hold, not even escaped.
fn allowed(text: &str) -> Cow<'_, str> {
    let forbidden =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if !text.contains(forbidden) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(forbidden, "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_replaced_and_the_rest_escaped() {
        let mut out = Vec::new();
        let mut document = Document::start(&mut out).unwrap();
        document.open("a", &[("b", "<\"&\u{1}'>")]).unwrap();
        document.text("c", &[], "]]> & \u{ffff}").unwrap();
        document.empty("d", &[]).unwrap();
        document.close("a").unwrap();
        document.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("b=\"&lt;&quot;&amp;\u{fffd}&apos;&gt;\""), "{text}");
        assert!(text.contains("<c>]]&gt; &amp; \u{fffd}</c>"), "{text}");
        assert!(text.ends_with("<d/>\n</a>\n") || text.ends_with("  <d/>\n</a>\n"), "{text}");
    }
}

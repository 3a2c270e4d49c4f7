//! Events as a stream: JSON, arrays, one a line, compressed or not.
//!
//! Not here: files, and what an event is. A text that is no event is handed on like any other, with its number.

use std::io::{self, BufRead, BufReader, Read};

use serde::de::{Deserializer as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::event::Projection;

/// How much text a batch holds at least, in bytes, where there is more.
const BATCH: usize = 1024 * 1024;

/// The longest event that is read, in bytes.
pub const EVENT_CAP: usize = 64 * 1024 * 1024;

/// Some events of a stream, in order.
#[derive(Debug, Default)]
pub struct Batch {
    text: Vec<u8>,
    /// Where each ends, and its number.
    ends: Vec<(usize, u64)>,
}

impl Batch {
    /// The events with their numbers: of its line where each stands on one, else of the event; both from 1. One past the
    /// bound is empty.
    pub fn events(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |&(end, number)| {
            let text = self.text.get(start..end).unwrap_or_default();
            start = end;
            (number, text)
        })
    }

    /// With room for as much as a batch holds, but for the end of a long line.
    fn with_room() -> Batch {
        Batch { text: Vec::with_capacity(BATCH + BATCH / 8), ends: Vec::new() }
    }

    /// Adds a text; whether the batch has become full.
    fn push(&mut self, text: &[u8], number: u64) -> bool {
        self.text.extend_from_slice(text);
        self.end(number)
    }

    /// Adds the next line, if there is something on it; whether there was a line.
    fn read_line(&mut self, input: &mut impl BufRead, number: u64) -> io::Result<bool> {
        let start = self.text.len();
        match read_line(input, &mut self.text)? {
            Line::Blank => {}
            Line::Text => drop(self.end(number)),
            Line::TooLong => {
                self.text.truncate(start);
                self.end(number);
            }
            Line::None => return Ok(false),
        }
        Ok(true)
    }

    /// What was added since the last end is the event of that number; whether the batch has become full.
    fn end(&mut self, number: u64) -> bool {
        self.ends.push((self.text.len(), number));
        self.is_full()
    }

    fn is_full(&self) -> bool {
        self.text.len() >= BATCH
    }
}

/// A stream of events.
pub struct Stream {
    input: Box<dyn BufRead + Send>,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

impl Stream {
    /// A stream of what is read, compressed or not.
    ///
    /// # Errors
    ///
    /// What the system says of its first bytes.
    pub fn of(input: impl Read + Send + 'static) -> io::Result<Stream> {
        Stream::at_most(input, u64::MAX)
    }

    /// The same of no more than so many bytes, those that are counted after they were taken apart; what is longer ends
    /// there, as a file that was cut off does.
    ///
    /// # Errors
    ///
    /// As of [`Stream::of`].
    pub fn at_most(input: impl Read + Send + 'static, bytes: u64) -> io::Result<Stream> {
        let mut input = BufReader::with_capacity(BATCH / 4, input);
        let start = input.fill_buf()?;
        let input: Box<dyn BufRead + Send> = if start.starts_with(&[0x1f, 0x8b]) {
            Box::new(BufReader::with_capacity(BATCH / 4, flate2::bufread::MultiGzDecoder::new(input)))
        } else if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            Box::new(BufReader::with_capacity(BATCH / 4, zstd::Decoder::with_buffer(input)?))
        } else {
            Box::new(input)
        };
        Ok(Stream { input: Box::new(input.take(bytes)) })
    }

    /// Hands all events over in batches, in order.
    ///
    /// # Errors
    ///
    /// What the system says, or that the stream ends or goes on in a way that JSON does not allow. What came before has
    /// been handed over.
    pub fn read(self, each: &mut (impl FnMut(Batch) + ?Sized)) -> io::Result<()> {
        let mut input = self.input;
        let start = input.fill_buf()?;
        if is_binary(start) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is binary, and neither JSON nor gzip nor zstd"));
        }
        // A byte order mark is no part of any event.
        if start.starts_with(&[0xef, 0xbb, 0xbf]) {
            input.consume(3);
        }
        let mut number = 0;
        let mut first = Vec::new();
        loop {
            number += 1;
            match read_line(&mut input, &mut first)? {
                Line::None => return Ok(()),
                Line::Blank => {}
                Line::Text => break,
                Line::TooLong => {
                    first.clear();
                    break;
                }
            }
        }
        let start = first.trim_ascii_start();
        let is_whole = serde_json::from_slice::<IgnoredAny>(start).is_ok();
        match start.first() {
            Some(b'[') => read_array(first.chain(&b"\n"[..]).chain(input), each),
            Some(b'{') if !is_whole => read_values(first.chain(&b"\n"[..]).chain(input), each),
            _ => read_lines(input, &first, number, each),
        }
    }
}

/// Whether what starts so is another kind of file, and would be found line by line to be no JSON.
fn is_binary(start: &[u8]) -> bool {
    let is_json = matches!(start.trim_ascii_start().first(), Some(b'{' | b'['));
    !is_json && start.iter().take(512).any(|byte| *byte == 0)
}

/// Why a stream did not give all of its events.
#[derive(Debug)]
pub enum Unread {
    /// What has that number is no event, and why.
    NoEvent(u64, String),
    /// It cannot be read to its end.
    CutOff(io::Error),
    /// It holds more than were asked for.
    TooMany,
}

impl Stream {
    /// Hands all events over, up to `jobs` batches at a time, in order.
    ///
    /// # Errors
    ///
    /// As of [`Stream::read`].
    pub fn read_together(self, jobs: usize, each: &mut (impl FnMut(&[Batch]) + ?Sized)) -> io::Result<()> {
        let mut waiting: Vec<Batch> = Vec::with_capacity(jobs);
        let end = self.read(&mut |batch: Batch| {
            waiting.push(batch);
            if waiting.len() >= jobs {
                each(&waiting);
                waiting.clear();
            }
        });
        each(&waiting);
        end
    }

    /// All events with their numbers, `most` of them at most.
    ///
    /// # Errors
    ///
    /// The first of what keeps it from being just these.
    pub fn all(self, most: usize) -> Result<Vec<(u64, Value)>, Unread> {
        let mut found = Vec::new();
        let mut bad = None;
        let end = self.read(&mut |batch: Batch| {
            for (number, text) in batch.events() {
                if bad.is_some() || found.len() > most {
                    return;
                }
                match parse(text) {
                    Ok(value) => found.push((number, value)),
                    Err(why) => bad = Some(Unread::NoEvent(number, why)),
                }
            }
        });
        match (bad, end) {
            (Some(bad), _) => Err(bad),
            (None, Err(error)) => Err(Unread::CutOff(error)),
            (None, Ok(())) if found.len() > most => Err(Unread::TooMany),
            (None, Ok(())) => Ok(found),
        }
    }
}

/// Parses one event.
///
/// # Errors
///
/// What is wrong with it, in words.
pub fn parse(text: &[u8]) -> Result<Value, String> {
    object(text, |text| serde_json::from_slice(text))
}

/// Parses what is asked for of one event.
///
/// # Errors
///
/// As of [`parse`].
pub fn parse_part(text: &[u8], asked: &Projection) -> Result<Value, String> {
    object(text, |text| asked.read(text))
}

fn object(text: &[u8], read: impl FnOnce(&[u8]) -> serde_json::Result<Value>) -> Result<Value, String> {
    if text.is_empty() {
        return Err(format!("it is longer than {} MiB", EVENT_CAP / (1024 * 1024)));
    }
    let value = read(text).map_err(|error| format!("it is not JSON: {error}"))?;
    if value.is_object() { Ok(value) } else { Err("it is JSON and no object".to_owned()) }
}

/// What was found on a line.
enum Line {
    /// Nothing.
    Blank,
    Text,
    /// More than [`EVENT_CAP`].
    TooLong,
    /// There is no further line.
    None,
}

/// Adds a line to a text, without the blanks at its end; of what is blank or too long, nothing that counts.
fn read_line(input: &mut impl BufRead, text: &mut Vec<u8>) -> io::Result<Line> {
    let start = text.len();
    let read = input.by_ref().take(EVENT_CAP as u64).read_until(b'\n', text)?;
    if read == 0 {
        return Ok(Line::None);
    }
    if text.last() != Some(&b'\n') && read == EVENT_CAP {
        input.skip_until(b'\n')?;
        return Ok(Line::TooLong);
    }
    let blanks = text.iter().skip(start).rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    text.truncate(text.len() - blanks);
    Ok(if text.len() == start { Line::Blank } else { Line::Text })
}

fn read_lines(
    mut input: impl BufRead,
    first: &[u8],
    mut number: u64,
    each: &mut (impl FnMut(Batch) + ?Sized),
) -> io::Result<()> {
    let mut batch = Batch::with_room();
    batch.push(first, number);
    loop {
        if batch.is_full() {
            each(std::mem::replace(&mut batch, Batch::with_room()));
        }
        number += 1;
        match batch.read_line(&mut input, number) {
            Ok(true) => {}
            end => {
                each(batch);
                return end.map(|_| ());
            }
        }
    }
}

/// Values one behind the other, each on as many lines as it likes.
fn read_values(input: impl Read, each: &mut (impl FnMut(Batch) + ?Sized)) -> io::Result<()> {
    let mut batch = Batch::default();
    let mut number = 0;
    for value in serde_json::Deserializer::from_reader(input).into_iter::<Box<RawValue>>() {
        match value {
            Ok(value) => {
                number += 1;
                if batch.push(value.get().as_bytes(), number) {
                    each(std::mem::take(&mut batch));
                }
            }
            Err(error) => {
                each(batch);
                return Err(error.into());
            }
        }
    }
    each(batch);
    Ok(())
}

/// The elements of an array, read one by one.
fn read_array(input: impl Read, each: &mut (impl FnMut(Batch) + ?Sized)) -> io::Result<()> {
    struct Elements<'e, E: FnMut(Batch) + ?Sized> {
        each: &'e mut E,
    }
    impl<'de, E: FnMut(Batch) + ?Sized> Visitor<'de> for Elements<'_, E> {
        type Value = ();

        fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("an array of events")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
            let mut batch = Batch::default();
            let mut number = 0;
            loop {
                match elements.next_element::<Box<RawValue>>() {
                    Ok(Some(value)) => {
                        number += 1;
                        if batch.push(value.get().as_bytes(), number) {
                            (self.each)(std::mem::take(&mut batch));
                        }
                    }
                    end => {
                        (self.each)(batch);
                        return end.map(|_| ());
                    }
                }
            }
        }
    }
    let mut json = serde_json::Deserializer::from_reader(input);
    json.deserialize_seq(Elements { each })?;
    json.end()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read(bytes: &[u8]) -> (Vec<(u64, String)>, bool) {
        let mut found = Vec::new();
        let end = Stream::of(io::Cursor::new(bytes.to_vec())).and_then(|stream| {
            stream.read(&mut |batch: Batch| {
                found.extend(batch.events().map(|(number, text)| (number, String::from_utf8_lossy(text).into_owned())));
            })
        });
        (found, end.is_ok())
    }

    fn numbered(events: &[(u64, &str)]) -> Vec<(u64, String)> {
        events.iter().map(|(number, text)| (*number, (*text).to_owned())).collect()
    }

    #[test]
    fn every_form_of_a_stream() {
        assert_eq!(read(b""), (vec![], true));
        assert_eq!(read(b"\n\n"), (vec![], true));
        assert_eq!(
            read(b"\xef\xbb\xbf\n{\"a\":1}\r\n\nnot json\n{\"a\":2}"),
            (numbered(&[(2, "{\"a\":1}"), (4, "not json"), (5, "{\"a\":2}")]), true)
        );
        assert_eq!(read(b"[ {\"a\": 1}, 5,\n {} ]\n"), (numbered(&[(1, "{\"a\": 1}"), (2, "5"), (3, "{}")]), true));
        assert_eq!(read(b"{\n  \"a\": 1\n}\n{}\n"), (numbered(&[(1, "{\n  \"a\": 1\n}"), (2, "{}")]), true));
    }

    #[test]
    fn what_is_cut_off_is_said_after_what_came_before() {
        assert_eq!(read(b"[{\"a\":1},{\"a\":"), (numbered(&[(1, "{\"a\":1}")]), false));
        assert_eq!(read(b"{\n\"a\":1}\n{"), (numbered(&[(1, "{\n\"a\":1}")]), false));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        for number in 0..5000 {
            writeln!(gzip, "{{\"a\":{}}}", number * 7919 % 5003).unwrap();
        }
        let bytes = gzip.finish().unwrap();
        assert_eq!(read(&bytes).0.len(), 5000);
        let (found, whole) = read(&bytes[..bytes.len() / 2]);
        assert!(!whole && !found.is_empty() && found.len() < 5000, "{}", found.len());
    }

    #[test]
    fn what_is_binary_is_refused_as_a_whole() {
        assert_eq!(read(b"\x7fELF\x02\x01\x01\0\0\n{}\n"), (vec![], false));
        assert_eq!(read(b"{}\n\0\0\n{}\n").0.len(), 3);
    }

    #[test]
    fn zstd_is_read() {
        let bytes = zstd::encode_all(&b"{\"a\":1}\n{\"a\":2}\n"[..], 1).unwrap();
        assert_eq!(read(&bytes).0.len(), 2);
    }

    #[test]
    fn long_streams_come_in_batches() {
        let line = format!("{{\"a\":\"{}\"}}\n", "x".repeat(1000));
        let text = line.repeat(3000);
        let mut batches = 0;
        let mut events = 0;
        let stream = Stream::of(io::Cursor::new(text.into_bytes())).unwrap();
        stream
            .read(&mut |batch: Batch| {
                batches += 1;
                events += batch.events().count();
            })
            .unwrap();
        assert_eq!((batches, events), (3, 3000));
    }
}

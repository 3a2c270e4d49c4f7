//! Days and instants as fields write them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::hir::Instant;

/// Which instant of a day a date means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edge {
    /// Its first.
    First,
    /// Its last millisecond.
    Last,
}

/// Reads `2027-01-31` or an RFC 3339 instant, as milliseconds since the Unix epoch.
///
/// # Errors
/// Says in a few words why the text is neither.
pub fn parse(text: &str, edge: Edge) -> Result<Instant, &'static str> {
    if text.len() == 10 {
        let day: Date = text.parse().map_err(|_| reason(text))?;
        let start = day.to_zoned(TimeZone::UTC).map_err(|_| "it is out of range")?.timestamp().as_millisecond();
        return Ok(match edge {
            Edge::First => start,
            Edge::Last => start + 86_400_000 - 1,
        });
    }
    if !text.contains(['T', 't']) {
        return Err(reason(text));
    }
    let instant: Timestamp = text.parse().map_err(|_| "it is no RFC 3339 instant")?;
    Ok(instant.as_millisecond())
}

fn reason(text: &str) -> &'static str {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match (digits, text.len()) {
        (true, 10) => "there is no such day",
        (true, _) => "it needs four digits for the year, two for the month and two for the day",
        _ => "it has another form",
    }
}

/// The date that a common slip meant: missing zeros, slashes, dots.
#[must_use]
pub fn repaired(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    if a.len() != 4 || b.is_empty() || c.is_empty() {
        return None;
    }
    let better = format!("{a}-{b:0>2}-{c:0>2}");
    parse(&better, Edge::First).ok().map(|_| better)
}

/// An instant as RFC 3339 in UTC; the epoch where it is out of range.
#[must_use]
pub fn rfc3339(instant: Instant) -> String {
    Timestamp::from_millisecond(instant).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_a_first_and_a_last_instant() {
        assert_eq!(parse("1970-01-02", Edge::First), Ok(86_400_000));
        assert_eq!(parse("1970-01-01", Edge::Last), Ok(86_399_999));
        assert_eq!(parse("1970-01-01T01:00:00+01:00", Edge::Last), Ok(0));
        assert!(parse("2027-02-30", Edge::First).is_err());
        assert!(parse("2027-1-3", Edge::First).is_err());
        assert_eq!(repaired("2027/1/3").as_deref(), Some("2027-01-03"));
        assert_eq!(repaired("2027-02-30"), None);
    }
}

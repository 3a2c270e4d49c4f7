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
    from_rfc3339(text).ok_or("it is no RFC 3339 instant")
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
    if a.len() != 4 {
        return None;
    }
    let better = format!("{a}-{b:0>2}-{c:0>2}");
    parse(&better, Edge::First).ok().map(|_| better)
}

/// How many days it is from one instant to another, a part of a day taken for a whole one.
#[must_use]
pub fn days_between(from: Instant, to: Instant) -> i64 {
    const DAY: i64 = 86_400_000;
    let distance = to.saturating_sub(from);
    distance.div_euclid(DAY) + i64::from(distance.rem_euclid(DAY) != 0)
}

/// An instant as RFC 3339 text in UTC with milliseconds: `2027-01-31T23:59:59.999Z`. One outside of the years that
/// RFC 3339 can write is the nearest one inside.
#[must_use]
pub fn rfc3339(instant: Instant) -> String {
    // From 0000-01-01, since RFC 3339 has four digits for a year, to 9999-12-29, the last whole day that jiff knows.
    let inside = instant.clamp(-62_167_219_200_000, 253_402_127_999_999);
    let timestamp = Timestamp::from_millisecond(inside).unwrap_or_default();
    format!("{timestamp:.3}")
}

/// The instant that RFC 3339 text names, with any offset; digits past the millisecond are dropped. Nothing where the
/// text is none, as a day alone is.
#[must_use]
pub fn from_rfc3339(text: &str) -> Option<Instant> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_day_is_a_day() {
        let table =
            [(0, 0), (1, 1), (86_400_000, 1), (86_400_001, 2), (-1, 0), (-86_400_000, -1), (i64::MAX, 106_751_991_168)];
        for (distance, days) in table {
            assert_eq!(days_between(0, distance), days, "{distance}");
        }
        assert!(days_between(i64::MIN, i64::MAX) > 0);
    }

    #[test]
    fn a_day_has_a_first_and_a_last_instant() {
        assert_eq!(parse("1970-01-02", Edge::First), Ok(86_400_000));
        assert_eq!(parse("1970-01-01", Edge::Last), Ok(86_399_999));
        assert_eq!(parse("1970-01-01T01:00:00+01:00", Edge::Last), Ok(0));
        for (text, why) in [
            ("2027-02-30", "there is no such day"),
            ("2027-1-3", "it needs four digits for the year, two for the month and two for the day"),
            ("01.02.2027", "it has another form"),
            ("soon", "it has another form"),
            ("Tuesday", "it is no RFC 3339 instant"),
        ] {
            assert_eq!(parse(text, Edge::First), Err(why), "{text}");
        }
        assert_eq!(repaired("2027/1/3").as_deref(), Some("2027-01-03"));
        for text in ["2027-02-30", "2027--3", "2027-1-", "27-1-3"] {
            assert_eq!(repaired(text), None, "{text}");
        }
    }

    #[test]
    fn there_and_back() {
        for (number, written) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_801_439_999_999, "2027-01-31T23:59:59.999Z"),
        ] {
            assert_eq!(rfc3339(number), written);
            assert_eq!(from_rfc3339(written), Some(number));
        }
        assert_eq!(from_rfc3339("2027-01-31T23:59:59+01:00"), Some(1_801_436_399_000));
        assert_eq!(from_rfc3339("2027-01-31"), None);
        assert_eq!(from_rfc3339("soon"), None);
    }

    #[test]
    fn no_instant_is_too_far() {
        assert_eq!(rfc3339(i64::MAX), "9999-12-29T23:59:59.999Z");
        assert_eq!(rfc3339(i64::MIN), "0000-01-01T00:00:00.000Z");
    }
}

//! Instants as RFC 3339 text, in UTC with milliseconds, and back.

use jiff::Timestamp;

use crate::hir::Instant;

/// `2027-01-31T23:59:59.999Z`. An instant outside of the years that RFC 3339 can write is the nearest one inside.
pub(super) fn text(instant: Instant) -> String {
    // From 0000-01-01, since RFC 3339 has four digits for a year, to 9999-12-29, the last whole day that jiff knows.
    let inside = instant.clamp(-62_167_219_200_000, 253_402_127_999_999);
    let timestamp = Timestamp::from_millisecond(inside).unwrap_or_default();
    format!("{timestamp:.3}")
}

/// The instant that RFC 3339 text names, with any offset; digits past the millisecond are dropped.
pub(super) fn instant(text: &str) -> Option<Instant> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (number, written) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_801_439_999_999, "2027-01-31T23:59:59.999Z"),
        ] {
            assert_eq!(text(number), written);
            assert_eq!(instant(written), Some(number));
        }
        assert_eq!(instant("2027-01-31T23:59:59+01:00"), Some(1_801_436_399_000));
        assert_eq!(instant("2027-01-31"), None);
        assert_eq!(instant("soon"), None);
    }

    #[test]
    fn no_instant_is_too_far() {
        assert_eq!(text(i64::MAX), "9999-12-29T23:59:59.999Z");
        assert_eq!(text(i64::MIN), "0000-01-01T00:00:00.000Z");
    }
}

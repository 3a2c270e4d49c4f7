//! Names in a row, of which there may be very many.

use std::borrow::Borrow;

/// How many are named.
const NAMED: usize = 10;

/// The first names, and how many more there are: `a, b and 3 more`.
pub(super) fn listed<S: Borrow<str>>(names: &[S]) -> String {
    let (named, rest) = names.split_at(names.len().min(NAMED));
    let named = named.join(", ");
    match rest.len() {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_is_counted() {
        assert_eq!(listed::<&str>(&[]), "");
        assert_eq!(listed(&["a", "b"]), "a, b");
        assert_eq!(listed(&["a"; NAMED]), ["a"; NAMED].join(", "));
        assert_eq!(listed(&["a"; NAMED + 2]), format!("{} and 2 more", ["a"; NAMED].join(", ")));
    }
}

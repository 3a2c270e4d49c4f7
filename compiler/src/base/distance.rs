//! How far two words are apart: insertions, deletions, replacements and swaps of neighbours.

/// The longest word that is compared.
const MAX: usize = 48;

/// The number of edits between two words, or nothing if it is more than `bound` or a word is too long to compare.
#[must_use]
pub fn edits(a: &str, b: &str, bound: usize) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > bound || a.len() > MAX || b.len() > MAX {
        return None;
    }
    // Rows of the edit table: the one before last, the last, the one being filled.
    let mut before = [0_usize; MAX + 1];
    let mut last: [usize; MAX + 1] = std::array::from_fn(|column| column);
    let mut a_before = None;
    for (row, &x) in (1..).zip(a) {
        let mut current = [row; MAX + 1];
        let mut left = row;
        let mut least = row;
        let mut b_before = None;
        for (column, &y) in b.iter().enumerate() {
            let get = |line: &[usize; MAX + 1], at: usize| line.get(at).copied().unwrap_or(usize::MAX - 1);
            let mut best = (get(&last, column + 1) + 1).min(left + 1).min(get(&last, column) + usize::from(x != y));
            if a_before == Some(y) && b_before == Some(x) && column > 0 {
                best = best.min(get(&before, column - 1) + 1);
            }
            if let Some(cell) = current.get_mut(column + 1) {
                *cell = best;
            }
            (left, least, b_before) = (best, least.min(best), Some(y));
        }
        if least > bound {
            return None;
        }
        (before, last, a_before) = (last, current, Some(x));
    }
    last.get(b.len()).copied().filter(|edits| *edits <= bound)
}

/// The candidate that a slip most likely meant: nearest within a third of its length, the first of equals.
#[must_use]
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let bound = (word.chars().count() / 3).clamp(1, 4);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if let Some(distance) = edits(word, candidate, bound)
            && best.is_none_or(|(least, _)| distance < least)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, expected) in [
            ("", "", 0),
            ("args", "args", 0),
            ("arg", "args", 1),
            ("agrs", "args", 1),
            ("executabel", "executable", 1),
            ("comand", "command", 1),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
        ] {
            assert_eq!(edits(a, b, 3), Some(expected), "{a} {b}");
            assert_eq!(edits(b, a, 3), Some(expected), "{b} {a}");
        }
        assert_eq!(edits("kitten", "sitting", 2), None);
        assert_eq!(edits(&"a".repeat(49), &"a".repeat(49), 2), None);
        assert_eq!(edits(&"a".repeat(48), &"a".repeat(47), 2), Some(1));
    }
}

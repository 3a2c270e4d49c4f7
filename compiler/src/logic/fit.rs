//! How many texts of a shape a pattern covers, as far as what stands between their numbers tells.

use crate::hir::pattern::Piece;
use crate::logic::address::Shape;

/// How many texts of a shape a pattern covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fit {
    All,
    /// It depends on the numbers.
    Some,
    None,
}

impl Fit {
    pub(super) fn of(glob: &[Piece], shape: &Shape) -> Fit {
        if ends_live(glob, shape, |live| live.step(|piece| piece == Piece::Run)) {
            return Fit::All;
        }
        if ends_live(glob, shape, |live| behind_any_number(&live, shape)) { Fit::Some } else { Fit::None }
    }
}

/// Whether a pattern can be over where a text is, if `number` says where it is behind a number.
fn ends_live<'g>(glob: &'g [Piece], shape: &Shape, number: impl Fn(Live<'g>) -> Live<'g>) -> bool {
    let mut live = Live::start(glob);
    for (at, between) in shape.between().iter().enumerate() {
        if at > 0 {
            live = number(live);
        }
        for fixed in between.chars() {
            live = live.step(|piece| piece_takes(piece, |character| character == fixed));
        }
    }
    live.at.last() == Some(&true)
}

fn behind_any_number<'g>(live: &Live<'g>, shape: &Shape) -> Live<'g> {
    let digit = |live: &Live<'g>| live.step(|piece| piece_takes(piece, |character| shape.is_digit(character)));
    let mut last = digit(live);
    let mut all = last.clone();
    for _ in 1..shape.most_digits() {
        last = digit(&last);
        all.join(&last);
    }
    all
}

fn piece_takes(piece: Piece, is_it: impl Fn(char) -> bool) -> bool {
    match piece {
        Piece::Run | Piece::One => true,
        Piece::Literal(character) => is_it(character),
    }
}

/// The positions of a pattern before which all that was read may be.
#[derive(Clone)]
struct Live<'g> {
    glob: &'g [Piece],
    /// One more than there are pieces.
    at: Vec<bool>,
}

impl<'g> Live<'g> {
    fn start(glob: &'g [Piece]) -> Live<'g> {
        let mut at = vec![false; glob.len() + 1];
        at.first_mut().into_iter().for_each(|first| *first = true);
        Live { glob, at }.closed()
    }

    /// One character more, of which `takes` says which pieces take it.
    fn step(&self, takes: impl Fn(Piece) -> bool) -> Live<'g> {
        let mut next = vec![false; self.at.len()];
        for (position, piece) in self.glob.iter().enumerate() {
            if self.at.get(position) == Some(&true) && takes(*piece) {
                let behind = if *piece == Piece::Run { position } else { position + 1 };
                next.get_mut(behind).into_iter().for_each(|live| *live = true);
            }
        }
        Live { glob: self.glob, at: next }.closed()
    }

    /// A run may be empty, so that the position behind it is live too.
    fn closed(mut self) -> Live<'g> {
        for (position, _) in self.glob.iter().enumerate().filter(|(_, piece)| **piece == Piece::Run) {
            if self.at.get(position) == Some(&true) {
                self.at.get_mut(position + 1).into_iter().for_each(|live| *live = true);
            }
        }
        self
    }

    fn join(&mut self, other: &Live<'g>) {
        self.at.iter_mut().zip(&other.at).for_each(|(own, other)| *own |= *other);
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::hir::pattern::{matches, pieces};
    use crate::logic::address::Written;

    const GLOBS: [&str; 14] =
        ["*", "*.*", "*::*", "*:1", "::*", "10.*", "fd*", "*:*:*:*", "?*?", "?.?.?.?", "*g*", "*::", "::1?", ""];

    /// Addresses of every shape.
    fn addresses() -> impl Iterator<Item = IpAddr> {
        let octets = (0..81).map(|at| IpAddr::from([27, 9, 3, 1].map(|power| [0, 1, 10][at / power % 3])));
        let groups = (0..256).flat_map(|bits| {
            [1, 0xfd00].map(|group| IpAddr::from([7, 6, 5, 4, 3, 2, 1, 0].map(|at| (bits >> at & 1) * group)))
        });
        let mapped = ["::ffff:10.0.0.1", "::ffff:1.1.1.1"].map(|text| text.parse().unwrap());
        octets.chain(groups).chain(mapped)
    }

    #[test]
    fn what_is_told_of_a_shape_is_so_of_its_texts() {
        let shapes: Vec<(Written, Vec<Fit>)> = Shape::all()
            .map(|shape| {
                let fit = |glob: &&str| Fit::of(&pieces(glob).collect::<Vec<Piece>>(), &shape);
                (shape.any(), GLOBS.iter().map(fit).collect())
            })
            .collect();
        let open = shapes.iter().flat_map(|(_, fits)| fits).filter(|fit| **fit == Fit::Some).count();
        assert!(open < shapes.len() * GLOBS.len() / 2, "{open} depend on the numbers");
        for address in addresses() {
            let text = address.to_string();
            let is_of = |shape: &Written| {
                shape.accepts(text.chars().fold(shape.start(), |state, character| shape.step(state, character)))
            };
            let (_, fits) = shapes.iter().find(|(shape, _)| is_of(shape)).unwrap();
            for (glob, fit) in GLOBS.iter().zip(fits) {
                let wrong = if matches(glob, &text) { Fit::None } else { Fit::All };
                assert_ne!(*fit, wrong, "{glob} {text}");
            }
        }
    }
}

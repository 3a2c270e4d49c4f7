//! The one layout of a file, made from its tokens alone, so that files with errors can be laid out too.
//!
//! What stands in the file stays: the same tokens in the same order, every comment, and at most one blank line where
//! there were some. An item whose layout would change a token is left as it is.
//!
//! Not here: what tokens mean.

mod cursor;
mod file;
mod item;
mod literal;
mod page;
mod query;

use crate::syntax::split;
use file::File;

/// The widest line, in characters, that is made where there is a choice.
const WIDTH: usize = 100;

/// Lays a file out. Never fails: an item that cannot be laid out is left byte for byte, and formatting twice changes
/// nothing more.
///
/// Lines end as the first one does, the last line too; a byte order mark stays.
#[must_use]
pub fn format(text: &str) -> String {
    let (mark, source) = match text.strip_prefix('\u{feff}') {
        Some(source) => ("\u{feff}", source),
        None => ("", text),
    };
    let mut file = File::new(mark, source);
    for range in split(source) {
        file.range(range.of(source));
    }
    file.finish()
}

/// Lays out one range that [`split`] gave, as [`format`] does, apart from what depends on its neighbours: the distance to
/// them, and the `=` of `let`s on adjacent lines.
#[must_use]
pub fn format_item(text: &str) -> String {
    let mut file = File::new("", text);
    file.range(text);
    file.finish()
}

//! Characters that deceive the eye: what is read is not what is run.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, text};

/// Reports each run of deceptive characters; a text in ASCII costs one scan.
pub(super) fn find(text: &str, diagnostics: &mut Vec<Diagnostic>) {
    if text.is_ascii() {
        return;
    }
    for (at, character) in text.char_indices().filter(|(_, character)| !character.is_ascii()) {
        let span = Span::new(at as u32, (at + character.len_utf8()) as u32);
        diagnostics.extend(examine(character, span, at == 0));
    }
}

fn examine(character: char, span: Span, first: bool) -> Option<Diagnostic> {
    let number = || format!("U+{:04X}", u32::from(character));
    match character {
        '\u{feff}' if first => Some(
            Diagnostic::new(Code::ByteOrderMark, span, "the file starts with a byte order mark")
                .label("three bytes that nobody sees")
                .help("save the file as UTF-8 without a byte order mark")
                .safe_fix("remove the byte order mark", span, ""),
        ),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(
            Diagnostic::new(
                Code::BidirectionalControl,
                span,
                text!("the control {0} changes the order in which text is shown", number()),
            )
            .label("shown differently from what it says")
            .help("remove it: a reviewer must read what the compiler reads")
            .safe_fix("remove the control", span, ""),
        ),
        '\u{a0}'
        | '\u{202f}'
        | '\u{2007}'
        | '\u{3000}'
        | '\u{2000}'..='\u{2006}'
        | '\u{2008}'..='\u{200a}'
        | '\u{205f}'
        | '\u{1680}' => Some(
            Diagnostic::new(Code::ConfusableCharacter, span, text!("{0} looks like a blank and is none", number()))
                .label("not a blank")
                .help("write an ordinary blank")
                .safe_fix("write a blank", span, " "),
        ),
        '\u{85}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{180e}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{206a}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0000}'..='\u{e007f}' => Some(
            Diagnostic::new(
                Code::InvisibleCharacter,
                span,
                text!("there is an invisible character, {0}, here", number()),
            )
            .label("cannot be seen")
            .help("remove it: the value would never match what it seems to say")
            .safe_fix("remove the character", span, ""),
        ),
        _ => lookalike(character).map(|plain| {
            Diagnostic::new(
                Code::ConfusableCharacter,
                span,
                text!("`{0}` ({1}) looks like `{2}` and is another character", character, number(), plain),
            )
            .label(text!("not `{0}`", plain))
            .help(text!("write `{0}`; text copied from documents and chats often has it replaced", plain))
            .safe_fix(text!("write `{0}`", plain), span, plain.to_string())
        }),
    }
}

/// The ASCII character that this one passes for: typographic quotes and dashes, full-width forms, Cyrillic and Greek
/// letters with the shape of Latin ones.
fn lookalike(character: char) -> Option<char> {
    let plain = match character {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{2033}' | '\u{ab}' | '\u{bb}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{2217}' | '\u{204e}' => '*',
        '\u{a789}' | '\u{2236}' | '\u{fe55}' => ':',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0)?,
        'а' | 'α' => 'a',
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'с' | 'ϲ' => 'c',
        'С' | 'Ϲ' => 'C',
        'ԁ' => 'd',
        'е' => 'e',
        'Е' | 'Ε' => 'E',
        'һ' => 'h',
        'Н' | 'Η' => 'H',
        'і' | 'ι' => 'i',
        'І' | 'Ι' => 'I',
        'ј' => 'j',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'о' | 'ο' => 'o',
        'О' | 'Ο' => 'O',
        'р' | 'ρ' => 'p',
        'Р' | 'Ρ' => 'P',
        'ѕ' => 's',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'ν' => 'v',
        'х' => 'x',
        'Х' | 'Χ' => 'X',
        'у' => 'y',
        'У' | 'Υ' => 'Y',
        'Ζ' => 'Z',
        _ => return None,
    };
    Some(plain)
}

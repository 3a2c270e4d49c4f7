use std::borrow::Cow;
use std::fmt;

/// A sentence as a template and its arguments, put together only when it is printed.
///
/// The template is the key under which another language finds its own wording. `{0}` is the first argument; one that
/// stands in backticks of its own is a quote, and of a quote no more than [`QUOTE`] characters are printed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Text {
    template: &'static str,
    arguments: Vec<Cow<'static, str>>,
}

/// How many characters of a quote are printed: a value may be megabytes long, the longest attribute has 121.
const QUOTE: usize = 128;

impl Text {
    /// A text of `template` with `arguments` for its placeholders.
    #[must_use]
    pub fn new(template: &'static str, arguments: Vec<Cow<'static, str>>) -> Text {
        Text { template, arguments }
    }

    /// The English template, the key for translations.
    #[must_use]
    pub fn template(&self) -> &'static str {
        self.template
    }

    /// What the placeholders stand for, in order.
    #[must_use]
    pub fn arguments(&self) -> &[Cow<'static, str>] {
        &self.arguments
    }

    /// Whether there is nothing to print.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.template.is_empty()
    }
}

impl From<&'static str> for Text {
    fn from(template: &'static str) -> Text {
        Text { template, arguments: Vec::new() }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.template;
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open);
            f.write_str(before)?;
            let placeholder = after.find('}').and_then(|close| {
                let number: usize = after.get(1..close)?.parse().ok()?;
                Some((self.arguments.get(number)?, after.get(close + 1..)?))
            });
            match placeholder {
                Some((argument, tail)) => {
                    match argument.char_indices().nth(QUOTE) {
                        Some(_) if before.ends_with('`') && tail.starts_with('`') => {
                            let cut = argument.char_indices().nth(QUOTE - 1).map_or(0, |(cut, _)| cut);
                            write!(f, "{}…", argument.get(..cut).unwrap_or_default())?;
                        }
                        _ => f.write_str(argument)?,
                    }
                    rest = tail;
                }
                None => {
                    f.write_str("{")?;
                    rest = after.get(1..).unwrap_or_default();
                }
            }
        }
        f.write_str(rest)
    }
}

/// Makes a [`Text`]: `text!("unknown attribute `{0}`", name)`.
macro_rules! text {
    ($template:literal $(, $argument:expr)* $(,)?) => {
        $crate::diag::Text::new($template, vec![$(::std::borrow::Cow::<'static, str>::from(::std::string::ToString::to_string(&$argument))),*])
    };
}
pub(crate) use text;

#[cfg(test)]
mod tests {
    #[test]
    fn placeholders_are_filled_and_other_braces_kept() {
        assert_eq!(text!("a {1} {0} {x} {", 1, "two").to_string(), "a two 1 {x} {");
    }

    #[test]
    fn long_quotes_are_cut() {
        for (length, shown) in [(127, "ü".repeat(127)), (128, "ü".repeat(128)), (129, format!("{}…", "ü".repeat(127)))]
        {
            let long = "ü".repeat(length);
            assert_eq!(text!("a `{0}` b", long).to_string(), format!("a `{shown}` b"));
            assert_eq!(text!("a {0} `x{0}`", long).to_string(), format!("a {long} `x{long}`"));
        }
    }
}

/// Every field of a rule that takes a value.
pub const FIELDS: [&str; 11] =
    ["title", "owner", "reason", "ticket", "protects", "starts", "expires", "review", "enabled", "tags", "activity"];

/// Words that mean something at their place. Everywhere else they are names and text like any other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Keyword {
    None,
    Import,
    Suppress,
    Require,
    Let,
    Attribute,
    Tag,
    Test,
    Allow,
    Suppressed,
    Fires,
    By,
}

impl Keyword {
    /// What a `Word` token of that text is.
    pub(super) fn of(word: &str) -> Keyword {
        match word {
            "import" => Keyword::Import,
            "suppress" => Keyword::Suppress,
            "require" => Keyword::Require,
            "let" => Keyword::Let,
            "attribute" => Keyword::Attribute,
            "tag" => Keyword::Tag,
            "test" => Keyword::Test,
            "allow" => Keyword::Allow,
            "suppressed" => Keyword::Suppressed,
            "fires" => Keyword::Fires,
            "by" => Keyword::By,
            _ => Keyword::None,
        }
    }
}

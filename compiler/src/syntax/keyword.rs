/// Every field of a rule that takes a value.
pub const FIELDS: [&str; 11] =
    ["title", "owner", "reason", "ticket", "protects", "starts", "expires", "review", "enabled", "tags", "activity"];

/// Every word that is a keyword at some place: the first seven start an item.
pub const KEYWORDS: [&str; 11] =
    ["import", "suppress", "require", "let", "attribute", "tag", "test", "allow", "suppressed", "fires", "by"];

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
    /// Between the ends of a range that a blank parts from its key: elsewhere it is a token of its own.
    To,
}

impl Keyword {
    /// What a `Word` token of that text is.
    #[inline(never)] // Most tokens are no words, and what is done for each is little.
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
            "TO" => Keyword::To,
            _ => Keyword::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::ITEM_KEYWORDS;

    #[test]
    fn the_list_holds_every_keyword() {
        let found: Vec<Keyword> = KEYWORDS.iter().map(|word| Keyword::of(word)).collect();
        assert!(!found.contains(&Keyword::None));
        // `None` is the first, and `By` the last of them.
        assert_eq!(found.len(), Keyword::By as usize);
        assert_eq!(KEYWORDS[..ITEM_KEYWORDS.len()], ITEM_KEYWORDS);
    }
}

use crate::diag::Severity;

/// What a code is about: the unit in which levels are set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Group {
    /// The text is not Quell.
    Syntax,
    /// Characters that deceive the eye.
    Text,
    /// Query syntax that means something else than it seems to.
    Traps,
    /// Names, imports and fields.
    Names,
    /// Attributes, tags, types and values.
    Schema,
    /// How much a condition hides beside what it is about.
    Specificity,
    /// Values that will be others tomorrow.
    Lasting,
    /// What can be proved of a condition: that it never holds, or says a thing twice.
    Logic,
    /// Who, why and until when.
    Governance,
    /// Files and folders.
    Files,
}

impl Group {
    /// The name used in `quell.toml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Group::Syntax => "syntax",
            Group::Text => "text",
            Group::Traps => "traps",
            Group::Names => "names",
            Group::Schema => "schema",
            Group::Specificity => "specificity",
            Group::Lasting => "lasting",
            Group::Logic => "logic",
            Group::Governance => "governance",
            Group::Files => "files",
        }
    }
}

macro_rules! codes {
    ($($group:ident { $($variant:ident $name:literal $severity:ident $configurable:ident,)* })*) => {
        /// Every diagnostic there is. Its name reads well after `allow`; its page is `docs/lints/NAME.md`.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[allow(missing_docs, reason = "each code has a page of its own")]
        pub enum Code { $($($variant,)*)* }

        impl Code {
            /// All codes, by group.
            pub const ALL: &[Code] = &[$($(Code::$variant,)*)*];

            /// The kebab-case name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $($(Code::$variant => $name,)*)* }
            }

            /// The severity where the configuration says nothing.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $($(Code::$variant => Severity::$severity,)*)* }
            }

            /// What the code is about.
            #[must_use]
            pub fn group(self) -> Group {
                match self { $($(Code::$variant => Group::$group,)*)* }
            }

            /// Whether levels and `allow` may change it: a program that means nothing cannot be allowed.
            #[must_use]
            pub fn is_configurable(self) -> bool {
                match self { $($(Code::$variant => codes!(@$configurable),)*)* }
            }

            /// Whether it is found only where many rules are seen together.
            #[must_use]
            pub fn is_cross_rule(self) -> bool {
                match self { $($(Code::$variant => codes!(@cross $configurable),)*)* }
            }

            /// The page that explains it, in Markdown.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self { $($(Code::$variant => include_str!(concat!("../../docs/lints/", $name, ".md")),)*)* }
            }

            /// The code of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Code> {
                match name { $($($name => Some(Code::$variant),)*)* _ => None }
            }
        }
    };
    (@fixed) => { false };
    (@lint) => { true };
    (@links) => { true };
    (@cross links) => { true };
    (@cross $other:ident) => { false };
}

// After the severity: `fixed` means that no level changes it, `lint` that levels and `allow` do, `links` the same of a
// lint that sees many rules together.
codes! {
    Files {
        UnreadableFile "unreadable-file" Error fixed,
        NotText "not-text" Error fixed,
        FileTooLarge "file-too-large" Error fixed,
        OutsideProject "outside-project" Error fixed,
    }
    Text {
        ByteOrderMark "byte-order-mark" Error fixed,
        BidirectionalControl "bidirectional-control" Error fixed,
        InvisibleCharacter "invisible-character" Error fixed,
        ConfusableCharacter "confusable-character" Error fixed,
    }
    Syntax {
        SyntaxError "syntax-error" Error fixed,
        UnclosedDelimiter "unclosed-delimiter" Error fixed,
        UnterminatedString "unterminated-string" Error fixed,
        InvalidEscape "invalid-escape" Error fixed,
        NestingTooDeep "nesting-too-deep" Error fixed,
        TooComplex "too-complex" Error fixed,
        MissingValue "missing-value" Error fixed,
    }
    Traps {
        LowercaseOperator "lowercase-operator" Error fixed,
        BareWord "bare-word" Error fixed,
        BlankInValue "blank-in-value" Error fixed,
        MatchAll "match-all" Error fixed,
        QuoteWildcardMix "quote-wildcard-mix" Error fixed,
        MixedBrackets "mixed-brackets" Error fixed,
        NetworkAsValue "network-as-value" Error fixed,
        IpPortShorthand "ip-port-shorthand" Error fixed,
        AtBeforeTag "at-before-tag" Error fixed,
        MissingAt "missing-at" Error fixed,
        UnexpandedWildcard "unexpanded-wildcard" Error fixed,
        WildcardKey "wildcard-key" Hint lint,
        WildcardInQuotes "wildcard-in-quotes" Warning lint,
        RegexInQuotes "regex-in-quotes" Warning lint,
        MixedAndOr "mixed-and-or" Warning lint,
        DashInGroup "dash-in-group" Warning lint,
    }
    Names {
        UnknownField "unknown-field" Error fixed,
        DuplicateField "duplicate-field" Error fixed,
        InvalidField "invalid-field" Error fixed,
        InvalidDate "invalid-date" Error fixed,
        MissingWhen "missing-when" Error fixed,
        RequireWithoutRule "require-without-rule" Error fixed,
        DuplicateName "duplicate-name" Error fixed,
        UnknownName "unknown-name" Error fixed,
        WrongLetKind "wrong-let-kind" Error fixed,
        RecursiveLet "recursive-let" Error fixed,
        UnknownRule "unknown-rule" Error fixed,
        UnknownLint "unknown-lint" Error fixed,
        MissingAllowReason "missing-allow-reason" Error fixed,
        ImportNotFound "import-not-found" Error fixed,
        ImportCycle "import-cycle" Error fixed,
        InvalidJson "invalid-json" Error fixed,
    }
    Schema {
        UnknownAttribute "unknown-attribute" Error lint,
        UnknownTag "unknown-tag" Error lint,
        NeverEmitted "never-emitted" Warning lint,
        TypeMismatch "type-mismatch" Error fixed,
        OctalMode "octal-mode" Error fixed,
        CommTooLong "comm-too-long" Error fixed,
        ArgumentsInOneValue "arguments-in-one-value" Warning lint,
        EnvsWithValue "envs-with-value" Error lint,
        CidrOnNonIp "cidr-on-non-ip" Error fixed,
        InvalidNetwork "invalid-network" Error fixed,
        RangeOnText "range-on-text" Error fixed,
        EmptyRange "empty-range" Error fixed,
        RuleKeyInWhen "rule-key-in-when" Error fixed,
        AttributeInRules "attribute-in-rules" Error fixed,
        NotOnSignals "not-on-signals" Hint lint,
        NoSuchEvent "no-such-event" Error lint,
        UnknownValue "unknown-value" Error lint,
        ContradictingRule "contradicting-rule" Error lint,
    }
    Lasting {
        EphemeralValue "ephemeral-value" Warning lint,
    }
    Specificity {
        NegationOnly "negation-only" Error lint,
        LoneWorkloadTag "lone-workload-tag" Warning lint,
        RootAlone "root-alone" Warning lint,
        GenericExecutable "generic-executable" Warning lint,
        AttackerChosen "attacker-chosen" Warning lint,
        TooFewAttributes "too-few-attributes" Warning lint,
        MissingProcess "missing-process" Warning lint,
        MissingFile "missing-file" Warning lint,
        MissingParent "missing-parent" Warning lint,
        MissingPeer "missing-peer" Warning lint,
        MissingWorkload "missing-workload" Warning lint,
        WideGlob "wide-glob" Warning lint,
        WideBranch "wide-branch" Warning lint,
        UnscopedRule "unscoped-rule" Warning lint,
        AnyAncestor "any-ancestor" Hint lint,
        TooManyBranches "too-many-branches" Hint lint,
    }
    Logic {
        NeverMatches "never-matches" Warning lint,
        AlwaysMatches "always-matches" Warning lint,
        RedundantTerm "redundant-term" Warning lint,
        RedundantBranch "redundant-branch" Warning lint,
        NotDecided "not-decided" Hint lint,
        DuplicateRule "duplicate-rule" Warning links,
        SubsumedRule "subsumed-rule" Warning links,
        ContradictsRequire "contradicts-require" Warning links,
        UnusedLet "unused-let" Warning lint,
        UnusedImport "unused-import" Warning lint,
    }
    Governance {
        StartsAfterExpires "starts-after-expires" Error fixed,
        MissingOwner "missing-owner" Hint lint,
        MissingReason "missing-reason" Hint lint,
        MissingExpiry "missing-expiry" Hint lint,
        TooLongLived "too-long-lived" Warning lint,
        ExpiresSoon "expires-soon" Hint lint,
        Expired "expired" Warning lint,
        ReviewDue "review-due" Warning lint,
        UnusedAllow "unused-allow" Warning lint,
    }
}

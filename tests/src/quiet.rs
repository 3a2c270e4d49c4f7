//! The `quell.toml` of examples that bring none: what judges how good a rule is does not speak where that is not the
//! subject.

use quell::diag::{Code, Group, Severity};

/// Levels that switch off what judges rules, but for the lint that the page is about. Advice is judged, but need not say
/// who gives it.
#[must_use]
pub fn levels(lint: Option<&str>, is_advice: bool) -> String {
    let is_off = |code: &&Code| match code {
        Code::MissingOwner | Code::MissingReason | Code::MissingExpiry => true,
        _ if is_advice || code.severity() == Severity::Error => false,
        Code::UnusedAllow => true,
        code => matches!(code.group(), Group::Specificity | Group::Lasting | Group::Logic),
    };
    let names = Code::ALL.iter().filter(is_off).map(|code| code.name()).filter(|name| Some(*name) != lint);
    names.fold("[lints]\n".to_owned(), |toml, name| toml + name + " = \"allow\"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_the_subject_of_a_page_are_never_off() {
        assert!(levels(None, false).contains("missing-owner = \"allow\""));
        assert!(!levels(Some("missing-owner"), false).contains("missing-owner"));
        assert!(levels(None, false).contains("unused-allow") && !levels(None, true).contains("unused-allow"));
        assert!(!levels(None, false).contains("no-such-event"));
    }
}

//! `[policy]`: what a project asks of every rule.

use std::collections::BTreeSet;
use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use crate::schema::Activity;

/// `[policy]`: what every rule of the project must keep to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Policy {
    /// Fields that every rule must have: what lacks one is a warning instead of a hint.
    pub required: BTreeSet<RequiredField>,
    /// The longest that a rule may work, in days from `starts`, or from today; no limit if left out.
    pub max_lifetime_days: Option<NonZeroU16>,
    /// From how many days before its end a rule is said to expire soon.
    pub expires_soon_days: u16,
    /// A value that does not last is fit for a rule that ends within this many days.
    pub ephemeral_days: u16,
    /// How narrow each branch of a condition must be, by the activity it is about.
    pub minimum_level: MinimumLevels,
    /// How many branches a condition is expanded to at most, so that each is judged alone.
    pub max_branches: NonZeroU16,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            required: BTreeSet::new(),
            max_lifetime_days: None,
            expires_soon_days: 14,
            ephemeral_days: 14,
            minimum_level: MinimumLevels::default(),
            max_branches: NonZeroU16::MIN.saturating_add(511),
        }
    }
}

/// A field that a policy can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RequiredField {
    /// Who answers for the rule.
    Owner,
    /// Why what it hides is harmless.
    Reason,
    /// Until when it works.
    Expires,
}

/// How far a branch narrows what it silences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SpecificityLevel {
    /// It hides much that nobody had in mind.
    Broad,
    /// It hides some that nobody had in mind.
    Moderate,
    /// It hides little but what it is about.
    Specific,
}

impl SpecificityLevel {
    /// All levels, the broadest first.
    pub const ALL: &[SpecificityLevel] =
        &[SpecificityLevel::Broad, SpecificityLevel::Moderate, SpecificityLevel::Specific];

    /// The word that `quell.toml` uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            SpecificityLevel::Broad => "broad",
            SpecificityLevel::Moderate => "moderate",
            SpecificityLevel::Specific => "specific",
        }
    }
}

impl std::fmt::Display for SpecificityLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// The least level of a branch, by activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct MinimumLevels {
    /// Of process activity.
    pub process: SpecificityLevel,
    /// Of file activity.
    pub file: SpecificityLevel,
    /// Of network activity and name resolution.
    pub network: SpecificityLevel,
    /// Of kernel activity.
    pub kernel: SpecificityLevel,
}

impl Default for MinimumLevels {
    fn default() -> MinimumLevels {
        MinimumLevels {
            process: SpecificityLevel::Moderate,
            file: SpecificityLevel::Moderate,
            network: SpecificityLevel::Moderate,
            kernel: SpecificityLevel::Moderate,
        }
    }
}

impl MinimumLevels {
    /// The least level of a branch about that activity.
    #[must_use]
    pub const fn of(&self, activity: Activity) -> SpecificityLevel {
        match activity {
            Activity::Process => self.process,
            Activity::File => self.file,
            Activity::Network => self.network,
            Activity::Kernel => self.kernel,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_as_documented() {
        let policy = Policy::default();
        assert_eq!((policy.max_branches.get(), policy.ephemeral_days, policy.expires_soon_days), (512, 14, 14));
        assert!(policy.required.is_empty() && policy.max_lifetime_days.is_none());
        for activity in Activity::ALL {
            assert_eq!(policy.minimum_level.of(*activity), SpecificityLevel::Moderate);
        }
    }
}

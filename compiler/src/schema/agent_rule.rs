//! The rules of the Agent's default policy: which events each one fires on.

use std::sync::OnceLock;

use super::attribute::Platforms;
use super::kind::KindSet;
use super::table;

pub(super) const TEXT: &str = include_str!("../../schema/agent_rules.tsv");
pub(super) const HEADER: &str = "id\tkinds\tplatforms\tagent";

/// A rule of the Agent's default policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentRule {
    /// The id, as `agent.rule_id` carries it.
    pub id: &'static str,
    /// The kinds it fires on; every kind if that is not known.
    pub kinds: KindSet,
    /// The platforms it is loaded on.
    pub platforms: Platforms,
    /// The Agent versions that load it, such as `>=7.68`; empty for every version.
    pub agent: &'static str,
}

/// Every rule, by id.
pub(super) fn all() -> &'static [AgentRule] {
    static ALL: OnceLock<Vec<AgentRule>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut rules: Vec<_> = table::embedded(TEXT, HEADER)
            .filter_map(|[id, kinds, platforms, agent]: [_; 4]| {
                Some(AgentRule {
                    id,
                    kinds: KindSet::parse(kinds).ok()?,
                    platforms: Platforms::from_name(platforms)?,
                    agent: if agent == "-" { "" } else { agent },
                })
            })
            .collect();
        rules.sort_by_key(|rule| rule.id);
        rules
    })
}

/// The rule of an id.
pub(super) fn find(id: &str) -> Option<&'static AgentRule> {
    let at = all().binary_search_by_key(&id, |rule| rule.id).ok()?;
    all().get(at)
}

#[cfg(test)]
mod tests {
    use super::super::kind::Kind;
    use super::super::table::rows;
    use super::*;

    #[test]
    fn every_row_reads() {
        assert_eq!(all().len(), rows(TEXT, HEADER).unwrap().count());
        assert!(all().is_sorted_by(|a, b| a.id < b.id));
        assert_eq!(find("systemd_modification_chmod").map(|rule| rule.kinds), Some(Kind::Chmod.into()));
        assert_eq!(find("nope"), None);
    }
}

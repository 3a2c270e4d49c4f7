//! The attacks that a project knows: recorded events that must fire.

use serde::Serialize;
use serde_json::Value;

use super::ruleset::{PlacedRule, Ruleset};
use crate::config::Context;
use crate::event::Event;

/// An event with where it was recorded.
#[derive(Clone, Debug)]
pub struct Attack {
    /// The file, as people call it.
    pub file: String,
    /// Its line, or its number in the file, from 1.
    pub number: u64,
    /// The event.
    pub value: Value,
}

impl Attack {
    /// Where it is, for people: `file:line`.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.number)
    }
}

/// A known attack that is silenced. The struct is the documented format.
#[derive(Clone, Debug, Serialize)]
pub struct SilencedAttack {
    /// The file that holds it.
    pub file: String,
    /// Its line, or its number in the file, from 1.
    pub event: u64,
    /// The rules that silence it.
    pub by: Vec<String>,
}

impl Ruleset {
    /// Every known attack as an event, with the rules that silence it, of which there should be none.
    pub fn judge<'r>(
        &'r self,
        attacks: &[Attack],
        cx: &Context<'_>,
        mut each: impl FnMut(&Attack, &Event<'_>, Vec<&'r PlacedRule>),
    ) {
        for attack in attacks {
            let Some(event) = Event::new(&attack.value) else { continue };
            let by = self.silencing(&event, cx).filter_map(|index| self.rules.get(index)).collect();
            each(attack, &event, by);
        }
    }

    /// The known attacks that a rule silences; none where all is well.
    #[must_use]
    pub fn silenced(&self, attacks: &[Attack], cx: &Context<'_>) -> Vec<SilencedAttack> {
        let mut found = Vec::new();
        self.judge(attacks, cx, |attack, _, by| {
            if !by.is_empty() {
                let by = by.into_iter().map(|placed| placed.name().to_owned()).collect();
                found.push(SilencedAttack { file: attack.file.clone(), event: attack.number, by });
            }
        });
        found
    }
}

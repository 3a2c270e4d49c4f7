//! What has become of a rule at the present moment.

use crate::config::Context;
use crate::hir::{Rule, date};

/// What has become of a rule. The first of these that holds counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum State {
    /// Its end has passed: it is never emitted.
    Expired,
    /// It is switched off: it is emitted as such.
    Off,
    /// Its start has not come.
    StartsLater,
    /// It works, and its end is as near as the policy says.
    ExpiresSoon,
    /// It works.
    Active,
}

impl State {
    pub(super) fn of(rule: &Rule, cx: &Context<'_>) -> State {
        let soon = |expires| date::days_between(cx.now, expires) <= i64::from(cx.config.policy.expires_soon_days);
        if rule.is_expired(cx.now) {
            State::Expired
        } else if !rule.enabled {
            State::Off
        } else if rule.starts.as_ref().is_some_and(|starts| starts.value > cx.now) {
            State::StartsLater
        } else if rule.expires.as_ref().is_some_and(|expires| soon(expires.value)) {
            State::ExpiresSoon
        } else {
            State::Active
        }
    }

    /// In words, as lists show it.
    pub(super) fn name(self) -> &'static str {
        match self {
            State::Expired => "expired",
            State::Off => "off",
            State::StartsLater => "starts later",
            State::ExpiresSoon => "expires soon",
            State::Active => "active",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::config::Config;
    use crate::hir::{Polarity, Spanned};
    use crate::schema::Schema;

    #[test]
    fn the_first_that_holds_counts() {
        const DAY: i64 = 86_400_000;
        let config = Config::default();
        let cx = Context::new(Schema::embedded(), &config, 100 * DAY);
        for (starts, expires, enabled, state) in [
            (None, None, true, State::Active),
            (None, None, false, State::Off),
            (Some(100 * DAY), Some(200 * DAY), true, State::Active),
            (Some(100 * DAY + 1), Some(101 * DAY), true, State::StartsLater),
            (None, Some(114 * DAY), true, State::ExpiresSoon),
            (None, Some(114 * DAY + 1), true, State::Active),
            (None, Some(100 * DAY), true, State::ExpiresSoon),
            (None, Some(100 * DAY - 1), false, State::Expired),
        ] {
            let at = |value| Some(Spanned { value, span: Span::default() });
            let mut rule = Rule::new(Polarity::Suppress, Spanned::default(), Span::default());
            rule.starts = starts.and_then(at);
            rule.expires = expires.and_then(at);
            rule.enabled = enabled;
            assert_eq!(State::of(&rule, &cx), state, "{starts:?} {expires:?}");
        }
    }
}

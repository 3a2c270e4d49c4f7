pub(super) mod ephemeral_value;
pub(super) mod expired;
pub(super) mod expires_soon;
pub(super) mod missing_expiry;
pub(super) mod missing_owner;
pub(super) mod missing_reason;
pub(super) mod review_due;
pub(super) mod too_long_lived;

pub(super) mod expired;
pub(super) mod review_due;

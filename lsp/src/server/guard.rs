//! A panic in a feature is answered with an error and survived.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tower_lsp::jsonrpc::{Error, ErrorCode, Result};

/// Runs a feature. What it leaves behind is no worse than what an edit can be: documents change last and at once.
pub(super) fn guard<T>(name: &'static str, feature: impl FnOnce() -> T) -> Result<T> {
    catch_unwind(AssertUnwindSafe(feature)).map_err(|panic| {
        let why = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let why = why.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Error { code: ErrorCode::InternalError, message: format!("{name} failed: {why}").into(), data: None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        assert_eq!(guard("adding", || 1 + 1), Ok(2));
        let error = guard("hover", || -> u32 { panic!("no {}", "way") }).unwrap_err();
        assert_eq!((error.code, &*error.message), (ErrorCode::InternalError, "hover failed: no way"));
    }
}

//! The mark that a write ended with an unknown result. What is in memory can no longer be trusted to be what is on
//! disk (a failed fsync may succeed when tried again although the data is lost), so nothing goes on after it.

use std::sync::{Arc, OnceLock};

use cuelight_store::StoreError;

/// Set once, never cleared; shared by the three files of a store.
#[derive(Clone, Default)]
pub(crate) struct Poison(Arc<OnceLock<String>>);

impl Poison {
    /// Marks the store. The first reason stays.
    pub(crate) fn set(&self, reason: String) {
        tracing::error!(%reason, "the outcome of a write is unknown; the process has to end");
        // A second reason adds nothing: the process has to end anyway.
        let _ = self.0.set(reason);
    }

    /// Why the store is marked, if it is.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }

    /// Refuses to go on if the store is marked.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self.reason() {
            None => Ok(()),
            Some(reason) => Err(StoreError::Unavailable {
                what: format!(
                    "an earlier write ended with an unknown result ({reason}); restart the process"
                ),
            }),
        }
    }
}

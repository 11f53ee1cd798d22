//! The rule for short texts that name something in a store.

use crate::StoreError;

/// Longest key, kind or id, in bytes.
pub const MAX_KEY: usize = 512;

/// Checks a key, kind or id: 1 to [`MAX_KEY`] bytes and no NUL, which not every database can keep.
///
/// # Errors
/// [`StoreError::Refused`], naming `what`.
pub fn check_key(what: &str, text: &str) -> Result<(), StoreError> {
    if text.is_empty() || text.len() > MAX_KEY {
        let length = text.len();
        return Err(StoreError::refused(format!("{what} has 1 to {MAX_KEY} bytes; this one has {length}")));
    }
    check_nul(what, text)
}

/// Checks that a text has no NUL.
pub(crate) fn check_nul(what: &str, text: &str) -> Result<(), StoreError> {
    match text.find('\0') {
        Some(at) => Err(StoreError::refused(format!("{what} has a NUL character at byte {at}"))),
        None => Ok(()),
    }
}

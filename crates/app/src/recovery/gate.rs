//! The gate before every write: closed while the store is a restored copy that is not on record.

use std::sync::{PoisonError, RwLock};

use cuelight_core::installation::Installation;

use super::Mark;
use crate::code::Code;
use crate::error::{AppError, AppResult};

/// Open, or closed by a mark. Shared by all journals of an application.
#[derive(Debug, Default)]
pub struct Gate(RwLock<Option<Mark>>);

impl Gate {
    /// Closed by this mark; open without one.
    #[must_use]
    pub const fn new(mark: Option<Mark>) -> Self {
        Self(RwLock::new(mark))
    }

    /// The mark that closes it.
    #[must_use]
    pub fn mark(&self) -> Option<Mark> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Closes or opens it.
    pub(super) fn set(&self, mark: Option<Mark>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = mark;
    }

    /// Opens it if what closes it is on record: another node may have recorded it.
    pub(crate) fn look(&self, installation: &Installation) {
        let closed = self.mark();
        if closed.is_some_and(|mark| installation.recovery(&mark.copy).is_some()) {
            self.set(None);
        }
    }

    /// Whether writes may pass.
    ///
    /// # Errors
    /// `recovery_needed`.
    pub fn check(&self) -> AppResult<()> {
        match self.mark() {
            None => Ok(()),
            Some(mark) => Err(AppError::new(
                Code::RecoveryNeeded,
                format!(
                    "the data was restored from a backup made at {}; what was written after that may be lost, and \
                     nobody has put this on record yet",
                    crate::time::show(mark.made_at)
                ),
            )),
        }
    }
}

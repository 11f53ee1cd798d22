//! What can be checked without a server: a view of everything stored, at one moment.

use cuelight_core::ledger::LedgerId;
use cuelight_core::ledger::verify::Stored;
use cuelight_store::StoreError;

/// Finds out what is wrong with files or tables themselves. Fails when they cannot be read at all.
pub type Inspection<'a> = Box<dyn FnOnce() -> Result<Vec<String>, StoreError> + Send + 'a>;

/// A view of a store, of whichever kind.
pub trait View {
    /// The ledgers there are.
    ///
    /// # Errors
    /// When they cannot be read.
    fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError>;

    /// What finds out what is wrong with files or tables themselves, on whatever thread.
    fn inspection(&self) -> Inspection<'_>;

    /// Everything of one ledger.
    ///
    /// # Errors
    /// When the ledger is not there.
    fn stored(&self, ledger: &LedgerId, format: u32) -> Result<Stored<'_>, StoreError>;
}

macro_rules! view {
    ($dump:ty) => {
        impl View for $dump {
            fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError> {
                Self::ledgers(self)
            }

            fn inspection(&self) -> Inspection<'_> {
                Box::new(self.inspection())
            }

            fn stored(&self, ledger: &LedgerId, format: u32) -> Result<Stored<'_>, StoreError> {
                Self::stored(self, ledger, format)
            }
        }
    };
}

view!(cuelight_store_sqlite::Dump);
view!(cuelight_store_postgres::Dump);

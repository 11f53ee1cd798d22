//! Recovery: a restored copy takes no writes until somebody says on the record that the installation goes on from it.
//!
//! A backup is older than what it replaces: entries that were acknowledged may be missing, and numbers (of entries,
//! generations, releases) will be given a second time. So every restored copy carries a [`Mark`] in its vault. While it
//! is there, reads work and writes are refused; [`record()`] writes a *recovery epoch* into the installation's ledger and
//! takes the mark away.

mod end;
mod gate;
mod mark;
mod record;
mod show;

pub use end::{LedgerEnd, ends};
pub use gate::Gate;
pub use mark::{KIND, Mark, mark, marked, put, unmark};
pub(crate) use record::settle;
pub use record::{RecoverInput, record};
pub use show::{LostInfo, NeededInfo, RecoveredLedgerInfo, RecoveryInfo, RecoveryStatus, status};

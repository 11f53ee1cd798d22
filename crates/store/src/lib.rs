//! The storage ports and the laws every implementation must pass.
//!
//! Five narrow, object-safe traits over plain data: [`Ledger`] (control facts), [`Blobs`] (content-addressed bytes),
//! [`Observations`] (production traffic), [`Vault`] (secrets; a store does not encrypt them), [`Nodes`] (which servers are there). An
//! implementation is a crate of its own; [`copy`] brings what one holds into another. It passes every law of `laws!` (feature `laws`), and then it is as good as any other.
//!
//! Invariant (an absence): no SQL, no clock, no randomness, no permission.

mod blobs;
pub mod copy;
mod error;
mod ledger;
mod nodes;
mod observations;
mod part;
mod text;
mod vault;

#[cfg(any(test, feature = "laws"))]
pub mod laws;
#[cfg(any(test, feature = "laws"))]
pub mod memory;

pub use blobs::{Blobs, Content, Erased, NewBlob, StoredBlob};
pub use error::StoreError;
pub use ledger::{
    Append, Appended, CommandRecord, Encoded, Head, Ledger, MAX_SEQ, SavedState, StoredCheckpoint,
    StoredEntry,
};
pub use nodes::{NodeRecord, Nodes};
pub use observations::{Cursor, Filter, Observation, Observations, Taken};
pub use part::Part;
pub use text::{MAX_KEY, check_key};
pub use vault::{Deleted, Put, Revision, SecretBytes, Vault, VaultItem, VaultKey};

//! The port of presence: which servers work on this store, as they say themselves. Kept for minutes, not for ever.

use async_trait::async_trait;
use cuelight_core::ledger::Micros;

use crate::StoreError;
use crate::text::check_key;

/// What a server last said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRecord {
    /// Which server; one that starts anew is another one.
    pub id: String,
    /// When it said so, in microseconds UTC.
    pub at: Micros,
    /// What it said; its form is the caller's.
    pub report: Vec<u8>,
}

impl NodeRecord {
    /// What every store checks before it writes.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the id is empty, too long, or has a NUL.
    pub fn check(&self) -> Result<(), StoreError> {
        check_key("a node's id", &self.id)
    }
}

/// The servers. Errors are as for [`crate::Ledger`].
#[async_trait]
pub trait Nodes: Send + Sync {
    /// Keeps a record, in place of an older one of the same server.
    ///
    /// # Errors
    /// [`StoreError::Refused`] as [`NodeRecord::check`]; [`StoreError::Full`].
    async fn beat(&self, node: NodeRecord) -> Result<(), StoreError>;

    /// All records, in byte order of the id.
    ///
    /// # Errors
    /// See the trait.
    async fn nodes(&self) -> Result<Vec<NodeRecord>, StoreError>;

    /// Drops the records of before a time. Returns how many.
    ///
    /// # Errors
    /// See the trait.
    async fn forget(&self, before: Micros) -> Result<u64, StoreError>;
}

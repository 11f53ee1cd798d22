//! Where ledgers end: how many entries, and the root of the tree over them, computed from the stored leaf hashes.

use cuelight_artifact::Digest;
use cuelight_core::ledger::tree::Frontier;
use cuelight_core::ledger::{LedgerId, Seq};
use cuelight_store::{Ledger, StoreError};
use serde::{Deserialize, Serialize};

/// Leaf hashes read at a time.
const PAGE: Seq = 65_536;

/// The end of one ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerEnd {
    /// Which.
    pub ledger: LedgerId,
    /// How many entries it has.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
}

/// The ends of all ledgers, in the order of [`LedgerId`].
///
/// # Errors
/// When storage is away, or leaf hashes are missing.
pub async fn ends(store: &dyn Ledger) -> Result<Vec<LedgerEnd>, StoreError> {
    let mut found = Vec::new();
    for ledger in store.ledgers().await? {
        let size = store.head(&ledger).await?.map_or(0, |head| head.seq);
        let root = root(store, &ledger, size).await?;
        found.push(LedgerEnd { ledger, size, root });
    }
    Ok(found)
}

/// The root of the tree over the first `size` entries.
///
/// # Errors
/// As [`ends`].
pub(super) async fn root(store: &dyn Ledger, ledger: &LedgerId, size: u64) -> Result<Digest, StoreError> {
    let mut frontier = Frontier::new();
    while frontier.size() < size {
        let next = frontier.size() + 1;
        let leaves = store.leaf_hashes(ledger, next..(next + PAGE).min(size + 1)).await?;
        if leaves.is_empty() {
            let what = format!("the leaf hash of entry {next} is missing");
            return Err(StoreError::Corrupt { what, place: format!("ledger {ledger}") });
        }
        leaves.into_iter().for_each(|leaf| frontier.push(leaf));
    }
    Ok(frontier.root())
}

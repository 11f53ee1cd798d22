//! The Merkle tree over ledger entries (RFC 9162, section 2.1, SHA-256): its hashes, and the two small summaries
//! kept in memory so that neither a root nor a proof needs the whole ledger.

use cuelight_artifact::Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

mod proof;

pub use proof::{Plan, ProofError, plan_consistency, plan_inclusion, verify_consistency, verify_inclusion};

/// Leaves in one block of [`Blocks`].
pub const BLOCK: u64 = 256;

/// The hash of one entry's stored bytes: `SHA-256(0x00 ‖ bytes)` (RFC 9162, 2.1.1).
#[must_use]
pub fn leaf_hash(bytes: &[u8]) -> Digest {
    let hash = Sha256::new().chain_update([0x00]).chain_update(bytes).finalize();
    Digest::from_raw(hash.into())
}

/// The hash of two subtrees: `SHA-256(0x01 ‖ left ‖ right)` (RFC 9162, 2.1.1).
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let hash = Sha256::new()
        .chain_update([0x01])
        .chain_update(left.as_raw())
        .chain_update(right.as_raw())
        .finalize();
    Digest::from_raw(hash.into())
}

/// The root of the tree without leaves: `SHA-256("")`.
#[must_use]
pub fn empty_root() -> Digest {
    Digest::of_bytes(b"")
}

/// The roots of the perfect subtrees that make up a tree: enough to append and to tell the root, at 32 bytes per
/// set bit of the size.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawFrontier")]
pub struct Frontier {
    size: u64,
    /// Widest subtree first.
    peaks: Vec<Digest>,
}

impl Frontier {
    /// The empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends one leaf hash.
    pub fn push(&mut self, leaf: Digest) {
        let mut hash = leaf;
        // Every trailing one of the size is a finished subtree as wide as what is being carried.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root over all leaves so far.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return empty_root() };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }

    /// How many leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }
}

#[derive(Deserialize)]
struct RawFrontier {
    size: u64,
    peaks: Vec<Digest>,
}

/// A saved frontier contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a tree of {size} leaves has {expected} perfect subtrees; the saved one lists {found}")]
pub struct FrontierError {
    size: u64,
    expected: u32,
    found: usize,
}

impl TryFrom<RawFrontier> for Frontier {
    type Error = FrontierError;

    fn try_from(raw: RawFrontier) -> Result<Self, FrontierError> {
        let expected = raw.size.count_ones();
        if usize::try_from(expected) == Ok(raw.peaks.len()) {
            Ok(Self { size: raw.size, peaks: raw.peaks })
        } else {
            Err(FrontierError { size: raw.size, expected, found: raw.peaks.len() })
        }
    }
}

/// The roots of all complete blocks of [`BLOCK`] leaves. With them in memory (32 bytes per 256 entries) any proof
/// needs the leaf hashes of at most two blocks from storage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks {
    complete: Vec<Digest>,
    open: Frontier,
}

impl Blocks {
    /// No leaves yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends one leaf hash.
    pub fn push(&mut self, leaf: Digest) {
        self.open.push(leaf);
        if self.open.size() == BLOCK {
            self.complete.push(self.open.root());
            self.open = Frontier::new();
        }
    }

    /// How many leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.complete.len() as u64 * BLOCK + self.open.size()
    }

    /// What the same leaves leave of a tree: the complete blocks are the leaves of a smaller one.
    #[must_use]
    pub fn frontier(&self) -> Frontier {
        let mut whole = Frontier::new();
        self.complete.iter().for_each(|root| whole.push(*root));
        whole.peaks.extend(&self.open.peaks);
        whole.size = self.size();
        whole
    }

    /// The root of the complete block that starts at leaf `start`.
    fn root_at(&self, start: u64) -> Option<Digest> {
        self.complete.get(usize::try_from(start / BLOCK).ok()?).copied()
    }
}

#[cfg(test)]
mod tests;

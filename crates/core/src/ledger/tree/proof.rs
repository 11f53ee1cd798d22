//! Proofs over the tree: which leaf hashes one needs, how it is built from them, and how it is checked
//! (RFC 9162, 2.1.3 and 2.1.4). The two `verify_*` functions are the security boundary: they trust no input.

use std::ops::Range;

use cuelight_artifact::Digest;

use super::{BLOCK, Blocks, empty_root, node_hash};

/// Why a proof cannot be made, or is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf is not in a tree of that size.
    #[error("leaf {index} is not in a tree of {size} leaves; indexes count from 0")]
    OutOfTree {
        /// The leaf's index, from 0.
        index: u64,
        /// The tree's size.
        size: u64,
    },
    /// The older tree is larger than the newer.
    #[error("the older tree has {old} leaves and the newer only {new}; swap them")]
    Shrinks {
        /// Size of the older tree.
        old: u64,
        /// Size of the newer tree.
        new: u64,
    },
    /// The ledger does not reach that size yet.
    #[error("the ledger has {have} entries; a proof for size {size} cannot be made yet")]
    NotThere {
        /// Size asked for.
        size: u64,
        /// Size known.
        have: u64,
    },
    /// The caller did not give the leaf hashes that the plan asked for.
    #[error("the leaf hashes read do not fill the planned ranges; read exactly `Plan::reads`")]
    Leaves,
    /// The proof has too few or too many hashes for these sizes.
    #[error("the proof has the wrong number of hashes for these tree sizes")]
    Length,
    /// The hashes do not lead to the claimed root.
    #[error("the proof does not lead to the claimed root")]
    Root,
}

/// A proof to be made: first read the leaf hashes in [`Plan::reads`], then [`Plan::prove`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    size: u64,
    nodes: Vec<Range<u64>>,
    reads: Vec<Range<u64>>,
}

/// Plans the proof that leaf `index` (from 0) is in the tree of the first `size` leaves (RFC 9162, 2.1.3.1).
///
/// # Errors
/// When the leaf is not in that tree.
pub fn plan_inclusion(index: u64, size: u64) -> Result<Plan, ProofError> {
    if index >= size {
        return Err(ProofError::OutOfTree { index, size });
    }
    let mut nodes = Vec::new();
    path(index, 0..size, &mut nodes);
    Ok(Plan::of(size, nodes))
}

/// Plans the proof that the tree of the first `old` leaves is a prefix of that of the first `new`
/// (RFC 9162, 2.1.4.1). Empty when nothing needs proof: equal sizes, or an empty older tree.
///
/// # Errors
/// When `old` is larger than `new`.
pub fn plan_consistency(old: u64, new: u64) -> Result<Plan, ProofError> {
    if old > new {
        return Err(ProofError::Shrinks { old, new });
    }
    let mut nodes = Vec::new();
    if old > 0 && old < new {
        subproof(old, 0..new, Whole::Yes, &mut nodes);
    }
    Ok(Plan::of(new, nodes))
}

impl Plan {
    fn of(size: u64, nodes: Vec<Range<u64>>) -> Self {
        let mut reads = Vec::new();
        for node in &nodes {
            blocks_of(node.clone(), size, &mut reads);
        }
        reads.sort_by_key(|r: &Range<u64>| r.start);
        reads.dedup();
        Self { size, nodes, reads }
    }

    /// The leaf hashes to read: at most two ranges of leaf indexes from 0, each within one block. The entry of
    /// leaf index `i` has `seq` `i + 1`.
    #[must_use]
    pub fn reads(&self) -> &[Range<u64>] {
        &self.reads
    }

    /// Builds the proof from the leaf hashes of each range in [`Plan::reads`], in that order.
    ///
    /// # Errors
    /// When `blocks` does not reach the proof's size, or `leaves` is not what was asked for.
    pub fn prove(&self, blocks: &Blocks, leaves: &[Vec<Digest>]) -> Result<Vec<Digest>, ProofError> {
        if self.size > blocks.size() {
            return Err(ProofError::NotThere { size: self.size, have: blocks.size() });
        }
        let fits =
            |(range, found): (&Range<u64>, &Vec<Digest>)| range.end - range.start == found.len() as u64;
        if leaves.len() != self.reads.len() || !self.reads.iter().zip(leaves).all(fits) {
            return Err(ProofError::Leaves);
        }
        let source = Source { blocks, reads: &self.reads, leaves };
        self.nodes.iter().map(|node| source.root(node.clone()).ok_or(ProofError::Leaves)).collect()
    }
}

/// Whether a subtree is a whole tree whose root the verifier already has (the flag `b` of RFC 9162, 2.1.4.1).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whole {
    Yes,
    No,
}

fn path(index: u64, range: Range<u64>, nodes: &mut Vec<Range<u64>>) {
    if range.end - range.start <= 1 {
        return;
    }
    let middle = split(&range);
    if index < middle {
        path(index, range.start..middle, nodes);
        nodes.push(middle..range.end);
    } else {
        path(index, middle..range.end, nodes);
        nodes.push(range.start..middle);
    }
}

fn subproof(old: u64, range: Range<u64>, whole: Whole, nodes: &mut Vec<Range<u64>>) {
    if old == range.end {
        if whole == Whole::No {
            nodes.push(range);
        }
        return;
    }
    let middle = split(&range);
    if old <= middle {
        subproof(old, range.start..middle, whole, nodes);
        nodes.push(middle..range.end);
    } else {
        subproof(old, middle..range.end, Whole::No, nodes);
        nodes.push(range.start..middle);
    }
}

/// Where RFC 9162 splits `n > 1` leaves: after the largest power of two smaller than `n`.
const fn split(range: &Range<u64>) -> u64 {
    let n = range.end - range.start;
    range.start + (1 << (u64::BITS - 1 - (n - 1).leading_zeros()))
}

/// The parts of `range` whose root is not in [`Blocks`], widened to their whole blocks so that two nodes in one
/// block need one read.
fn blocks_of(range: Range<u64>, size: u64, reads: &mut Vec<Range<u64>>) {
    let start = range.start - range.start % BLOCK;
    if range.end > start + BLOCK {
        let middle = split(&range);
        blocks_of(range.start..middle, size, reads);
        blocks_of(middle..range.end, size, reads);
    } else if range != (start..start + BLOCK) {
        reads.push(start..size.min(start + BLOCK));
    }
}

struct Source<'a> {
    blocks: &'a Blocks,
    reads: &'a [Range<u64>],
    leaves: &'a [Vec<Digest>],
}

impl Source<'_> {
    fn root(&self, range: Range<u64>) -> Option<Digest> {
        let complete = range.start.is_multiple_of(BLOCK) && range.end - range.start == BLOCK;
        if complete {
            return self.blocks.root_at(range.start);
        }
        if range.end - range.start == 1 {
            let (at, read) = self.reads.iter().enumerate().find(|(_, r)| r.contains(&range.start))?;
            return self.leaves.get(at)?.get(usize::try_from(range.start - read.start).ok()?).copied();
        }
        let middle = split(&range);
        Some(node_hash(&self.root(range.start..middle)?, &self.root(middle..range.end)?))
    }
}

/// Checks that `leaf` is leaf `index` (from 0) of the tree with this size and root (RFC 9162, 2.1.3.2).
///
/// `size` and `root` belong together and must come from one checkpoint: a root alone does not fix the size.
///
/// # Errors
/// When it is not proven.
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfTree { index, size });
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree `(old, old_root)` is a prefix of the tree `(new, new_root)` (RFC 9162, 2.1.4.2).
///
/// The empty tree is a prefix of every tree and needs no proof; a proof given for it is refused.
///
/// # Errors
/// When it is not proven.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Digest,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Shrinks { old, new });
    }
    if old == 0 || old == new {
        let expected = if old == 0 { empty_root() } else { *new_root };
        // A tree of size zero has one root, whichever of the two it is.
        let empty = new != 0 || *new_root == empty_root();
        return match (proof.is_empty(), *old_root == expected && empty) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    let mut rest = proof.iter();
    // A perfect older tree is itself the first node; the proof leaves it out.
    let first = if old.is_power_of_two() { old_root } else { rest.next().ok_or(ProofError::Length)? };
    if proof.is_empty() {
        return Err(ProofError::Length);
    }
    let shift = (old - 1).trailing_ones();
    let (mut node, mut last) = ((old - 1) >> shift, (new - 1) >> shift);
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(ProofError::Root) }
}

//! The port of the control facts: one append-only ledger per project and one for the installation.

use std::collections::HashMap;
use std::ops::Range;

use async_trait::async_trait;
use cuelight_artifact::Digest;
use cuelight_core::ledger::tree::leaf_hash;
use cuelight_core::ledger::{CommandId, LedgerId, Micros, Seq};

use crate::text::{check_key, check_nul};
use crate::{NewBlob, Part, StoreError};

/// The largest position a store must be able to keep.
pub const MAX_SEQ: Seq = i64::MAX as Seq;

/// One entry, ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Position.
    pub seq: Seq,
    /// Time in microseconds UTC.
    pub at: Micros,
    /// Event kind with its version.
    pub kind: String,
    /// The exact bytes that are hashed.
    pub bytes: Vec<u8>,
    /// `leaf_hash(bytes)`.
    pub leaf: Digest,
}

/// Everything that one command stores, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// Which ledger. It comes into being with its first append.
    pub ledger: LedgerId,
    /// The position of the last entry that the decision was based on; 0 for an empty ledger.
    pub expected: Seq,
    /// The command, which applies at most once per ledger.
    pub command: CommandId,
    /// What the command asked for, so that another request under the same id can be told apart.
    pub fingerprint: Digest,
    /// At least one entry, numbered from `expected + 1`.
    pub entries: Vec<Encoded>,
    /// The signed note over the ledger after these entries.
    pub checkpoint: String,
    /// The bytes that the entries refer to.
    pub blobs: Vec<NewBlob>,
}

impl Append {
    /// What every store checks before it writes.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when there are no entries, their numbers or times do not ascend, a hash or digest is
    /// not that of its bytes, or a text has a NUL.
    pub fn check(&self) -> Result<(), StoreError> {
        if self.entries.is_empty() {
            return Err(StoreError::refused("an append has at least one entry"));
        }
        check_nul("a checkpoint", &self.checkpoint)?;
        let (mut seq, mut at) = (self.expected, Micros::MIN);
        for entry in &self.entries {
            if seq >= MAX_SEQ || entry.seq != seq + 1 {
                let found = entry.seq;
                return Err(StoreError::refused(format!("entry {found} cannot follow entry {seq}")));
            }
            if entry.at < at {
                return Err(StoreError::refused(format!(
                    "entry {} is earlier than the one before it",
                    entry.seq
                )));
            }
            check_key("an event kind", &entry.kind)?;
            if entry.leaf != leaf_hash(&entry.bytes) {
                return Err(StoreError::refused(format!(
                    "the leaf hash of entry {} is not its own",
                    entry.seq
                )));
            }
            (seq, at) = (entry.seq, entry.at);
        }
        let mut classes = HashMap::new();
        for blob in &self.blobs {
            if Digest::of_bytes(&blob.bytes) != blob.digest {
                return Err(StoreError::refused(format!(
                    "the bytes given for blob {} are not its own",
                    blob.digest
                )));
            }
            if classes.insert(blob.digest, blob.class).is_some_and(|class| class != blob.class) {
                return Err(StoreError::refused(format!("blob {} is given with two classes", blob.digest)));
            }
        }
        Ok(())
    }
}

/// What became of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// Stored, and it will be there after a crash.
    Stored,
    /// Nothing stored: the ledger ends elsewhere. Catch up and decide again.
    Behind {
        /// The position of its last entry.
        head: Seq,
    },
    /// Nothing stored: this command has applied before.
    Duplicate(CommandRecord),
}

/// Where the entries of a command are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRecord {
    /// The command.
    pub command: CommandId,
    /// Its first entry.
    pub first: Seq,
    /// Its last entry.
    pub last: Seq,
    /// What it asked for; none where that is not known, as after an import.
    pub fingerprint: Option<Digest>,
}

/// The end of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Position of the last entry.
    pub seq: Seq,
    /// Its time.
    pub at: Micros,
}

/// One entry as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Position.
    pub seq: Seq,
    /// Time.
    pub at: Micros,
    /// The command that caused it.
    pub command: CommandId,
    /// Event kind with its version.
    pub kind: String,
    /// The exact bytes that were hashed.
    pub bytes: Vec<u8>,
    /// The leaf hash stored beside them.
    pub leaf: Digest,
}

/// A checkpoint as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// How many entries it covers.
    pub size: u64,
    /// The signed note.
    pub note: String,
}

/// The state after some entry, kept to start faster. Always derivable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedState {
    /// The last entry it includes.
    pub seq: Seq,
    /// Version of the form of `bytes`; states of other forms are not found.
    pub format: u32,
    /// The state.
    pub bytes: Vec<u8>,
}

/// The ledgers. Reading what is not there gives nothing, not an error; `limit` 0 gives nothing.
///
/// Every method fails with [`StoreError::Unavailable`] when the store cannot be used and with
/// [`StoreError::Corrupt`] when it is damaged.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Stores all of `append` or nothing. A command that applied before is told as such even when `expected` is
    /// outdated. When this returns [`Appended::Stored`] the entries survive a crash.
    ///
    /// # Errors
    /// [`StoreError::Refused`] as [`Append::check`], or when a blob is stored with another class;
    /// [`StoreError::Full`].
    async fn append(&self, append: Append) -> Result<Appended, StoreError>;

    /// The end of the ledger; none while it has no entries.
    ///
    /// # Errors
    /// See the trait.
    async fn head(&self, ledger: &LedgerId) -> Result<Option<Head>, StoreError>;

    /// Up to `limit` entries after position `after`, in order.
    ///
    /// # Errors
    /// See the trait.
    async fn read(&self, ledger: &LedgerId, after: Seq, limit: u32) -> Result<Vec<StoredEntry>, StoreError>;

    /// The leaf hashes of the entries with these positions, as many as there are.
    ///
    /// # Errors
    /// See the trait.
    async fn leaf_hashes(&self, ledger: &LedgerId, range: Range<Seq>) -> Result<Vec<Digest>, StoreError>;

    /// The commands whose first entry comes after position `after`, up to `limit` of them, in that order.
    ///
    /// # Errors
    /// See the trait.
    async fn commands(
        &self,
        ledger: &LedgerId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<CommandRecord>, StoreError>;

    /// Where the entries of a command are, if it has applied.
    ///
    /// # Errors
    /// See the trait.
    async fn command(
        &self,
        ledger: &LedgerId,
        command: &CommandId,
    ) -> Result<Option<CommandRecord>, StoreError>;

    /// The newest checkpoint, or the newest over at most that many entries.
    ///
    /// # Errors
    /// See the trait.
    async fn checkpoint(
        &self,
        ledger: &LedgerId,
        at_most: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, StoreError>;

    /// Up to `limit` checkpoints over more than `after` entries, smallest first.
    ///
    /// # Errors
    /// See the trait.
    async fn checkpoints(
        &self,
        ledger: &LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError>;

    /// All ledgers that have entries, in the order of [`LedgerId`].
    ///
    /// # Errors
    /// See the trait.
    async fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError>;

    /// The last position of every ledger, in the order of [`LedgerId`]: one cheap question, for whoever follows them all.
    ///
    /// # Errors
    /// See the trait.
    async fn ends(&self) -> Result<Vec<(LedgerId, Seq)>, StoreError>;

    /// Returns when a ledger may have grown elsewhere. It may never return, and hints may be lost: whoever follows asks
    /// for the [`Ledger::ends`] from time to time as well. Where no other process can write there is nothing to hint at.
    async fn hint(&self) {
        std::future::pending::<()>().await;
    }

    /// Stores a part of a ledger as another store holds it, all or nothing. It survives a crash.
    ///
    /// # Errors
    /// [`StoreError::Refused`] as [`Part::check`], or when a blob is stored with another class;
    /// [`StoreError::Conflict`] when the ledger does not end where the part begins, or is not there and the part
    /// has no entries; [`StoreError::Full`].
    async fn copy_in(&self, part: Part) -> Result<(), StoreError>;

    /// Keeps a state, in place of one with the same position and format.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the ledger does not reach that position; [`StoreError::Full`].
    async fn save_state(&self, ledger: &LedgerId, state: SavedState) -> Result<(), StoreError>;

    /// The newest saved state of this format, or the newest at or before a position.
    ///
    /// # Errors
    /// See the trait.
    async fn saved_state(
        &self,
        ledger: &LedgerId,
        format: u32,
        at_most: Option<Seq>,
    ) -> Result<Option<SavedState>, StoreError>;

    /// Drops the saved states, of every format, before position `before`; `Seq::MAX` drops all. Returns how many.
    ///
    /// # Errors
    /// See the trait.
    async fn drop_saved_states(&self, ledger: &LedgerId, before: Seq) -> Result<u64, StoreError>;
}

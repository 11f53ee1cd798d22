//! A part of a ledger on its way from one store to another.

use std::collections::HashMap;

use cuelight_artifact::Digest;
use cuelight_core::ledger::tree::leaf_hash;
use cuelight_core::ledger::{BlobClass, LedgerId, Micros, Seq};

use crate::text::{check_key, check_nul};
use crate::{CommandRecord, Content, MAX_SEQ, StoreError, StoredBlob, StoredCheckpoint, StoredEntry};

/// Consecutive entries with the commands that made them, the checkpoints over them, and blobs. Commands are whole: all
/// their entries are in the part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which ledger. It comes into being with its first entries.
    pub ledger: LedgerId,
    /// The entries; none when the part only brings blobs.
    pub entries: Vec<StoredEntry>,
    /// Their commands, in the order of the entries.
    pub commands: Vec<CommandRecord>,
    /// The checkpoints over them, smallest first.
    pub checkpoints: Vec<StoredCheckpoint>,
    /// Blobs, in the order in which they were stored. Those that are stored already are left as they are, except that a
    /// text that comes erased is erased.
    pub blobs: Vec<StoredBlob>,
}

impl Part {
    /// The position after which the part is added; `None` when it has no entries.
    #[must_use]
    pub fn after(&self) -> Option<Seq> {
        self.entries.first().map(|e| e.seq.saturating_sub(1))
    }

    /// What every store checks before it writes.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the entries are not consecutive or their times do not ascend, a hash or digest is not
    /// that of its bytes, a command is not whole, a checkpoint covers another range, or a text has a NUL.
    pub fn check(&self) -> Result<(), StoreError> {
        self.check_entries()?;
        self.check_commands()?;
        let (first, last) = (self.after().map_or(0, |a| a + 1), self.entries.last().map_or(0, |e| e.seq));
        let mut size = 0;
        for checkpoint in &self.checkpoints {
            check_nul("a checkpoint", &checkpoint.note)?;
            if checkpoint.size <= size || checkpoint.size < first || checkpoint.size > last {
                return Err(StoreError::refused(format!(
                    "a checkpoint over {} entries does not belong to entries {first} to {last}",
                    checkpoint.size
                )));
            }
            size = checkpoint.size;
        }
        self.check_blobs()
    }

    fn check_entries(&self) -> Result<(), StoreError> {
        let (mut seq, mut at) = (self.after().unwrap_or(0), Micros::MIN);
        for entry in &self.entries {
            let found = entry.seq;
            if seq >= MAX_SEQ || found != seq + 1 {
                return Err(StoreError::refused(format!("entry {found} cannot follow entry {seq}")));
            }
            if entry.at < at {
                return Err(StoreError::refused(format!("entry {found} is earlier than the one before it")));
            }
            check_key("an event kind", &entry.kind)?;
            if entry.leaf != leaf_hash(&entry.bytes) {
                return Err(StoreError::refused(format!("the leaf hash of entry {found} is not its own")));
            }
            (seq, at) = (found, entry.at);
        }
        Ok(())
    }

    fn check_commands(&self) -> Result<(), StoreError> {
        let mut entries = self.entries.iter().peekable();
        for record in &self.commands {
            let mut last = None;
            if entries.peek().is_some_and(|e| e.seq == record.first) {
                while let Some(entry) =
                    entries.next_if(|e| e.command == record.command && e.seq <= record.last)
                {
                    last = Some(entry.seq);
                }
            }
            if last != Some(record.last) {
                return Err(StoreError::refused(format!(
                    "command {} is not that of entries {} to {}",
                    record.command, record.first, record.last
                )));
            }
        }
        match entries.next() {
            None => Ok(()),
            Some(entry) => Err(StoreError::refused(format!("entry {} has no command", entry.seq))),
        }
    }

    fn check_blobs(&self) -> Result<(), StoreError> {
        let mut classes: HashMap<Digest, BlobClass> = HashMap::new();
        for blob in &self.blobs {
            let digest = blob.digest;
            match &blob.content {
                Content::Present(bytes) if Digest::of_bytes(bytes) != digest => {
                    return Err(StoreError::refused(format!(
                        "the bytes given for blob {digest} are not its own"
                    )));
                }
                Content::Erased if blob.class == BlobClass::Artifact => {
                    return Err(StoreError::refused(format!(
                        "blob {digest} is an artifact; only texts can be erased"
                    )));
                }
                Content::Present(_) | Content::Erased => {}
            }
            if classes.insert(digest, blob.class).is_some() {
                return Err(StoreError::refused(format!("blob {digest} is given twice")));
            }
        }
        Ok(())
    }
}

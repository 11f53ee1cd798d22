//! Real entries for the laws: chained, hashed, signed.
#![allow(clippy::unwrap_used, reason = "laws are tests; a wrong sample is a wrong test")]

use cuelight_artifact::Digest;
use cuelight_core::ledger::checkpoint::{Checkpoint, origin};
use cuelight_core::ledger::note::{SignerKey, VerifierKey};
use cuelight_core::ledger::tree::{Frontier, leaf_hash};
use cuelight_core::ledger::{Actor, BlobClass, Entry, LedgerId, Micros, Seq};
use serde_json::{Value, json};

use crate::{Append, Appended, Encoded, Ledger, NewBlob, StoreError};

/// The installation that samples belong to.
pub const INSTALLATION: &str = "0b5e";

/// The key that samples are signed with.
#[must_use]
pub fn key() -> SignerKey {
    SignerKey::from_seed("cuelight/0b5e", &[3; 32]).unwrap()
}

/// Its public half.
#[must_use]
pub fn verifier() -> VerifierKey {
    key().verifier()
}

/// The ledger of this project.
#[must_use]
pub fn ledger(project: &str) -> LedgerId {
    LedgerId::Project(project.parse().unwrap())
}

/// Writes one ledger: knows where it ends and makes the next append.
#[derive(Clone)]
pub struct Writer {
    /// Which ledger.
    pub ledger: LedgerId,
    tree: Frontier,
    at: Micros,
}

impl Writer {
    /// A writer at the start of a ledger.
    #[must_use]
    pub fn new(ledger: &LedgerId) -> Self {
        Self { ledger: ledger.clone(), tree: Frontier::new(), at: 1_700_000_000_000_000 }
    }

    /// A writer at the end of a ledger that is stored.
    ///
    /// # Panics
    /// When the ledger cannot be read.
    pub async fn at_end(ledger: &LedgerId, store: &dyn Ledger) -> Self {
        Self::caught_up(ledger, store).await.unwrap()
    }

    /// A writer at the end of a ledger in a store that may be away.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn caught_up(ledger: &LedgerId, store: &dyn Ledger) -> Result<Self, StoreError> {
        let mut writer = Self::new(ledger);
        for leaf in store.leaf_hashes(ledger, 1..Seq::MAX).await? {
            writer.tree.push(leaf);
        }
        if let Some(head) = store.head(ledger).await? {
            writer.at = head.at;
        }
        Ok(writer)
    }

    /// The position of the last entry.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.tree.size()
    }

    /// The append of `count` entries by `command`, without blobs. The writer goes on after it.
    ///
    /// # Panics
    /// When the command is no command id.
    pub fn next(&mut self, command: &str, count: u64) -> Append {
        let bodies = (0..count).map(|n| json!({ "n": n })).collect();
        self.next_with(command, bodies, Vec::new())
    }

    /// The append of an entry for each body, the first of which refers to the blobs.
    ///
    /// # Panics
    /// When the command is no command id.
    pub fn next_with(&mut self, command: &str, bodies: Vec<Value>, blobs: Vec<NewBlob>) -> Append {
        let expected = self.seq();
        let mut entries = Vec::new();
        for (n, mut body) in bodies.into_iter().enumerate() {
            if n == 0 && !blobs.is_empty() {
                body["blobs"] = blobs.iter().map(|b| json!([b.digest, b.class])).collect();
            }
            self.at += 1000;
            let entry = Entry {
                seq: self.seq() + 1,
                at: self.at,
                prev: self.tree.root(),
                actor: Actor::Token { id: "t-1".into() },
                command: command.parse().unwrap(),
                kind: "law.tested/1".into(),
                body,
            };
            let bytes = entry.encode().unwrap();
            let leaf = leaf_hash(&bytes);
            entries.push(Encoded { seq: entry.seq, at: entry.at, kind: entry.kind, leaf, bytes });
            self.tree.push(leaf);
        }
        Append {
            ledger: self.ledger.clone(),
            expected,
            command: command.parse().unwrap(),
            fingerprint: Digest::of_bytes(command.as_bytes()),
            entries,
            checkpoint: self.checkpoint(),
            blobs,
        }
    }

    /// The signed note over everything so far.
    fn checkpoint(&self) -> String {
        let origin = origin(INSTALLATION, &self.ledger);
        Checkpoint { origin, size: self.tree.size(), root: self.tree.root() }.sign(&key()).unwrap()
    }

    /// Makes the next append and stores it.
    ///
    /// # Panics
    /// When it is not stored.
    pub async fn write(&mut self, store: &dyn Ledger, command: &str, count: u64) -> Append {
        let append = self.next(command, count);
        assert_eq!(store.append(append.clone()).await.unwrap(), Appended::Stored);
        append
    }

    /// Makes the next append, of one entry with these blobs, and stores it.
    ///
    /// # Panics
    /// When it is not stored.
    pub async fn write_blobs(&mut self, store: &dyn Ledger, command: &str, blobs: Vec<NewBlob>) -> Append {
        let append = self.next_with(command, vec![json!({})], blobs);
        assert_eq!(store.append(append.clone()).await.unwrap(), Appended::Stored);
        append
    }
}

/// An append of one entry with any bytes in place of a real entry.
#[must_use]
pub fn raw(ledger: &LedgerId, seq: Seq, bytes: Vec<u8>) -> Append {
    let leaf = leaf_hash(&bytes);
    let command = format!("raw-{seq}");
    Append {
        ledger: ledger.clone(),
        expected: seq - 1,
        fingerprint: Digest::of_bytes(command.as_bytes()),
        command: command.parse().unwrap(),
        entries: vec![Encoded { seq, at: 0, kind: "raw/1".into(), bytes, leaf }],
        checkpoint: "note\n".into(),
        blobs: Vec::new(),
    }
}

/// A text that can be erased.
#[must_use]
pub fn text(content: &str) -> NewBlob {
    NewBlob::new(BlobClass::Text, content.as_bytes().to_vec())
}

/// An artifact.
#[must_use]
pub fn artifact(content: &str) -> NewBlob {
    NewBlob::new(BlobClass::Artifact, content.as_bytes().to_vec())
}

/// Bytes of this length that do not compress to a pattern.
#[must_use]
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

//! A store in memory: the model that says in the plainest code what the ports mean, and a fast store for tests.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use cuelight_artifact::{Digest, ProjectName};
use cuelight_core::ledger::{BlobClass, CommandId, LedgerId, Micros, Seq};

use crate::{
    Append, Appended, Blobs, CommandRecord, Content, Cursor, Deleted, Erased, Filter, Head, Ledger,
    NodeRecord, Nodes, Observation, Observations, Part, Put, Revision, SavedState, SecretBytes, StoreError,
    StoredBlob, StoredCheckpoint, StoredEntry, Taken, Vault, VaultItem, VaultKey,
};

/// All ports in memory. Clones share what is stored.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    ledgers: BTreeMap<LedgerId, Book>,
    observations: BTreeMap<Cursor, Observation>,
    cursor: Cursor,
    vault: BTreeMap<VaultKey, (Revision, SecretBytes)>,
    revision: Revision,
    nodes: BTreeMap<String, NodeRecord>,
}

#[derive(Default)]
struct Book {
    entries: Vec<StoredEntry>,
    commands: HashMap<CommandId, CommandRecord>,
    checkpoints: BTreeMap<u64, String>,
    blobs: BTreeMap<Digest, (BlobClass, Option<Vec<u8>>)>,
    /// The blobs in the order in which they came.
    order: Vec<Digest>,
    states: BTreeMap<(u32, Seq), Vec<u8>>,
}

impl Book {
    fn head(&self) -> Seq {
        self.entries.len() as Seq
    }

    fn add_blob(&mut self, digest: Digest, class: BlobClass, bytes: Option<Vec<u8>>) {
        self.blobs.entry(digest).or_insert_with(|| {
            self.order.push(digest);
            (class, bytes)
        });
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts in place of everything what another store holds at this moment, as restoring a backup does.
    pub fn restore(&self, backup: &Self) {
        let held = std::mem::take(&mut *backup.lock());
        *self.lock() = held;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere cannot leave a half-applied change: each method checks first and then only inserts.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_book<T: Default>(&self, ledger: &LedgerId, read: impl FnOnce(&Book) -> T) -> T {
        self.lock().ledgers.get(ledger).map(read).unwrap_or_default()
    }
}

fn some(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[async_trait]
impl Ledger for MemoryStore {
    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        append.check()?;
        let mut state = self.lock();
        let head = state.ledgers.get(&append.ledger).map_or(0, Book::head);
        if let Some(book) = state.ledgers.get(&append.ledger) {
            if let Some(record) = book.commands.get(&append.command) {
                return Ok(Appended::Duplicate(record.clone()));
            }
            let other =
                |b: &&crate::NewBlob| book.blobs.get(&b.digest).is_some_and(|(class, _)| *class != b.class);
            if let Some(blob) = append.blobs.iter().find(other).filter(|_| head == append.expected) {
                return Err(StoreError::refused(format!(
                    "blob {} is stored with another class",
                    blob.digest
                )));
            }
        }
        if head != append.expected {
            return Ok(Appended::Behind { head });
        }
        let book = state.ledgers.entry(append.ledger).or_default();
        let command = append.command;
        for e in append.entries {
            let command = command.clone();
            let entry =
                StoredEntry { seq: e.seq, at: e.at, command, kind: e.kind, bytes: e.bytes, leaf: e.leaf };
            book.entries.push(entry);
        }
        let fingerprint = Some(append.fingerprint);
        let record =
            CommandRecord { command: command.clone(), first: head + 1, last: book.head(), fingerprint };
        book.commands.insert(command, record);
        book.checkpoints.insert(book.head(), append.checkpoint);
        for blob in append.blobs {
            book.add_blob(blob.digest, blob.class, Some(blob.bytes));
        }
        Ok(Appended::Stored)
    }

    async fn head(&self, ledger: &LedgerId) -> Result<Option<Head>, StoreError> {
        Ok(self.with_book(ledger, |b| b.entries.last().map(|e| Head { seq: e.seq, at: e.at })))
    }

    async fn read(&self, ledger: &LedgerId, after: Seq, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
        Ok(self.with_book(ledger, |b| {
            b.entries.iter().filter(|e| e.seq > after).take(some(limit)).cloned().collect()
        }))
    }

    async fn leaf_hashes(&self, ledger: &LedgerId, range: Range<Seq>) -> Result<Vec<Digest>, StoreError> {
        Ok(self.with_book(ledger, |b| {
            b.entries.iter().filter(|e| range.contains(&e.seq)).map(|e| e.leaf).collect()
        }))
    }

    async fn commands(
        &self,
        ledger: &LedgerId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<CommandRecord>, StoreError> {
        Ok(self.with_book(ledger, |b| {
            let mut found: Vec<_> = b.commands.values().filter(|c| c.first > after).cloned().collect();
            found.sort_by_key(|c| c.first);
            found.truncate(some(limit));
            found
        }))
    }

    async fn command(
        &self,
        ledger: &LedgerId,
        command: &CommandId,
    ) -> Result<Option<CommandRecord>, StoreError> {
        Ok(self.with_book(ledger, |b| b.commands.get(command).cloned()))
    }

    async fn checkpoint(
        &self,
        ledger: &LedgerId,
        at_most: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, StoreError> {
        let limit = at_most.unwrap_or(u64::MAX);
        Ok(self.with_book(ledger, |b| b.checkpoints.range(..=limit).next_back().map(stored_checkpoint)))
    }

    async fn checkpoints(
        &self,
        ledger: &LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        Ok(self.with_book(ledger, |b| {
            b.checkpoints
                .iter()
                .filter(|(s, _)| **s > after)
                .take(some(limit))
                .map(stored_checkpoint)
                .collect()
        }))
    }

    async fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError> {
        Ok(self.lock().ledgers.keys().cloned().collect())
    }

    async fn ends(&self) -> Result<Vec<(LedgerId, Seq)>, StoreError> {
        Ok(self.lock().ledgers.iter().map(|(id, book)| (id.clone(), book.head())).collect())
    }

    async fn copy_in(&self, part: Part) -> Result<(), StoreError> {
        part.check()?;
        let mut state = self.lock();
        let there = state.ledgers.get(&part.ledger);
        let head = there.map_or(0, Book::head);
        let begins = part.after();
        if begins.is_some_and(|after| after != head) || (begins.is_none() && there.is_none()) {
            let begins = begins.map_or(1, |after| after + 1);
            return Err(StoreError::Conflict {
                what: format!("ledger {} ends at entry {head}; the part begins at {begins}", part.ledger),
            });
        }
        let known = |digest| there.and_then(|b| b.blobs.get(digest));
        if let Some(blob) = part.blobs.iter().find(|b| known(&b.digest).is_some_and(|(c, _)| *c != b.class)) {
            return Err(StoreError::refused(format!("blob {} is stored with another class", blob.digest)));
        }
        let book = state.ledgers.entry(part.ledger).or_default();
        book.entries.extend(part.entries);
        book.commands.extend(part.commands.into_iter().map(|c| (c.command.clone(), c)));
        book.checkpoints.extend(part.checkpoints.into_iter().map(|c| (c.size, c.note)));
        for blob in part.blobs {
            match blob.content {
                Content::Present(bytes) => book.add_blob(blob.digest, blob.class, Some(bytes)),
                Content::Erased => {
                    book.add_blob(blob.digest, blob.class, None);
                    book.blobs.entry(blob.digest).and_modify(|(_, bytes)| *bytes = None);
                }
            }
        }
        Ok(())
    }

    async fn save_state(&self, ledger: &LedgerId, saved: SavedState) -> Result<(), StoreError> {
        let mut state = self.lock();
        match state.ledgers.get_mut(ledger).filter(|b| saved.seq <= b.head()) {
            Some(book) => {
                book.states.insert((saved.format, saved.seq), saved.bytes);
                Ok(())
            }
            None => {
                Err(StoreError::refused(format!("{ledger} has no entry {} to save a state of", saved.seq)))
            }
        }
    }

    async fn saved_state(
        &self,
        ledger: &LedgerId,
        format: u32,
        at_most: Option<Seq>,
    ) -> Result<Option<SavedState>, StoreError> {
        let range = (format, 0)..=(format, at_most.unwrap_or(Seq::MAX));
        Ok(self.with_book(ledger, |b| {
            let newest = b.states.range(range).next_back();
            newest.map(|((format, seq), bytes)| SavedState {
                seq: *seq,
                format: *format,
                bytes: bytes.clone(),
            })
        }))
    }

    async fn drop_saved_states(&self, ledger: &LedgerId, before: Seq) -> Result<u64, StoreError> {
        let mut state = self.lock();
        let Some(book) = state.ledgers.get_mut(ledger) else { return Ok(0) };
        let had = book.states.len();
        book.states.retain(|(_, seq), _| *seq >= before);
        Ok((had - book.states.len()) as u64)
    }
}

fn stored_checkpoint((size, note): (&u64, &String)) -> StoredCheckpoint {
    StoredCheckpoint { size: *size, note: note.clone() }
}

fn stored_blob((digest, (class, bytes)): (&Digest, &(BlobClass, Option<Vec<u8>>))) -> StoredBlob {
    let content = bytes.clone().map_or(Content::Erased, Content::Present);
    StoredBlob { digest: *digest, class: *class, content }
}

#[async_trait]
impl Blobs for MemoryStore {
    async fn get(&self, ledger: &LedgerId, digest: &Digest) -> Result<Option<StoredBlob>, StoreError> {
        Ok(self.with_book(ledger, |b| b.blobs.get_key_value(digest).map(stored_blob)))
    }

    async fn get_many(
        &self,
        ledger: &LedgerId,
        digests: &[Digest],
    ) -> Result<Vec<Option<StoredBlob>>, StoreError> {
        let state = self.lock();
        let book = state.ledgers.get(ledger);
        Ok(digests.iter().map(|d| book.and_then(|b| b.blobs.get_key_value(d)).map(stored_blob)).collect())
    }

    async fn erase(&self, ledger: &LedgerId, digest: &Digest) -> Result<Erased, StoreError> {
        let mut state = self.lock();
        match state.ledgers.get_mut(ledger).and_then(|b| b.blobs.get_mut(digest)) {
            None => Ok(Erased::Unknown),
            Some((BlobClass::Artifact, _)) => {
                Err(StoreError::refused(format!("blob {digest} is an artifact; only texts can be erased")))
            }
            Some((BlobClass::Text, bytes)) => {
                Ok(if bytes.take().is_some() { Erased::Now } else { Erased::Before })
            }
        }
    }

    async fn list(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        Ok(self.with_book(ledger, |b| {
            let later = b.blobs.iter().filter(|(digest, _)| after.is_none_or(|after| *digest > after));
            later.take(some(limit)).map(stored_blob).collect()
        }))
    }

    async fn newest(&self, ledger: &LedgerId) -> Result<Option<Digest>, StoreError> {
        Ok(self.with_book(ledger, |b| b.order.last().copied()))
    }

    async fn since(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        let state = self.lock();
        let book = state.ledgers.get(ledger);
        let order = book.map_or(&[][..], |b| &b.order);
        let start = match after {
            None => 0,
            Some(after) => 1 + order.iter().position(|d| d == after).ok_or_else(|| unknown_blob(after))?,
        };
        let digests = order[start..].iter().take(some(limit));
        Ok(digests.filter_map(|d| book.and_then(|b| b.blobs.get_key_value(d))).map(stored_blob).collect())
    }
}

fn unknown_blob(digest: &Digest) -> StoreError {
    StoreError::refused(format!("there is no blob {digest} to continue after"))
}

#[async_trait]
impl Observations for MemoryStore {
    async fn append(&self, batch: Vec<Observation>) -> Result<Taken, StoreError> {
        batch.iter().try_for_each(Observation::check)?;
        let mut state = self.lock();
        let mut taken = Taken::default();
        for observation in batch {
            let same = |o: &Observation| o.project == observation.project && o.id == observation.id;
            if state.observations.values().any(same) {
                taken.known += 1;
            } else {
                state.cursor += 1;
                let cursor = state.cursor;
                state.observations.insert(cursor, observation);
                taken.new += 1;
            }
        }
        Ok(taken)
    }

    async fn read(&self, filter: &Filter) -> Result<Vec<(Cursor, Observation)>, StoreError> {
        let state = self.lock();
        let later =
            state.observations.iter().filter(|(c, o)| **c > filter.after && o.project == filter.project);
        Ok(later.take(some(filter.limit)).map(|(c, o)| (*c, o.clone())).collect())
    }

    async fn prune(&self, project: &ProjectName, before: Micros) -> Result<u64, StoreError> {
        let mut state = self.lock();
        let had = state.observations.len();
        state.observations.retain(|_, o| o.project != *project || o.at >= before);
        Ok((had - state.observations.len()) as u64)
    }
}

#[async_trait]
impl Vault for MemoryStore {
    async fn get(&self, key: &VaultKey) -> Result<Option<VaultItem>, StoreError> {
        let state = self.lock();
        Ok(state.vault.get(key).map(|(revision, value)| item(key, *revision, value)))
    }

    async fn put(
        &self,
        key: &VaultKey,
        value: SecretBytes,
        expected: Option<Revision>,
    ) -> Result<Put, StoreError> {
        key.check()?;
        let mut state = self.lock();
        let found = state.vault.get(key).map(|(revision, _)| *revision);
        if found != expected {
            return Ok(Put::Behind { found });
        }
        state.revision += 1;
        let revision = state.revision;
        state.vault.insert(key.clone(), (revision, value));
        Ok(Put::Stored { revision })
    }

    async fn delete(&self, key: &VaultKey, expected: Revision) -> Result<Deleted, StoreError> {
        let mut state = self.lock();
        let found = state.vault.get(key).map(|(revision, _)| *revision);
        if found != Some(expected) {
            return Ok(Deleted::Behind { found });
        }
        state.vault.remove(key);
        Ok(Deleted::Done)
    }

    async fn list(&self, kind: &str, after: Option<&str>, limit: u32) -> Result<Vec<VaultItem>, StoreError> {
        let state = self.lock();
        let later = state
            .vault
            .iter()
            .filter(|(k, _)| k.kind == kind && after.is_none_or(|after| k.key.as_str() > after));
        Ok(later.take(some(limit)).map(|(k, (revision, value))| item(k, *revision, value)).collect())
    }
}

#[async_trait]
impl Nodes for MemoryStore {
    async fn beat(&self, node: NodeRecord) -> Result<(), StoreError> {
        node.check()?;
        self.lock().nodes.insert(node.id.clone(), node);
        Ok(())
    }

    async fn nodes(&self) -> Result<Vec<NodeRecord>, StoreError> {
        Ok(self.lock().nodes.values().cloned().collect())
    }

    async fn forget(&self, before: Micros) -> Result<u64, StoreError> {
        let mut state = self.lock();
        let had = state.nodes.len();
        state.nodes.retain(|_, node| node.at >= before);
        Ok((had - state.nodes.len()) as u64)
    }
}

fn item(key: &VaultKey, revision: Revision, value: &SecretBytes) -> VaultItem {
    VaultItem { key: key.key.clone(), revision, value: value.clone() }
}

#[cfg(test)]
mod tests;

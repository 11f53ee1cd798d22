//! A store that fails at one call of any port: before it did anything, after it did all of it, or for want of room.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cuelight_app::Ports;
use cuelight_artifact::{Digest, ProjectName};
use cuelight_core::State;
use cuelight_core::installation::Installation;
use cuelight_core::ledger::{CommandId, LedgerId, Micros, Seq};
use cuelight_store::memory::MemoryStore;
use cuelight_store::{
    Append, Appended, Blobs, CommandRecord, Cursor, Deleted, Erased, Filter, Head, Ledger, NodeRecord, Nodes,
    Observation, Observations, Part, Put, Revision, SavedState, SecretBytes, StoreError, StoredBlob,
    StoredCheckpoint, StoredEntry, Taken, Vault, VaultItem, VaultKey,
};
use cuelight_testkit::{SeededEntropy, TestClock};

use Access::{Read, Write};

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was done.
    Before,
    /// All of it was done, and the caller does not hear so.
    After,
    /// There is no room. Only what writes can fail so.
    Full,
    /// Nothing was done, and storage stays away.
    Gone,
    /// All of it was done, the caller does not hear so, and storage stays away.
    Lost,
}

pub const FAULTS: [Fault; 5] = [Fault::Before, Fault::After, Fault::Full, Fault::Gone, Fault::Lost];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

/// Counts the calls since [`Faulty::arm`] and fails at one of them.
pub struct Faulty {
    pub store: Arc<MemoryStore>,
    calls: AtomicU64,
    plan: Mutex<Option<(u64, Fault)>>,
    fired: AtomicBool,
    away: AtomicBool,
    slow: AtomicBool,
    /// States that were saved, in place of saving them.
    caught: Mutex<Option<Vec<(LedgerId, SavedState)>>>,
}

impl Faulty {
    pub fn over(store: Arc<MemoryStore>) -> Arc<Self> {
        Arc::new(Self {
            store,
            calls: AtomicU64::new(0),
            plan: Mutex::default(),
            fired: AtomicBool::new(false),
            away: AtomicBool::new(false),
            slow: AtomicBool::new(false),
            caught: Mutex::default(),
        })
    }

    pub fn ports(self: &Arc<Self>, clock: &Arc<TestClock>, seed: u64) -> Ports {
        Ports {
            ledger: self.clone(),
            blobs: self.clone(),
            observations: self.clone(),
            vault: self.clone(),
            nodes: self.clone(),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(seed)),
        }
    }

    /// From now on, call `n` fails, counted from 1.
    pub fn arm(&self, n: u64, fault: Fault) {
        self.calls.store(0, Ordering::SeqCst);
        self.fired.store(false, Ordering::SeqCst);
        *self.plan.lock().unwrap() = Some((n, fault));
    }

    /// Nothing fails any more. Returns how many calls there were, and whether one failed.
    pub fn disarm(&self) -> (u64, bool) {
        *self.plan.lock().unwrap() = None;
        (self.calls.load(Ordering::SeqCst), self.fired.load(Ordering::SeqCst))
    }

    /// Whether every call fails.
    pub fn away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    /// From now on other tasks have a turn before every call.
    pub fn slow_down(&self) {
        self.slow.store(true, Ordering::SeqCst);
    }

    /// Every state that `save` would have stored: to be read, and by its bytes.
    pub async fn states(&self, app: &cuelight_app::App) -> Vec<(LedgerId, Seq, String, Digest)> {
        *self.caught.lock().unwrap() = Some(Vec::new());
        app.save().await.unwrap();
        let caught = self.caught.lock().unwrap().take().unwrap();
        let state = |(id, s): (LedgerId, SavedState)| {
            let shown = match id {
                LedgerId::Installation => format!("{:#?}", Installation::load(&s.bytes).unwrap()),
                LedgerId::Project(_) => format!("{:#?}", State::load(&s.bytes).unwrap()),
            };
            (id, s.seq, shown, Digest::of_bytes(&s.bytes))
        };
        caught.into_iter().map(state).collect()
    }

    async fn call<T>(
        &self,
        access: Access,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let gone = || StoreError::Unavailable { what: "the cable is out".into() };
        if self.away.load(Ordering::SeqCst) {
            return Err(gone());
        }
        if self.slow.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        let count = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let plan = *self.plan.lock().unwrap();
        let fault = match plan {
            Some((n, fault)) if n == count => Some(fault),
            Some((n, Fault::Gone | Fault::Lost)) if n < count => Some(Fault::Gone),
            _ => None,
        };
        match fault {
            Some(Fault::Before | Fault::Gone) => {
                self.fired.store(true, Ordering::SeqCst);
                Err(gone())
            }
            Some(Fault::After | Fault::Lost) => {
                self.fired.store(true, Ordering::SeqCst);
                work.await?;
                Err(gone())
            }
            Some(Fault::Full) if access == Write => {
                self.fired.store(true, Ordering::SeqCst);
                Err(StoreError::Full { place: "a small disk".into() })
            }
            _ => work.await,
        }
    }
}

#[async_trait]
impl Ledger for Faulty {
    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        self.call(Write, Ledger::append(&*self.store, append)).await
    }
    async fn head(&self, ledger: &LedgerId) -> Result<Option<Head>, StoreError> {
        self.call(Read, Ledger::head(&*self.store, ledger)).await
    }
    async fn read(&self, ledger: &LedgerId, after: Seq, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
        self.call(Read, Ledger::read(&*self.store, ledger, after, limit)).await
    }
    async fn leaf_hashes(&self, ledger: &LedgerId, range: Range<Seq>) -> Result<Vec<Digest>, StoreError> {
        self.call(Read, Ledger::leaf_hashes(&*self.store, ledger, range)).await
    }
    async fn commands(
        &self,
        ledger: &LedgerId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<CommandRecord>, StoreError> {
        self.call(Read, Ledger::commands(&*self.store, ledger, after, limit)).await
    }
    async fn command(&self, ledger: &LedgerId, id: &CommandId) -> Result<Option<CommandRecord>, StoreError> {
        self.call(Read, Ledger::command(&*self.store, ledger, id)).await
    }
    async fn checkpoint(
        &self,
        ledger: &LedgerId,
        at_most: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, StoreError> {
        self.call(Read, Ledger::checkpoint(&*self.store, ledger, at_most)).await
    }
    async fn checkpoints(
        &self,
        ledger: &LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        self.call(Read, Ledger::checkpoints(&*self.store, ledger, after, limit)).await
    }
    async fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError> {
        self.call(Read, Ledger::ledgers(&*self.store)).await
    }
    async fn ends(&self) -> Result<Vec<(LedgerId, Seq)>, StoreError> {
        self.call(Read, Ledger::ends(&*self.store)).await
    }
    async fn copy_in(&self, part: Part) -> Result<(), StoreError> {
        self.call(Write, Ledger::copy_in(&*self.store, part)).await
    }
    async fn saved_state(
        &self,
        ledger: &LedgerId,
        format: u32,
        at_most: Option<Seq>,
    ) -> Result<Option<SavedState>, StoreError> {
        self.call(Read, Ledger::saved_state(&*self.store, ledger, format, at_most)).await
    }
    async fn drop_saved_states(&self, ledger: &LedgerId, before: Seq) -> Result<u64, StoreError> {
        self.call(Write, Ledger::drop_saved_states(&*self.store, ledger, before)).await
    }
    async fn save_state(&self, ledger: &LedgerId, state: SavedState) -> Result<(), StoreError> {
        if let Some(caught) = &mut *self.caught.lock().unwrap() {
            caught.push((ledger.clone(), state));
            return Ok(());
        }
        self.call(Write, Ledger::save_state(&*self.store, ledger, state)).await
    }
}

#[async_trait]
impl Blobs for Faulty {
    async fn get(&self, ledger: &LedgerId, digest: &Digest) -> Result<Option<StoredBlob>, StoreError> {
        self.call(Read, Blobs::get(&*self.store, ledger, digest)).await
    }
    async fn get_many(
        &self,
        ledger: &LedgerId,
        digests: &[Digest],
    ) -> Result<Vec<Option<StoredBlob>>, StoreError> {
        self.call(Read, Blobs::get_many(&*self.store, ledger, digests)).await
    }
    async fn erase(&self, ledger: &LedgerId, digest: &Digest) -> Result<Erased, StoreError> {
        self.call(Write, Blobs::erase(&*self.store, ledger, digest)).await
    }
    async fn list(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        self.call(Read, Blobs::list(&*self.store, ledger, after, limit)).await
    }
    async fn newest(&self, ledger: &LedgerId) -> Result<Option<Digest>, StoreError> {
        self.call(Read, Blobs::newest(&*self.store, ledger)).await
    }
    async fn since(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        self.call(Read, Blobs::since(&*self.store, ledger, after, limit)).await
    }
}

#[async_trait]
impl Observations for Faulty {
    async fn append(&self, batch: Vec<Observation>) -> Result<Taken, StoreError> {
        self.call(Write, Observations::append(&*self.store, batch)).await
    }
    async fn read(&self, filter: &Filter) -> Result<Vec<(Cursor, Observation)>, StoreError> {
        self.call(Read, Observations::read(&*self.store, filter)).await
    }
    async fn prune(&self, project: &ProjectName, before: Micros) -> Result<u64, StoreError> {
        self.call(Write, Observations::prune(&*self.store, project, before)).await
    }
}

#[async_trait]
impl Vault for Faulty {
    async fn get(&self, key: &VaultKey) -> Result<Option<VaultItem>, StoreError> {
        self.call(Read, Vault::get(&*self.store, key)).await
    }
    async fn put(
        &self,
        key: &VaultKey,
        value: SecretBytes,
        expected: Option<Revision>,
    ) -> Result<Put, StoreError> {
        self.call(Write, Vault::put(&*self.store, key, value, expected)).await
    }
    async fn delete(&self, key: &VaultKey, expected: Revision) -> Result<Deleted, StoreError> {
        self.call(Write, Vault::delete(&*self.store, key, expected)).await
    }
    async fn list(&self, kind: &str, after: Option<&str>, limit: u32) -> Result<Vec<VaultItem>, StoreError> {
        self.call(Read, Vault::list(&*self.store, kind, after, limit)).await
    }
}

#[async_trait]
impl Nodes for Faulty {
    async fn beat(&self, node: NodeRecord) -> Result<(), StoreError> {
        self.call(Write, Nodes::beat(&*self.store, node)).await
    }
    async fn nodes(&self) -> Result<Vec<NodeRecord>, StoreError> {
        self.call(Read, Nodes::nodes(&*self.store)).await
    }
    async fn forget(&self, before: Micros) -> Result<u64, StoreError> {
        self.call(Write, Nodes::forget(&*self.store, before)).await
    }
}

//! A store that can lie about what it holds, as one would that somebody changed behind the application's back.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cuelight_app::{App, Ports};
use cuelight_artifact::Digest;
use cuelight_core::ledger::{CommandId, LedgerId, Seq};
use cuelight_store::memory::MemoryStore;
use cuelight_store::{
    Append, Appended, Blobs, CommandRecord, Erased, Head, Ledger, Part, SavedState, StoreError, StoredBlob,
    StoredCheckpoint, StoredEntry,
};
use cuelight_testkit::{SeededEntropy, TestApp};

type Forge<T> = Mutex<Box<dyn Fn(&mut Vec<T>) + Send + Sync>>;

pub struct Forged {
    store: Arc<MemoryStore>,
    entries: Forge<StoredEntry>,
    checkpoints: Forge<StoredCheckpoint>,
    blobs: Forge<StoredBlob>,
    away: AtomicBool,
}

fn truth<T>() -> Forge<T> {
    Mutex::new(Box::new(|_| {}))
}

impl Forged {
    pub fn over(store: Arc<MemoryStore>) -> Self {
        Self { store, entries: truth(), checkpoints: truth(), blobs: truth(), away: AtomicBool::new(false) }
    }

    pub async fn start(self: &Arc<Self>, test: &TestApp) -> Arc<App> {
        let ports = Ports {
            ledger: self.clone(),
            blobs: self.clone(),
            observations: self.store.clone(),
            vault: self.store.clone(),
            nodes: self.store.clone(),
            clock: test.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(9)),
        };
        App::start(ports).await.unwrap().app
    }

    pub fn entries(&self, forge: impl Fn(&mut Vec<StoredEntry>) + Send + Sync + 'static) {
        *self.entries.lock().unwrap() = Box::new(forge);
    }

    pub fn checkpoints(&self, forge: impl Fn(&mut Vec<StoredCheckpoint>) + Send + Sync + 'static) {
        *self.checkpoints.lock().unwrap() = Box::new(forge);
    }

    pub fn blobs(&self, forge: impl Fn(&mut Vec<StoredBlob>) + Send + Sync + 'static) {
        *self.blobs.lock().unwrap() = Box::new(forge);
    }

    pub fn away(&self) {
        self.away.store(true, Ordering::SeqCst);
    }

    /// All entries as they are told. Only a project's ledger is lied about.
    async fn told(&self, ledger: &LedgerId) -> Result<Vec<StoredEntry>, StoreError> {
        let mut all = self.store.read(ledger, 0, u32::MAX).await?;
        if *ledger != LedgerId::Installation {
            self.entries.lock().unwrap()(&mut all);
        }
        Ok(all)
    }

    fn reachable(&self) -> Result<(), StoreError> {
        let what = "the cable is out".into();
        if self.away.load(Ordering::SeqCst) { Err(StoreError::Unavailable { what }) } else { Ok(()) }
    }
}

#[async_trait]
impl Ledger for Forged {
    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        self.store.append(append).await
    }

    async fn head(&self, ledger: &LedgerId) -> Result<Option<Head>, StoreError> {
        Ok(self.told(ledger).await?.last().map(|e| Head { seq: e.seq, at: e.at }))
    }

    async fn read(&self, ledger: &LedgerId, after: Seq, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
        self.reachable()?;
        let all = self.told(ledger).await?;
        Ok(all.into_iter().filter(|e| e.seq > after).take(limit as usize).collect())
    }

    async fn leaf_hashes(&self, ledger: &LedgerId, range: Range<Seq>) -> Result<Vec<Digest>, StoreError> {
        let all = self.told(ledger).await?;
        Ok(all.into_iter().filter(|e| range.contains(&e.seq)).map(|e| e.leaf).collect())
    }

    async fn commands(
        &self,
        ledger: &LedgerId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<CommandRecord>, StoreError> {
        self.store.commands(ledger, after, limit).await
    }

    async fn ends(&self) -> Result<Vec<(LedgerId, Seq)>, StoreError> {
        self.store.ends().await
    }

    async fn copy_in(&self, part: Part) -> Result<(), StoreError> {
        self.store.copy_in(part).await
    }

    async fn command(
        &self,
        ledger: &LedgerId,
        command: &CommandId,
    ) -> Result<Option<CommandRecord>, StoreError> {
        self.store.command(ledger, command).await
    }

    async fn checkpoint(
        &self,
        ledger: &LedgerId,
        at_most: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, StoreError> {
        self.store.checkpoint(ledger, at_most).await
    }

    async fn checkpoints(
        &self,
        ledger: &LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        let mut found = self.store.checkpoints(ledger, after, limit).await?;
        self.checkpoints.lock().unwrap()(&mut found);
        Ok(found)
    }

    async fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError> {
        self.store.ledgers().await
    }

    async fn save_state(&self, ledger: &LedgerId, state: SavedState) -> Result<(), StoreError> {
        self.store.save_state(ledger, state).await
    }

    async fn saved_state(
        &self,
        ledger: &LedgerId,
        format: u32,
        at_most: Option<Seq>,
    ) -> Result<Option<SavedState>, StoreError> {
        self.store.saved_state(ledger, format, at_most).await
    }

    async fn drop_saved_states(&self, ledger: &LedgerId, before: Seq) -> Result<u64, StoreError> {
        self.store.drop_saved_states(ledger, before).await
    }
}

#[async_trait]
impl Blobs for Forged {
    async fn get(&self, ledger: &LedgerId, digest: &Digest) -> Result<Option<StoredBlob>, StoreError> {
        self.store.get(ledger, digest).await
    }

    async fn get_many(
        &self,
        ledger: &LedgerId,
        digests: &[Digest],
    ) -> Result<Vec<Option<StoredBlob>>, StoreError> {
        self.store.get_many(ledger, digests).await
    }

    async fn erase(&self, ledger: &LedgerId, digest: &Digest) -> Result<Erased, StoreError> {
        self.store.erase(ledger, digest).await
    }

    async fn list(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        let mut found = self.store.list(ledger, after, limit).await?;
        self.blobs.lock().unwrap()(&mut found);
        Ok(found)
    }

    async fn newest(&self, ledger: &LedgerId) -> Result<Option<Digest>, StoreError> {
        self.store.newest(ledger).await
    }

    async fn since(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        self.store.since(ledger, after, limit).await
    }
}

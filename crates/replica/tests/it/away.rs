//! What happens while the database is away.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use cuelight_artifact::Digest;
use cuelight_core::ledger::{CommandId, LedgerId, Seq};
use cuelight_replica::Stores;
use cuelight_store::laws::sample::{Writer, ledger, text};
use cuelight_store::memory::MemoryStore;
use cuelight_store::{
    Append, Appended, Blobs, CommandRecord, Content, Deleted, Erased, Head, Ledger, Part, Put, Revision,
    SavedState, SecretBytes, StoreError, StoredBlob, StoredCheckpoint, StoredEntry, Vault, VaultItem,
    VaultKey,
};
use tokio::sync::watch;

use crate::support::World;

/// A database, and the way to it.
#[derive(Clone, Default)]
pub struct Cable {
    pub store: Arc<MemoryStore>,
    /// Nothing comes through.
    pub cut: Arc<AtomicBool>,
    /// The database has no time.
    pub busy: Arc<AtomicBool>,
}

impl Cable {
    /// The ports at the end of it.
    pub fn ports(&self) -> Stores {
        let (cable, store) = (Arc::new(self.clone()), self.store.clone());
        Stores {
            ledger: cable.clone(),
            blobs: cable.clone(),
            observations: store.clone(),
            vault: cable,
            nodes: store,
        }
    }

    fn store(&self) -> Result<&MemoryStore, StoreError> {
        if self.cut.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable { what: "connection reset by peer".into() });
        }
        if self.busy.load(Ordering::SeqCst) {
            return Err(StoreError::Busy { what: "no connection became free".into() });
        }
        Ok(&self.store)
    }
}

#[async_trait]
impl Ledger for Cable {
    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        self.store()?.append(append).await
    }
    async fn head(&self, id: &LedgerId) -> Result<Option<Head>, StoreError> {
        self.store()?.head(id).await
    }
    async fn read(&self, id: &LedgerId, after: Seq, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
        Ledger::read(self.store()?, id, after, limit).await
    }
    async fn leaf_hashes(&self, id: &LedgerId, range: Range<Seq>) -> Result<Vec<Digest>, StoreError> {
        self.store()?.leaf_hashes(id, range).await
    }
    async fn commands(
        &self,
        id: &LedgerId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<CommandRecord>, StoreError> {
        self.store()?.commands(id, after, limit).await
    }
    async fn command(&self, id: &LedgerId, command: &CommandId) -> Result<Option<CommandRecord>, StoreError> {
        self.store()?.command(id, command).await
    }
    async fn checkpoint(
        &self,
        id: &LedgerId,
        at_most: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, StoreError> {
        self.store()?.checkpoint(id, at_most).await
    }
    async fn checkpoints(
        &self,
        id: &LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        self.store()?.checkpoints(id, after, limit).await
    }
    async fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError> {
        self.store()?.ledgers().await
    }
    async fn ends(&self) -> Result<Vec<(LedgerId, Seq)>, StoreError> {
        self.store()?.ends().await
    }
    async fn copy_in(&self, part: Part) -> Result<(), StoreError> {
        self.store()?.copy_in(part).await
    }
    async fn save_state(&self, id: &LedgerId, state: SavedState) -> Result<(), StoreError> {
        self.store()?.save_state(id, state).await
    }
    async fn saved_state(
        &self,
        id: &LedgerId,
        format: u32,
        at_most: Option<Seq>,
    ) -> Result<Option<SavedState>, StoreError> {
        self.store()?.saved_state(id, format, at_most).await
    }
    async fn drop_saved_states(&self, id: &LedgerId, before: Seq) -> Result<u64, StoreError> {
        self.store()?.drop_saved_states(id, before).await
    }
}

#[async_trait]
impl Blobs for Cable {
    async fn get(&self, id: &LedgerId, digest: &Digest) -> Result<Option<StoredBlob>, StoreError> {
        Blobs::get(self.store()?, id, digest).await
    }
    async fn get_many(
        &self,
        id: &LedgerId,
        digests: &[Digest],
    ) -> Result<Vec<Option<StoredBlob>>, StoreError> {
        self.store()?.get_many(id, digests).await
    }
    async fn erase(&self, id: &LedgerId, digest: &Digest) -> Result<Erased, StoreError> {
        self.store()?.erase(id, digest).await
    }
    async fn list(
        &self,
        id: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        Blobs::list(self.store()?, id, after, limit).await
    }
    async fn newest(&self, id: &LedgerId) -> Result<Option<Digest>, StoreError> {
        self.store()?.newest(id).await
    }
    async fn since(
        &self,
        id: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        self.store()?.since(id, after, limit).await
    }
}

#[async_trait]
impl Vault for Cable {
    async fn get(&self, key: &VaultKey) -> Result<Option<VaultItem>, StoreError> {
        Vault::get(self.store()?, key).await
    }
    async fn put(
        &self,
        key: &VaultKey,
        value: SecretBytes,
        expected: Option<Revision>,
    ) -> Result<Put, StoreError> {
        self.store()?.put(key, value, expected).await
    }
    async fn delete(&self, key: &VaultKey, expected: Revision) -> Result<Deleted, StoreError> {
        self.store()?.delete(key, expected).await
    }
    async fn list(&self, kind: &str, after: Option<&str>, limit: u32) -> Result<Vec<VaultItem>, StoreError> {
        Vault::list(self.store()?, kind, after, limit).await
    }
}

/// A database with an installation, a project, a key and a session.
async fn filled() -> (World, Writer) {
    let world = World::new();
    let mut installation = Writer::new(&LedgerId::Installation);
    installation.write(&*world.cable.store, "open", 2).await;
    let mut writer = Writer::new(&ledger("sales"));
    for n in 0..5 {
        writer.write_blobs(&*world.cable.store, &format!("c-{n}"), vec![text(&format!("text {n}"))]).await;
    }
    for (kind, key) in [("key", "checkpoints"), ("token", "t-1"), ("session", "s-1")] {
        let (key, value) = (VaultKey::new(kind, key), SecretBytes::new(b"v".to_vec()));
        Vault::put(&*world.cable.store, &key, value, None).await.unwrap();
    }
    (world, writer)
}

fn unavailable<T: std::fmt::Debug>(result: &Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Unavailable { .. })), "{result:?}");
}

#[tokio::test]
async fn while_the_database_is_away_reads_come_from_the_copy_and_writes_are_refused() {
    let (world, mut writer) = filled().await;
    let replica = world.replica();
    replica.bring_up().await.unwrap();
    let before = Ledger::read(&*replica, &writer.ledger, 0, 100).await.unwrap();
    world.cut(true);
    assert_eq!(Ledger::read(&*replica, &writer.ledger, 0, 100).await.unwrap(), before);
    assert_eq!(before.len(), 5);
    let blob = Blobs::get(&*replica, &writer.ledger, &text("text 3").digest).await.unwrap().unwrap();
    assert_eq!(blob.content, Content::Present(b"text 3".to_vec()));
    assert!(Vault::get(&*replica, &VaultKey::new("token", "t-1")).await.unwrap().is_some());
    unavailable(&Vault::get(&*replica, &VaultKey::new("session", "s-1")).await);
    unavailable(&replica.append(writer.clone().next("away", 1)).await);
    unavailable(&replica.ends().await);
    // What was done before is still told as done.
    assert_eq!(replica.command(&writer.ledger, &"c-2".parse().unwrap()).await.unwrap().unwrap().first, 3);
    // Back: nothing is taken until the database was asked, and then all of it.
    world.cut(false);
    unavailable(&replica.append(writer.clone().next("away", 1)).await);
    assert_eq!(replica.ends().await.unwrap().len(), 2);
    assert_eq!(replica.append(writer.next("away", 1)).await.unwrap(), Appended::Stored);
    assert_eq!(
        world.copy.head(&writer.ledger).await.unwrap().unwrap().seq,
        5,
        "nothing but copying writes to it"
    );
}

/// A database that has no time for one request has it for the next: nobody needs to find out first that it is back.
#[tokio::test]
async fn a_busy_database_is_not_taken_for_one_that_is_away() {
    fn busy<T: std::fmt::Debug>(result: &Result<T, StoreError>) {
        assert!(matches!(result, Err(StoreError::Busy { .. })), "{result:?}");
    }
    let (world, mut writer) = filled().await;
    let replica = world.replica();
    replica.bring_up().await.unwrap();
    let late = writer.next_with("late", vec![serde_json::json!({})], vec![text("late")]);
    assert_eq!(replica.append(late).await.unwrap(), Appended::Stored);
    let next = writer.next("next", 1);
    world.cable.busy.store(true, Ordering::SeqCst);
    busy(&replica.append(next.clone()).await);
    busy(&replica.ends().await);
    // What the copy has it tells, and nothing that it has not got is called missing.
    assert_eq!(Ledger::read(&*replica, &writer.ledger, 0, 100).await.unwrap().len(), 5);
    assert!(Vault::get(&*replica, &VaultKey::new("token", "t-1")).await.unwrap().is_some());
    busy(&replica.command(&writer.ledger, &"late".parse().unwrap()).await);
    busy(&Blobs::get(&*replica, &writer.ledger, &text("late").digest).await);
    world.cable.busy.store(false, Ordering::SeqCst);
    assert_eq!(replica.append(next).await.unwrap(), Appended::Stored);
    assert!(replica.command(&writer.ledger, &"late".parse().unwrap()).await.unwrap().is_some());
}

#[tokio::test]
async fn what_the_copy_has_not_got_yet_is_not_called_missing() {
    let (world, mut writer) = filled().await;
    let replica = world.replica();
    replica.bring_up().await.unwrap();
    let append = writer.next_with("late", vec![serde_json::json!({})], vec![text("late")]);
    assert_eq!(replica.append(append).await.unwrap(), Appended::Stored);
    let (old, late, unknown) = (text("text 3").digest, text("late").digest, text("unknown").digest);
    let id = &writer.ledger;
    assert_eq!(Blobs::get(&*replica, id, &unknown).await, Ok(None));
    world.cut(true);
    unavailable(&Blobs::get(&*replica, id, &late).await);
    unavailable(&replica.get_many(id, &[old, late]).await);
    // A command that is repeated must not be decided anew as if it had never been applied.
    unavailable(&replica.command(id, &"late".parse().unwrap()).await);
    assert_eq!(replica.get_many(id, &[old]).await.unwrap().len(), 1);
    // A token that was issued a moment ago is not one that holds no more.
    unavailable(&Vault::get(&*replica, &VaultKey::new("token", "t-9")).await);
    world.cut(false);
    replica.probe().await.unwrap();
    assert_eq!(Vault::get(&*replica, &VaultKey::new("token", "t-9")).await, Ok(None));
    assert_eq!(replica.get_many(id, &[old, unknown]).await.unwrap().iter().flatten().count(), 1);
}

#[tokio::test]
async fn a_server_starts_from_the_copy_alone() {
    let (world, writer) = filled().await;
    world.cut(true);
    let replica = world.replica();
    assert!(!replica.can_start_alone().await.unwrap());
    unavailable(&replica.bring_up().await);
    world.cut(false);
    replica.bring_up().await.unwrap();
    drop(replica);
    world.cut(true);
    let again = world.replica();
    unavailable(&again.probe().await);
    assert!(again.can_start_alone().await.unwrap());
    assert_eq!(again.head(&writer.ledger).await.unwrap().unwrap().seq, 5);
    assert!(Vault::get(&*again, &VaultKey::new("key", "checkpoints")).await.unwrap().is_some());
    world.cut(false);
    again.probe().await.unwrap();
    again.check_copy().await.unwrap();
}

#[tokio::test]
async fn the_copy_follows() {
    let (world, mut writer) = filled().await;
    let replica = world.replica();
    replica.probe().await.unwrap();
    let (stop, stopping) = watch::channel(false);
    let keeping = tokio::spawn({
        let replica = replica.clone();
        async move { replica.keep(stopping).await }
    });
    for n in 0..20 {
        let append = writer.next_with(
            &format!("more-{n}"),
            vec![serde_json::json!({})],
            vec![text(&format!("m {n}"))],
        );
        assert_eq!(replica.append(append).await.unwrap(), Appended::Stored);
    }
    for _ in 0..2_000 {
        if world.copy.head(&writer.ledger).await.unwrap().is_some_and(|h| h.seq == 25) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(
        Ledger::read(&*world.copy, &writer.ledger, 0, 100).await.unwrap(),
        Ledger::read(&*world.cable.store, &writer.ledger, 0, 100).await.unwrap()
    );
    assert!(Blobs::get(&*world.copy, &writer.ledger, &text("m 19").digest).await.unwrap().is_some());
    assert_eq!(Vault::list(&*world.copy, "session", None, 10).await.unwrap().len(), 0);
    stop.send_replace(true);
    keeping.await.unwrap();
}

#[tokio::test]
async fn a_copy_of_another_database_is_recognised() {
    let (world, writer) = filled().await;
    let replica = world.replica();
    replica.bring_up().await.unwrap();
    // An older backup is restored in the database.
    world.cable.store.restore(&MemoryStore::new());
    Writer::new(&LedgerId::Installation).write(&*world.cable.store, "open", 2).await;
    Writer::new(&writer.ledger).write(&*world.cable.store, "c-0", 1).await;
    let conflict = replica.check_copy().await;
    assert!(matches!(conflict, Err(StoreError::Conflict { .. })), "{conflict:?}");
}

#[tokio::test]
async fn an_erased_text_is_erased_in_the_copy() {
    let (world, writer) = filled().await;
    let replica = world.replica();
    replica.bring_up().await.unwrap();
    let (here, elsewhere) = (text("text 1").digest, text("text 2").digest);
    assert_eq!(Blobs::erase(&*replica, &writer.ledger, &here).await.unwrap(), Erased::Now);
    Blobs::erase(&*world.cable.store, &writer.ledger, &elsewhere).await.unwrap();
    replica.bring_up().await.unwrap();
    for digest in [here, elsewhere] {
        let found = Blobs::get(&*world.copy, &writer.ledger, &digest).await.unwrap().unwrap();
        assert_eq!(found.content, Content::Erased);
    }
}

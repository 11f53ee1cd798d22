//! Copying: what one store holds, another holds after it, exactly; the other side is the store in memory.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "laws are tests: the name says it, a panic is a failure"
)]

use std::sync::Mutex;

use async_trait::async_trait;
use cuelight_artifact::Digest;
use cuelight_core::ledger::{BlobClass, LedgerId};
use serde_json::json;

use super::sample::{Writer, artifact, ledger, noise, text};
use super::{Ports, StoreFactory};
use crate::copy::{self, Side};
use crate::memory::MemoryStore;
use crate::{
    Appended, Content, Erased, Filter, Observation, Part, SecretBytes, StoreError, StoredBlob, VaultKey,
};

/// The ledger and blobs of some ports.
fn side(ports: &Ports) -> Side<'_> {
    Side { ledger: &*ports.ledger, blobs: &*ports.blobs }
}

fn memory() -> Ports {
    Ports::of(MemoryStore::new())
}

/// A ledger of every sort of step, with blobs and an erased text.
async fn fill(ports: &Ports) -> Writer {
    let mut writer = Writer::new(&ledger("sales"));
    for n in 0..40_u64 {
        let bodies = (0..1 + n % 3).map(|m| json!({ "n": n, "m": m })).collect();
        let mut blobs = vec![text(&format!("text {n}")), artifact(&format!("artifact {n}"))];
        if n % 4 == 0 {
            blobs.push(text("the same again"));
        }
        let append = writer.next_with(&format!("c-{n}"), bodies, blobs);
        assert_eq!(ports.ledger.append(append).await.unwrap(), Appended::Stored);
    }
    let gone = text("text 7").digest;
    assert_eq!(ports.blobs.erase(&writer.ledger, &gone).await.unwrap(), Erased::Now);
    writer
}

/// Everything of a ledger that a reader can see, except the order of blobs.
async fn all(ports: &Ports, id: &LedgerId) -> String {
    let ledger = &ports.ledger;
    format!(
        "{:?}\n{:?}\n{:?}\n{:?}",
        ledger.read(id, 0, u32::MAX).await.unwrap(),
        ledger.commands(id, 0, u32::MAX).await.unwrap(),
        ledger.checkpoints(id, 0, u32::MAX).await.unwrap(),
        ports.blobs.list(id, None, u32::MAX).await.unwrap(),
    )
}

async fn order(ports: &Ports, id: &LedgerId) -> Vec<Digest> {
    ports.blobs.since(id, None, u32::MAX).await.unwrap().iter().map(|b| b.digest).collect()
}

/// The whole ledger as one part.
async fn part(ports: &Ports, id: &LedgerId) -> Part {
    Part {
        ledger: id.clone(),
        entries: ports.ledger.read(id, 0, u32::MAX).await.unwrap(),
        commands: ports.ledger.commands(id, 0, u32::MAX).await.unwrap(),
        checkpoints: ports.ledger.checkpoints(id, 0, u32::MAX).await.unwrap(),
        blobs: ports.blobs.since(id, None, u32::MAX).await.unwrap(),
    }
}

pub async fn a_copy_is_the_same_ledger(make: &dyn StoreFactory) {
    let (first, here, last) = (memory(), make.open().await.unwrap(), memory());
    let id = fill(&first).await.ledger;
    for (from, to) in [(&first, &here), (&here, &last)] {
        let copied = copy::ledger(side(from), side(to), &id, |_| ()).await.unwrap();
        assert_eq!(copied.entries, from.ledger.head(&id).await.unwrap().unwrap().seq);
        assert_eq!(all(to, &id).await, all(&first, &id).await);
        assert_eq!(order(to, &id).await, order(&first, &id).await);
    }
    assert_eq!(order(&here, &id).await.len() as u64, 81);
}

pub async fn a_copy_goes_on_where_it_ended(make: &dyn StoreFactory) {
    let (from, to) = (memory(), make.open().await.unwrap());
    let mut writer = fill(&from).await;
    copy::ledger(side(&from), side(&to), &writer.ledger, |_| ()).await.unwrap();
    assert_eq!(copy::ledger(side(&from), side(&to), &writer.ledger, |_| ()).await.unwrap().entries, 0);
    writer.write_blobs(&*from.ledger, "later", vec![text("later")]).await;
    let copied = copy::ledger(side(&from), side(&to), &writer.ledger, |_| ()).await.unwrap();
    assert_eq!((copied.entries, copied.blobs), (1, 1));
    assert_eq!(all(&to, &writer.ledger).await, all(&from, &writer.ledger).await);
}

/// A ledger that fails after some copies, as when the process ends there.
struct Failing {
    inner: Ports,
    left: Mutex<u32>,
}

#[async_trait]
impl crate::Ledger for Failing {
    async fn append(&self, append: crate::Append) -> Result<Appended, StoreError> {
        self.inner.ledger.append(append).await
    }
    async fn head(&self, id: &LedgerId) -> Result<Option<crate::Head>, StoreError> {
        self.inner.ledger.head(id).await
    }
    async fn read(
        &self,
        id: &LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<crate::StoredEntry>, StoreError> {
        self.inner.ledger.read(id, after, limit).await
    }
    async fn leaf_hashes(
        &self,
        id: &LedgerId,
        range: std::ops::Range<u64>,
    ) -> Result<Vec<Digest>, StoreError> {
        self.inner.ledger.leaf_hashes(id, range).await
    }
    async fn commands(
        &self,
        id: &LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<crate::CommandRecord>, StoreError> {
        self.inner.ledger.commands(id, after, limit).await
    }
    async fn command(
        &self,
        id: &LedgerId,
        command: &cuelight_core::ledger::CommandId,
    ) -> Result<Option<crate::CommandRecord>, StoreError> {
        self.inner.ledger.command(id, command).await
    }
    async fn checkpoint(
        &self,
        id: &LedgerId,
        at_most: Option<u64>,
    ) -> Result<Option<crate::StoredCheckpoint>, StoreError> {
        self.inner.ledger.checkpoint(id, at_most).await
    }
    async fn checkpoints(
        &self,
        id: &LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<crate::StoredCheckpoint>, StoreError> {
        self.inner.ledger.checkpoints(id, after, limit).await
    }
    async fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError> {
        self.inner.ledger.ledgers().await
    }
    async fn ends(&self) -> Result<Vec<(LedgerId, u64)>, StoreError> {
        self.inner.ledger.ends().await
    }
    async fn copy_in(&self, part: Part) -> Result<(), StoreError> {
        {
            let mut left = self.left.lock().unwrap();
            if *left == 0 {
                return Err(StoreError::Unavailable { what: "the process has ended".into() });
            }
            *left -= 1;
        }
        self.inner.ledger.copy_in(part).await
    }
    async fn save_state(&self, id: &LedgerId, state: crate::SavedState) -> Result<(), StoreError> {
        self.inner.ledger.save_state(id, state).await
    }
    async fn saved_state(
        &self,
        id: &LedgerId,
        format: u32,
        at_most: Option<u64>,
    ) -> Result<Option<crate::SavedState>, StoreError> {
        self.inner.ledger.saved_state(id, format, at_most).await
    }
    async fn drop_saved_states(&self, id: &LedgerId, before: u64) -> Result<u64, StoreError> {
        self.inner.ledger.drop_saved_states(id, before).await
    }
}

pub async fn a_copy_can_stop_after_any_step(make: &dyn StoreFactory) {
    let (from, to) = (memory(), make.open().await.unwrap());
    let id = fill(&from).await.ledger;
    let mut interrupted = 0;
    for steps in [0, 1, 1, 1, 1] {
        let failing = Failing { inner: to.clone(), left: Mutex::new(steps) };
        let target = Side { ledger: &failing, blobs: &*to.blobs };
        let copied = copy::ledger(side(&from), target, &id, |_| ()).await;
        // Whatever is there is whole: every entry has the blobs it refers to, as far as it came.
        let known = to.ledger.read(&id, 0, u32::MAX).await.unwrap();
        for entry in &known {
            let entry = cuelight_core::ledger::Entry::decode(&entry.bytes).unwrap();
            let refers: Vec<(Digest, BlobClass)> =
                serde_json::from_value(entry.body.get("blobs").cloned().unwrap_or_default())
                    .unwrap_or_default();
            for (digest, _) in refers {
                assert!(
                    to.blobs.get(&id, &digest).await.unwrap().is_some(),
                    "entry {} lacks {digest}",
                    entry.seq
                );
            }
        }
        interrupted += u32::from(copied.is_err());
    }
    assert_eq!(interrupted, 3);
    assert_eq!(all(&to, &id).await, all(&from, &id).await);
}

pub async fn a_copy_recognises_its_commands(make: &dyn StoreFactory) {
    let (from, to) = (memory(), make.open().await.unwrap());
    let mut writer = Writer::new(&ledger("sales"));
    let first = writer.write(&*from.ledger, "c-1", 2).await;
    copy::ledger(side(&from), side(&to), &writer.ledger, |_| ()).await.unwrap();
    let Appended::Duplicate(record) = to.ledger.append(first.clone()).await.unwrap() else {
        panic!("applied twice")
    };
    assert_eq!((record.first, record.last, record.fingerprint), (1, 2, Some(first.fingerprint)));
}

pub async fn appends_go_on_after_a_copy(make: &dyn StoreFactory) {
    let (from, to) = (memory(), make.open().await.unwrap());
    let mut writer = fill(&from).await;
    copy::ledger(side(&from), side(&to), &writer.ledger, |_| ()).await.unwrap();
    let seq = writer.seq();
    writer.write_blobs(&*to.ledger, "after", vec![text("after")]).await;
    assert_eq!(to.ledger.head(&writer.ledger).await.unwrap().unwrap().seq, seq + 1);
    assert_eq!(to.blobs.newest(&writer.ledger).await.unwrap(), Some(text("after").digest));
}

pub async fn a_part_elsewhere_is_a_conflict(make: &dyn StoreFactory) {
    let (from, to) = (memory(), make.open().await.unwrap());
    let id = fill(&from).await.ledger;
    let whole = part(&from, &id).await;
    let mut later = whole.clone();
    let cut = later.commands[0].last as usize;
    later.entries.drain(..cut);
    later.commands.remove(0);
    later.checkpoints.remove(0);
    assert!(matches!(to.ledger.copy_in(later).await, Err(StoreError::Conflict { .. })));
    assert_eq!(to.ledger.ledgers().await.unwrap(), []);
    to.ledger.copy_in(whole.clone()).await.unwrap();
    assert!(matches!(to.ledger.copy_in(whole).await, Err(StoreError::Conflict { .. })));
    assert_eq!(all(&to, &id).await, all(&from, &id).await);
}

pub async fn blobs_alone_need_a_ledger(make: &dyn StoreFactory) {
    let to = make.open().await.unwrap();
    let mut writer = Writer::new(&ledger("sales"));
    let blob = StoredBlob {
        digest: Digest::of_bytes(b"a"),
        class: BlobClass::Text,
        content: Content::Present(b"a".to_vec()),
    };
    let alone = Part {
        ledger: writer.ledger.clone(),
        entries: Vec::new(),
        commands: Vec::new(),
        checkpoints: Vec::new(),
        blobs: vec![blob.clone()],
    };
    assert!(matches!(to.ledger.copy_in(alone.clone()).await, Err(StoreError::Conflict { .. })));
    writer.write(&*to.ledger, "c-1", 1).await;
    for _ in 0..2 {
        to.ledger.copy_in(alone.clone()).await.unwrap();
    }
    assert_eq!(to.blobs.since(&writer.ledger, None, 10).await.unwrap(), [blob]);
}

pub async fn a_bad_part_is_refused_and_leaves_no_trace(make: &dyn StoreFactory) {
    let (from, to) = (memory(), make.open().await.unwrap());
    let id = fill(&from).await.ledger;
    let good = part(&from, &id).await;
    type Spoil = fn(&mut Part);
    let spoils: [(&str, Spoil); 10] = [
        ("a gap", |p| drop(p.entries.remove(3))),
        ("a foreign leaf", |p| p.entries[2].leaf = Digest::of_bytes(b"other")),
        ("time backwards", |p| p.entries[4].at = 0),
        ("an entry without a command", |p| drop(p.commands.pop())),
        ("a command of other entries", |p| p.commands[1].last += 1),
        ("a command under another name", |p| p.commands[1].command = "other".parse().unwrap()),
        ("a checkpoint beyond", |p| p.checkpoints.last_mut().unwrap().size += 1),
        ("a checkpoint twice", |p| p.checkpoints.push(p.checkpoints[0].clone())),
        ("a foreign digest", |p| p.blobs[0].digest = Digest::of_bytes(b"other")),
        ("an erased artifact", |p| {
            p.blobs.iter_mut().find(|b| b.class == BlobClass::Artifact).unwrap().content = Content::Erased;
        }),
    ];
    for (name, spoil) in spoils {
        let mut bad = good.clone();
        spoil(&mut bad);
        let refused = to.ledger.copy_in(bad).await;
        assert!(matches!(refused, Err(StoreError::Refused { .. })), "{name}: {refused:?}");
        assert_eq!(to.ledger.ledgers().await.unwrap(), [], "{name}");
    }
    let mut class = good.clone();
    to.ledger.copy_in(good).await.unwrap();
    class.entries.clear();
    class.commands.clear();
    class.checkpoints.clear();
    class.blobs.retain(|b| b.class == BlobClass::Artifact);
    class.blobs.truncate(1);
    class.blobs[0].class = BlobClass::Text;
    assert!(matches!(to.ledger.copy_in(class).await, Err(StoreError::Refused { .. })));
}

pub async fn erased_texts_are_copied_erased(make: &dyn StoreFactory) {
    let (from, to) = (memory(), make.open().await.unwrap());
    let id = fill(&from).await.ledger;
    copy::ledger(side(&from), side(&to), &id, |_| ()).await.unwrap();
    let found = to.blobs.get(&id, &text("text 7").digest).await.unwrap().unwrap();
    assert_eq!((found.content, found.class), (Content::Erased, BlobClass::Text));
}

pub async fn an_erasure_comes_later(make: &dyn StoreFactory) {
    let (from, to) = (memory(), make.open().await.unwrap());
    let id = fill(&from).await.ledger;
    copy::ledger(side(&from), side(&to), &id, |_| ()).await.unwrap();
    let gone = text("text 9").digest;
    from.blobs.erase(&id, &gone).await.unwrap();
    assert_eq!(copy::erasures(side(&from), side(&to), &id).await.unwrap(), 1);
    assert_eq!(copy::erasures(side(&from), side(&to), &id).await.unwrap(), 0);
    assert_eq!(to.blobs.get(&id, &gone).await.unwrap().unwrap().content, Content::Erased);
    // As a part too.
    let again = text("text 11").digest;
    from.blobs.erase(&id, &again).await.unwrap();
    let mut only = part(&from, &id).await;
    only.entries.clear();
    only.commands.clear();
    only.checkpoints.clear();
    to.ledger.copy_in(only).await.unwrap();
    assert_eq!(all(&to, &id).await, all(&from, &id).await);
}

pub async fn another_ledger_is_not_continued(make: &dyn StoreFactory) {
    let (from, to) = (memory(), make.open().await.unwrap());
    let mut here = Writer::new(&ledger("sales"));
    here.write(&*to.ledger, "here", 3).await;
    let id = fill(&from).await.ledger;
    let before = all(&to, &id).await;
    let copied = copy::ledger(side(&from), side(&to), &id, |_| ()).await;
    assert!(matches!(copied, Err(StoreError::Conflict { .. })), "{copied:?}");
    assert_eq!(all(&to, &id).await, before);
}

pub async fn a_ledger_ahead_is_not_continued(make: &dyn StoreFactory) {
    let (from, to) = (memory(), make.open().await.unwrap());
    let mut writer = fill(&from).await;
    copy::ledger(side(&from), side(&to), &writer.ledger, |_| ()).await.unwrap();
    writer.write(&*to.ledger, "ahead", 1).await;
    let copied = copy::ledger(side(&from), side(&to), &writer.ledger, |_| ()).await;
    assert!(matches!(copied, Err(StoreError::Conflict { .. })), "{copied:?}");
}

pub async fn sealed_values_are_copied(make: &dyn StoreFactory) {
    let (from, to) = (memory(), make.open().await.unwrap());
    let put = async |ports: &Ports, kind: &str, key: &str, value: &[u8]| {
        let key = VaultKey::new(kind, key);
        let was = ports.vault.get(&key).await.unwrap().map(|i| i.revision);
        ports.vault.put(&key, SecretBytes::new(value.to_vec()), was).await.unwrap();
    };
    for n in 0..9 {
        put(&from, "key", &format!("k{n}"), &noise(n)).await;
        put(&from, "session", &format!("s{n}"), b"not asked for").await;
    }
    put(&to, "key", "k3", b"an old value").await;
    put(&to, "key", "own", b"stays").await;
    assert_eq!(copy::vault(&*from.vault, &*to.vault, &["key", "token"]).await.unwrap(), 9);
    assert_eq!(copy::vault(&*from.vault, &*to.vault, &["key", "token"]).await.unwrap(), 0);
    let found = to.vault.list("key", None, 100).await.unwrap();
    assert_eq!(found.len(), 10);
    assert!(found.iter().find(|i| i.key == "k3").unwrap().value == SecretBytes::new(noise(3)));
    assert_eq!(to.vault.list("session", None, 100).await.unwrap().len(), 0);
}

pub async fn observations_are_copied_once(make: &dyn StoreFactory) {
    let (from, to) = (memory(), make.open().await.unwrap());
    let project: cuelight_artifact::ProjectName = "sales".parse().unwrap();
    let seen = |n: i64| Observation {
        id: format!("o-{n}"),
        project: project.clone(),
        at: n,
        kind: "k/1".into(),
        body: noise(n.unsigned_abs() as usize),
    };
    from.observations.append((0..30).map(seen).collect()).await.unwrap();
    to.observations.append((0..3).map(seen).collect()).await.unwrap();
    let copied = copy::observations(&*from.observations, &*to.observations, &project).await.unwrap();
    assert_eq!(copied, 27);
    assert_eq!(copy::observations(&*from.observations, &*to.observations, &project).await.unwrap(), 0);
    let filter = Filter { project: project.clone(), after: 0, limit: 100 };
    let bare = |found: Vec<(u64, Observation)>| found.into_iter().map(|(_, o)| o).collect::<Vec<_>>();
    assert_eq!(
        bare(to.observations.read(&filter).await.unwrap()),
        bare(from.observations.read(&filter).await.unwrap())
    );
}

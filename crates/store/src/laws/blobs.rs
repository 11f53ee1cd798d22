//! Blobs: stored with their append, found by digest, erased only when they may be.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "laws are tests: the name says it, a panic is a failure"
)]

use cuelight_artifact::Digest;
use cuelight_core::ledger::BlobClass;
use serde_json::json;

use super::sample::{Writer, artifact, ledger, noise, text};
use super::{Ports, StoreFactory};
use crate::{Appended, Content, Erased, NewBlob, StoreError, StoredBlob};

/// A store whose ledger has these blobs.
async fn with(make: &dyn StoreFactory, blobs: Vec<NewBlob>) -> (Ports, Writer) {
    let ports = make.open().await.unwrap();
    let mut writer = Writer::new(&ledger("sales"));
    writer.write_blobs(&*ports.ledger, "c-1", blobs).await;
    (ports, writer)
}

fn stored(blob: &NewBlob) -> StoredBlob {
    StoredBlob { digest: blob.digest, class: blob.class, content: Content::Present(blob.bytes.clone()) }
}

fn mark(blob: &NewBlob) -> StoredBlob {
    StoredBlob { content: Content::Erased, ..stored(blob) }
}

pub async fn blobs_come_with_their_append(make: &dyn StoreFactory) {
    let (a, b) = (artifact("a prompt"), text("a comment"));
    let (ports, writer) = with(make, vec![a.clone(), b.clone()]).await;
    for blob in [a, b] {
        assert_eq!(ports.blobs.get(&writer.ledger, &blob.digest).await.unwrap(), Some(stored(&blob)));
    }
}

pub async fn several_blobs_come_in_the_order_asked(make: &dyn StoreFactory) {
    let (a, b, unknown) = (artifact("a"), text("b"), Digest::of_bytes(b"?"));
    let (ports, writer) = with(make, vec![a.clone(), b.clone()]).await;
    let asked = [b.digest, unknown, a.digest, b.digest];
    let found = ports.blobs.get_many(&writer.ledger, &asked).await.unwrap();
    assert_eq!(found, [Some(stored(&b)), None, Some(stored(&a)), Some(stored(&b))]);
    assert_eq!(ports.blobs.get_many(&writer.ledger, &[]).await.unwrap(), []);
}

pub async fn an_unknown_blob_is_not_found(make: &dyn StoreFactory) {
    let (ports, writer) = with(make, vec![text("a")]).await;
    assert_eq!(ports.blobs.get(&writer.ledger, &Digest::of_bytes(b"b")).await.unwrap(), None);
}

pub async fn bytes_stored_twice_are_one_blob(make: &dyn StoreFactory) {
    let a = artifact("a");
    let (ports, mut writer) = with(make, vec![a.clone()]).await;
    writer.write_blobs(&*ports.ledger, "c-2", vec![a.clone()]).await;
    assert_eq!(ports.blobs.list(&writer.ledger, None, 10).await.unwrap(), [stored(&a)]);
}

pub async fn a_blob_given_twice_is_one_blob(make: &dyn StoreFactory) {
    let a = artifact("a");
    let (ports, writer) = with(make, vec![a.clone(), a.clone()]).await;
    assert_eq!(ports.blobs.list(&writer.ledger, None, 10).await.unwrap(), [stored(&a)]);
}

pub async fn another_class_for_stored_bytes_is_refused(make: &dyn StoreFactory) {
    let (ports, mut writer) = with(make, vec![artifact("a")]).await;
    let append = writer.next_with("c-2", vec![json!({})], vec![text("new"), text("a")]);
    let digest = append.blobs[0].digest;
    match ports.ledger.append(append).await {
        Err(StoreError::Refused { what }) => assert!(what.contains("stored with another class"), "{what}"),
        other => panic!("not refused: {other:?}"),
    }
    assert_eq!(ports.ledger.head(&writer.ledger).await.unwrap().unwrap().seq, 1);
    assert_eq!(ports.blobs.get(&writer.ledger, &digest).await.unwrap(), None);
}

pub async fn an_erased_text_leaves_a_mark(make: &dyn StoreFactory) {
    let (a, b) = (text("personal"), text("other"));
    let (ports, writer) = with(make, vec![a.clone(), b.clone()]).await;
    assert_eq!(ports.blobs.erase(&writer.ledger, &a.digest).await.unwrap(), Erased::Now);
    assert_eq!(ports.blobs.get(&writer.ledger, &a.digest).await.unwrap(), Some(mark(&a)));
    assert_eq!(ports.blobs.get(&writer.ledger, &b.digest).await.unwrap(), Some(stored(&b)));
    let listed = ports.blobs.list(&writer.ledger, None, 10).await.unwrap();
    assert!(listed.contains(&mark(&a)) && listed.contains(&stored(&b)) && listed.len() == 2);
}

pub async fn erasing_twice_changes_nothing(make: &dyn StoreFactory) {
    let a = text("personal");
    let (ports, writer) = with(make, vec![a.clone()]).await;
    assert_eq!(ports.blobs.erase(&writer.ledger, &a.digest).await.unwrap(), Erased::Now);
    assert_eq!(ports.blobs.erase(&writer.ledger, &a.digest).await.unwrap(), Erased::Before);
    assert_eq!(ports.blobs.get(&writer.ledger, &a.digest).await.unwrap(), Some(mark(&a)));
}

pub async fn an_artifact_cannot_be_erased(make: &dyn StoreFactory) {
    let a = artifact("a prompt");
    let (ports, writer) = with(make, vec![a.clone()]).await;
    match ports.blobs.erase(&writer.ledger, &a.digest).await {
        Err(StoreError::Refused { what }) => assert!(what.contains("only texts can be erased"), "{what}"),
        other => panic!("not refused: {other:?}"),
    }
    assert_eq!(ports.blobs.get(&writer.ledger, &a.digest).await.unwrap(), Some(stored(&a)));
}

pub async fn erasing_the_unknown_changes_nothing(make: &dyn StoreFactory) {
    let a = text("a");
    let (ports, writer) = with(make, vec![a.clone()]).await;
    assert_eq!(ports.blobs.erase(&writer.ledger, &Digest::of_bytes(b"?")).await.unwrap(), Erased::Unknown);
    assert_eq!(ports.blobs.erase(&ledger("nobody"), &a.digest).await.unwrap(), Erased::Unknown);
    assert_eq!(ports.blobs.list(&writer.ledger, None, 10).await.unwrap(), [stored(&a)]);
}

pub async fn an_erased_text_stays_erased(make: &dyn StoreFactory) {
    let a = text("personal");
    let (ports, mut writer) = with(make, vec![a.clone()]).await;
    ports.blobs.erase(&writer.ledger, &a.digest).await.unwrap();
    writer.write_blobs(&*ports.ledger, "c-2", vec![a.clone()]).await;
    assert_eq!(ports.blobs.get(&writer.ledger, &a.digest).await.unwrap(), Some(mark(&a)));
}

pub async fn blobs_belong_to_one_ledger(make: &dyn StoreFactory) {
    let a = text("a");
    let (ports, _) = with(make, vec![a.clone()]).await;
    let mut other = Writer::new(&ledger("support"));
    other.write(&*ports.ledger, "c-1", 1).await;
    assert_eq!(ports.blobs.get(&other.ledger, &a.digest).await.unwrap(), None);
    assert_eq!(ports.blobs.get_many(&other.ledger, &[a.digest]).await.unwrap(), [None]);
    assert_eq!(ports.blobs.list(&other.ledger, None, 10).await.unwrap(), []);
    let as_artifact = other.next_with("c-2", vec![json!({})], vec![artifact("a")]);
    assert_eq!(ports.ledger.append(as_artifact).await.unwrap(), Appended::Stored);
}

pub async fn erasing_spares_other_ledgers(make: &dyn StoreFactory) {
    let a = text("shared words");
    let (ports, writer) = with(make, vec![a.clone()]).await;
    let mut other = Writer::new(&ledger("support"));
    other.write_blobs(&*ports.ledger, "c-1", vec![a.clone()]).await;
    ports.blobs.erase(&writer.ledger, &a.digest).await.unwrap();
    assert_eq!(ports.blobs.get(&other.ledger, &a.digest).await.unwrap(), Some(stored(&a)));
}

pub async fn blob_pages_join(make: &dyn StoreFactory) {
    let mut blobs: Vec<NewBlob> = (0..7).map(|n| text(&format!("text {n}"))).collect();
    let (ports, writer) = with(make, blobs.clone()).await;
    blobs.sort_by_key(|b| b.digest);
    let all: Vec<StoredBlob> = blobs.iter().map(stored).collect();
    for size in 1..=8 {
        let mut joined: Vec<StoredBlob> = Vec::new();
        loop {
            let after = joined.last().map(|b| b.digest);
            let page = ports.blobs.list(&writer.ledger, after.as_ref(), size).await.unwrap();
            if page.is_empty() {
                break;
            }
            joined.extend(page);
        }
        assert_eq!(joined, all, "pages of {size}");
    }
}

pub async fn empty_and_large_blobs_are_kept(make: &dyn StoreFactory) {
    let blobs =
        vec![NewBlob::new(BlobClass::Text, Vec::new()), NewBlob::new(BlobClass::Artifact, noise(5 << 20))];
    let (ports, writer) = with(make, blobs.clone()).await;
    for blob in &blobs {
        assert!(ports.blobs.get(&writer.ledger, &blob.digest).await.unwrap() == Some(stored(blob)));
    }
    assert_eq!(ports.blobs.erase(&writer.ledger, &blobs[0].digest).await.unwrap(), Erased::Now);
    assert_eq!(ports.blobs.erase(&writer.ledger, &blobs[0].digest).await.unwrap(), Erased::Before);
}

pub async fn erasing_leaves_the_entries_alone(make: &dyn StoreFactory) {
    let a = text("personal");
    let (ports, writer) = with(make, vec![a.clone()]).await;
    let before = ports.ledger.read(&writer.ledger, 0, 10).await.unwrap();
    let notes = ports.ledger.checkpoints(&writer.ledger, 0, 10).await.unwrap();
    ports.blobs.erase(&writer.ledger, &a.digest).await.unwrap();
    assert_eq!(ports.ledger.read(&writer.ledger, 0, 10).await.unwrap(), before);
    assert_eq!(ports.ledger.checkpoints(&writer.ledger, 0, 10).await.unwrap(), notes);
}

pub async fn blobs_are_told_in_the_order_they_came(make: &dyn StoreFactory) {
    let (a, b, c, d) = (text("a"), text("b"), artifact("c"), text("d"));
    let (ports, mut writer) = with(make, vec![c.clone(), a.clone()]).await;
    let ledger = writer.ledger.clone();
    writer.write_blobs(&*ports.ledger, "c-2", vec![a.clone(), d.clone(), b.clone()]).await;
    let expected: Vec<StoredBlob> = [&c, &a, &d, &b].map(stored).to_vec();
    for size in 1..=5 {
        let mut joined: Vec<StoredBlob> = Vec::new();
        loop {
            let after = joined.last().map(|b| b.digest);
            let page = ports.blobs.since(&ledger, after.as_ref(), size).await.unwrap();
            if page.is_empty() {
                break;
            }
            joined.extend(page);
        }
        assert_eq!(joined, expected, "pages of {size}");
    }
    assert_eq!(ports.blobs.newest(&ledger).await.unwrap(), Some(b.digest));
    assert_eq!(ports.blobs.since(&ledger, None, 0).await.unwrap(), []);
    let mut other = Writer::new(&super::sample::ledger("support"));
    assert_eq!(ports.blobs.newest(&other.ledger).await.unwrap(), None);
    assert_eq!(ports.blobs.since(&other.ledger, None, 10).await.unwrap(), []);
    other.write(&*ports.ledger, "c-1", 1).await;
    assert_eq!(ports.blobs.newest(&other.ledger).await.unwrap(), None);
}

pub async fn nothing_continues_after_an_unknown_blob(make: &dyn StoreFactory) {
    let a = text("a");
    let (ports, writer) = with(make, vec![a]).await;
    let unknown = text("unknown").digest;
    let refused = ports.blobs.since(&writer.ledger, Some(&unknown), 10).await;
    assert!(matches!(refused, Err(StoreError::Refused { .. })), "{refused:?}");
}

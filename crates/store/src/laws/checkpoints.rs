//! Checkpoints: one with every append, found by size.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "laws are tests: the name says it, a panic is a failure"
)]

use super::sample::{Writer, ledger};
use super::{Ports, StoreFactory};
use crate::StoredCheckpoint;

/// A store with checkpoints over 2, 3 and 7 entries.
async fn three(make: &dyn StoreFactory) -> (Ports, Writer, Vec<StoredCheckpoint>) {
    let ports = make.open().await.unwrap();
    let mut writer = Writer::new(&ledger("sales"));
    let mut notes = Vec::new();
    for (command, count) in [("c-1", 2), ("c-2", 1), ("c-3", 4)] {
        let append = writer.write(&*ports.ledger, command, count).await;
        notes.push(StoredCheckpoint { size: writer.seq(), note: append.checkpoint });
    }
    (ports, writer, notes)
}

pub async fn every_append_leaves_its_checkpoint(make: &dyn StoreFactory) {
    let (ports, writer, notes) = three(make).await;
    assert_eq!(ports.ledger.checkpoints(&writer.ledger, 0, 10).await.unwrap(), notes);
}

pub async fn the_newest_checkpoint_is_given(make: &dyn StoreFactory) {
    let (ports, writer, notes) = three(make).await;
    assert_eq!(ports.ledger.checkpoint(&writer.ledger, None).await.unwrap().as_ref(), notes.last());
}

pub async fn an_older_checkpoint_is_found_by_size(make: &dyn StoreFactory) {
    let (ports, writer, notes) = three(make).await;
    for (at_most, expected) in [(2, 0), (3, 1), (4, 1), (6, 1), (7, 2), (8, 2)] {
        let found = ports.ledger.checkpoint(&writer.ledger, Some(at_most)).await.unwrap();
        assert_eq!(found.as_ref(), Some(&notes[expected]), "at most {at_most}");
    }
}

pub async fn there_is_no_checkpoint_before_the_first(make: &dyn StoreFactory) {
    let (ports, writer, _) = three(make).await;
    assert_eq!(ports.ledger.checkpoint(&writer.ledger, Some(1)).await.unwrap(), None);
    assert_eq!(ports.ledger.checkpoint(&writer.ledger, Some(0)).await.unwrap(), None);
}

pub async fn checkpoint_pages_join(make: &dyn StoreFactory) {
    let (ports, writer, notes) = three(make).await;
    let mut joined: Vec<StoredCheckpoint> = Vec::new();
    loop {
        let after = joined.last().map_or(0, |c| c.size);
        let page = ports.ledger.checkpoints(&writer.ledger, after, 1).await.unwrap();
        if page.is_empty() {
            break;
        }
        joined.extend(page);
    }
    assert_eq!(joined, notes);
    assert_eq!(ports.ledger.checkpoints(&writer.ledger, 2, 10).await.unwrap(), notes[1..]);
}

//! Reading: in order, in pages, one ledger at a time.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "laws are tests: the name says it, a panic is a failure"
)]

use cuelight_artifact::Digest;
use cuelight_core::ledger::LedgerId;
use cuelight_core::ledger::checkpoint::Checkpoint;
use cuelight_core::ledger::tree::Frontier;

use super::sample::{Writer, ledger, text, verifier};
use super::{Ports, StoreFactory};

/// A store with a ledger of seven entries in three commands.
async fn seven(make: &dyn StoreFactory) -> (Ports, Writer) {
    let ports = make.open().await.unwrap();
    let mut writer = Writer::new(&ledger("sales"));
    for (command, count) in [("c-1", 2), ("c-2", 1), ("c-3", 4)] {
        writer.write(&*ports.ledger, command, count).await;
    }
    (ports, writer)
}

pub async fn pages_join_without_gap_or_overlap(make: &dyn StoreFactory) {
    let (ports, writer) = seven(make).await;
    let all = ports.ledger.read(&writer.ledger, 0, u32::MAX).await.unwrap();
    for size in 1..=8 {
        let mut joined = Vec::new();
        loop {
            let after = joined.len() as u64;
            let page = ports.ledger.read(&writer.ledger, after, size).await.unwrap();
            assert!(page.len() as u64 <= u64::from(size));
            if page.is_empty() {
                break;
            }
            joined.extend(page);
        }
        assert_eq!(joined, all, "pages of {size}");
    }
}

pub async fn after_the_end_there_is_nothing(make: &dyn StoreFactory) {
    let (ports, writer) = seven(make).await;
    assert_eq!(ports.ledger.read(&writer.ledger, 7, 10).await.unwrap(), []);
    assert_eq!(ports.ledger.read(&writer.ledger, 700, 10).await.unwrap(), []);
}

pub async fn a_limit_of_zero_gives_nothing(make: &dyn StoreFactory) {
    let (ports, writer) = seven(make).await;
    assert_eq!(ports.ledger.read(&writer.ledger, 0, 0).await.unwrap(), []);
    assert_eq!(ports.ledger.checkpoints(&writer.ledger, 0, 0).await.unwrap(), []);
    assert_eq!(ports.blobs.list(&writer.ledger, None, 0).await.unwrap(), []);
}

pub async fn an_unknown_ledger_is_empty(make: &dyn StoreFactory) {
    let (ports, _) = seven(make).await;
    let unknown = ledger("nobody");
    assert_eq!(ports.ledger.head(&unknown).await.unwrap(), None);
    assert_eq!(ports.ledger.read(&unknown, 0, 10).await.unwrap(), []);
    assert_eq!(ports.ledger.leaf_hashes(&unknown, 0..10).await.unwrap(), []);
    assert_eq!(ports.ledger.checkpoint(&unknown, None).await.unwrap(), None);
    assert_eq!(ports.ledger.checkpoints(&unknown, 0, 10).await.unwrap(), []);
    assert_eq!(ports.ledger.saved_state(&unknown, 1, None).await.unwrap(), None);
    assert_eq!(ports.ledger.drop_saved_states(&unknown, u64::MAX).await.unwrap(), 0);
    assert_eq!(ports.blobs.get_many(&unknown, &[Digest::of_bytes(b"x")]).await.unwrap(), [None]);
    assert_eq!(ports.blobs.list(&unknown, None, 10).await.unwrap(), []);
}

pub async fn leaf_hashes_are_those_stored(make: &dyn StoreFactory) {
    let (ports, writer) = seven(make).await;
    let all: Vec<_> =
        ports.ledger.read(&writer.ledger, 0, 10).await.unwrap().into_iter().map(|e| e.leaf).collect();
    for start in 1..=7_u64 {
        for end in start..=8 {
            let expected = &all[usize::try_from(start - 1).unwrap()..usize::try_from(end - 1).unwrap()];
            assert_eq!(ports.ledger.leaf_hashes(&writer.ledger, start..end).await.unwrap(), expected);
        }
    }
}

pub async fn leaf_hashes_stop_at_the_end(make: &dyn StoreFactory) {
    let (ports, writer) = seven(make).await;
    assert_eq!(ports.ledger.leaf_hashes(&writer.ledger, 6..100).await.unwrap().len(), 2);
    assert_eq!(ports.ledger.leaf_hashes(&writer.ledger, 0..100).await.unwrap().len(), 7);
    assert_eq!(ports.ledger.leaf_hashes(&writer.ledger, 8..100).await.unwrap(), []);
}

pub async fn an_empty_range_has_no_leaf_hashes(make: &dyn StoreFactory) {
    let (ports, writer) = seven(make).await;
    assert_eq!(ports.ledger.leaf_hashes(&writer.ledger, 3..3).await.unwrap(), []);
    let (start, end) = (5, 2);
    assert_eq!(ports.ledger.leaf_hashes(&writer.ledger, start..end).await.unwrap(), []);
}

pub async fn leaf_hashes_give_the_signed_root(make: &dyn StoreFactory) {
    let (ports, writer) = seven(make).await;
    for stored in ports.ledger.checkpoints(&writer.ledger, 0, 10).await.unwrap() {
        let signed = Checkpoint::open(&stored.note, &verifier()).unwrap();
        assert_eq!(signed.size, stored.size);
        let mut tree = Frontier::new();
        for leaf in ports.ledger.leaf_hashes(&writer.ledger, 1..stored.size + 1).await.unwrap() {
            tree.push(leaf);
        }
        assert_eq!((tree.size(), tree.root()), (signed.size, signed.root));
    }
}

pub async fn the_largest_positions_are_only_empty(make: &dyn StoreFactory) {
    let (ports, writer) = seven(make).await;
    let ledger = &writer.ledger;
    assert_eq!(ports.ledger.read(ledger, u64::MAX, u32::MAX).await.unwrap(), []);
    assert_eq!(ports.ledger.leaf_hashes(ledger, u64::MAX - 1..u64::MAX).await.unwrap(), []);
    assert_eq!(ports.ledger.leaf_hashes(ledger, 1..u64::MAX).await.unwrap().len(), 7);
    assert_eq!(ports.ledger.checkpoints(ledger, u64::MAX, 10).await.unwrap(), []);
    assert_eq!(ports.ledger.checkpoint(ledger, Some(u64::MAX)).await.unwrap().unwrap().size, 7);
    assert_eq!(ports.ledger.saved_state(ledger, u32::MAX, Some(u64::MAX)).await.unwrap(), None);
}

pub async fn ledgers_do_not_see_each_other(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let mut sales = Writer::new(&ledger("sales"));
    let mut home = Writer::new(&LedgerId::Installation);
    let first = sales.write_blobs(&*ports.ledger, "c-1", vec![text("ours")]).await;
    home.write(&*ports.ledger, "c-2", 3).await;
    sales.write(&*ports.ledger, "c-3", 1).await;
    assert_eq!(ports.ledger.head(&sales.ledger).await.unwrap().unwrap().seq, 2);
    assert_eq!(ports.ledger.head(&home.ledger).await.unwrap().unwrap().seq, 3);
    let commands = |entries: Vec<crate::StoredEntry>| {
        entries.into_iter().map(|e| e.command.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(commands(ports.ledger.read(&sales.ledger, 0, 10).await.unwrap()), ["c-1", "c-3"]);
    assert_eq!(commands(ports.ledger.read(&home.ledger, 0, 10).await.unwrap()), ["c-2", "c-2", "c-2"]);
    assert_eq!(ports.ledger.leaf_hashes(&home.ledger, 1..9).await.unwrap().len(), 3);
    assert_eq!(ports.ledger.checkpoints(&home.ledger, 0, 10).await.unwrap().len(), 1);
    assert_eq!(ports.blobs.get(&home.ledger, &first.blobs[0].digest).await.unwrap(), None);
}

pub async fn ledgers_are_listed_in_order(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    assert_eq!(ports.ledger.ledgers().await.unwrap(), []);
    let mut all = vec![ledger("z"), ledger("a-b"), LedgerId::Installation, ledger("a"), ledger("a0")];
    for ledger in &all {
        Writer::new(ledger).write(&*ports.ledger, "c-1", 1).await;
    }
    all.sort();
    assert_eq!(ports.ledger.ledgers().await.unwrap(), all);
}

pub async fn similar_ledger_names_are_different_ledgers(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let all = [LedgerId::Installation, ledger("installation"), ledger("project"), ledger("a"), ledger("a-a")];
    for (n, ledger) in (1..).zip(&all) {
        Writer::new(ledger).write(&*ports.ledger, "c-1", n).await;
    }
    for (n, ledger) in (1..).zip(&all) {
        assert_eq!(ports.ledger.head(ledger).await.unwrap().unwrap().seq, n, "{ledger}");
    }
}

pub async fn ends_are_those_of_all_ledgers(make: &dyn StoreFactory) {
    let (ports, sales) = seven(make).await;
    let mut ids = vec![(sales.ledger.clone(), 7)];
    for (n, id) in [ledger("support"), LedgerId::Installation, ledger("a")].into_iter().enumerate() {
        let count = n as u64 + 1;
        Writer::new(&id).write(&*ports.ledger, "c-1", count).await;
        ids.push((id, count));
    }
    ids.sort();
    assert_eq!(ports.ledger.ends().await.unwrap(), ids);
}

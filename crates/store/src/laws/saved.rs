//! Saved states: kept per ledger, position and format; always replaceable.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "laws are tests: the name says it, a panic is a failure"
)]

use super::sample::{Writer, ledger, noise};
use super::{Ports, StoreFactory};
use crate::{SavedState, StoreError};

fn state(seq: u64, format: u32, bytes: &[u8]) -> SavedState {
    SavedState { seq, format, bytes: bytes.to_vec() }
}

/// A store with a ledger of nine entries.
async fn nine(make: &dyn StoreFactory) -> (Ports, Writer) {
    let ports = make.open().await.unwrap();
    let mut writer = Writer::new(&ledger("sales"));
    writer.write(&*ports.ledger, "c-1", 9).await;
    (ports, writer)
}

pub async fn a_saved_state_is_read_back(make: &dyn StoreFactory) {
    let (ports, writer) = nine(make).await;
    assert_eq!(ports.ledger.saved_state(&writer.ledger, 1, None).await.unwrap(), None);
    ports.ledger.save_state(&writer.ledger, state(4, 1, b"four\0\xff")).await.unwrap();
    let found = ports.ledger.saved_state(&writer.ledger, 1, None).await.unwrap();
    assert_eq!(found, Some(state(4, 1, b"four\0\xff")));
}

pub async fn the_newest_saved_state_is_given(make: &dyn StoreFactory) {
    let (ports, writer) = nine(make).await;
    for seq in [4, 8, 6] {
        ports.ledger.save_state(&writer.ledger, state(seq, 1, b"s")).await.unwrap();
    }
    assert_eq!(ports.ledger.saved_state(&writer.ledger, 1, None).await.unwrap(), Some(state(8, 1, b"s")));
}

pub async fn a_saved_state_before_a_position(make: &dyn StoreFactory) {
    let (ports, writer) = nine(make).await;
    for seq in [4, 6, 8] {
        ports.ledger.save_state(&writer.ledger, state(seq, 1, b"s")).await.unwrap();
    }
    for (at_most, expected) in [(3, None), (4, Some(4)), (5, Some(4)), (7, Some(6)), (9, Some(8))] {
        let found = ports.ledger.saved_state(&writer.ledger, 1, Some(at_most)).await.unwrap();
        assert_eq!(found.map(|s| s.seq), expected, "at most {at_most}");
    }
}

pub async fn saved_states_of_other_formats_are_not_found(make: &dyn StoreFactory) {
    let (ports, writer) = nine(make).await;
    ports.ledger.save_state(&writer.ledger, state(4, 1, b"old")).await.unwrap();
    ports.ledger.save_state(&writer.ledger, state(4, u32::MAX, b"new")).await.unwrap();
    assert_eq!(ports.ledger.saved_state(&writer.ledger, 1, None).await.unwrap(), Some(state(4, 1, b"old")));
    assert_eq!(ports.ledger.saved_state(&writer.ledger, 2, None).await.unwrap(), None);
    let newest = ports.ledger.saved_state(&writer.ledger, u32::MAX, None).await.unwrap();
    assert_eq!(newest, Some(state(4, u32::MAX, b"new")));
}

pub async fn saving_again_replaces(make: &dyn StoreFactory) {
    let (ports, writer) = nine(make).await;
    ports.ledger.save_state(&writer.ledger, state(4, 1, b"first")).await.unwrap();
    ports.ledger.save_state(&writer.ledger, state(4, 1, b"second")).await.unwrap();
    let found = ports.ledger.saved_state(&writer.ledger, 1, None).await.unwrap();
    assert_eq!(found, Some(state(4, 1, b"second")));
    assert_eq!(ports.ledger.drop_saved_states(&writer.ledger, u64::MAX).await.unwrap(), 1);
}

pub async fn dropping_leaves_newer_states(make: &dyn StoreFactory) {
    let (ports, writer) = nine(make).await;
    for (seq, format) in [(4, 1), (6, 1), (4, 2), (8, 1)] {
        ports.ledger.save_state(&writer.ledger, state(seq, format, b"s")).await.unwrap();
    }
    assert_eq!(ports.ledger.drop_saved_states(&writer.ledger, 6).await.unwrap(), 2);
    assert_eq!(ports.ledger.saved_state(&writer.ledger, 1, Some(7)).await.unwrap(), Some(state(6, 1, b"s")));
    assert_eq!(ports.ledger.saved_state(&writer.ledger, 1, Some(5)).await.unwrap(), None);
    assert_eq!(ports.ledger.saved_state(&writer.ledger, 2, None).await.unwrap(), None);
}

pub async fn dropping_all_leaves_none(make: &dyn StoreFactory) {
    let (ports, writer) = nine(make).await;
    ports.ledger.save_state(&writer.ledger, state(9, 1, b"s")).await.unwrap();
    assert_eq!(ports.ledger.drop_saved_states(&writer.ledger, u64::MAX).await.unwrap(), 1);
    assert_eq!(ports.ledger.saved_state(&writer.ledger, 1, None).await.unwrap(), None);
    assert_eq!(ports.ledger.drop_saved_states(&writer.ledger, u64::MAX).await.unwrap(), 0);
}

pub async fn a_state_beyond_the_head_is_refused(make: &dyn StoreFactory) {
    let (ports, writer) = nine(make).await;
    ports.ledger.save_state(&writer.ledger, state(9, 1, b"s")).await.unwrap();
    for (ledger, seq) in
        [(writer.ledger.clone(), 10), (writer.ledger.clone(), u64::MAX), (ledger("nobody"), 1)]
    {
        match ports.ledger.save_state(&ledger, state(seq, 1, b"s")).await {
            Err(StoreError::Refused { what }) => assert!(what.contains(&format!("no entry {seq}")), "{what}"),
            other => panic!("not refused: {other:?}"),
        }
    }
}

pub async fn saved_states_belong_to_one_ledger(make: &dyn StoreFactory) {
    let (ports, writer) = nine(make).await;
    let mut other = Writer::new(&ledger("support"));
    other.write(&*ports.ledger, "c-1", 9).await;
    ports.ledger.save_state(&writer.ledger, state(4, 1, b"sales")).await.unwrap();
    assert_eq!(ports.ledger.saved_state(&other.ledger, 1, None).await.unwrap(), None);
    assert_eq!(ports.ledger.drop_saved_states(&other.ledger, u64::MAX).await.unwrap(), 0);
    assert!(ports.ledger.saved_state(&writer.ledger, 1, None).await.unwrap().is_some());
}

pub async fn an_empty_and_a_large_state_are_kept(make: &dyn StoreFactory) {
    let (ports, writer) = nine(make).await;
    for (seq, bytes) in [(1, Vec::new()), (2, noise(4 << 20))] {
        ports.ledger.save_state(&writer.ledger, state(seq, 1, &bytes)).await.unwrap();
        let found = ports.ledger.saved_state(&writer.ledger, 1, None).await.unwrap().unwrap();
        assert!(found.seq == seq && found.bytes == bytes);
    }
}

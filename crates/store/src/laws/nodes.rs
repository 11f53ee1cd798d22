//! Presence: the last word of each server, until it is forgotten.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "laws are tests: the name says it, a panic is a failure"
)]

use super::StoreFactory;
use super::sample::noise;
use crate::{NodeRecord, StoreError};

fn node(id: &str, at: i64, report: &[u8]) -> NodeRecord {
    NodeRecord { id: id.into(), at, report: report.to_vec() }
}

pub async fn a_beat_is_read_back(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    assert_eq!(ports.nodes.nodes().await.unwrap(), []);
    ports.nodes.beat(node("n-1", 7, b"{}")).await.unwrap();
    assert_eq!(ports.nodes.nodes().await.unwrap(), [node("n-1", 7, b"{}")]);
}

pub async fn a_later_beat_replaces(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    for (at, report) in [(7, "one"), (9, "two"), (8, "a clock that was set back")] {
        ports.nodes.beat(node("n-1", at, report.as_bytes())).await.unwrap();
    }
    assert_eq!(ports.nodes.nodes().await.unwrap(), [node("n-1", 8, b"a clock that was set back")]);
}

pub async fn nodes_are_listed_in_byte_order(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    for id in ["b", "ä", "a", "B", "a-1", "10", "9"] {
        ports.nodes.beat(node(id, 1, b"")).await.unwrap();
    }
    let ids: Vec<String> = ports.nodes.nodes().await.unwrap().into_iter().map(|n| n.id).collect();
    assert_eq!(ids, ["10", "9", "B", "a", "a-1", "b", "ä"]);
}

pub async fn old_beats_are_forgotten(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    for at in [-5, 0, 5, 10] {
        ports.nodes.beat(node(&format!("n{at}"), at, b"")).await.unwrap();
    }
    assert_eq!(ports.nodes.forget(5).await.unwrap(), 2);
    assert_eq!(ports.nodes.forget(5).await.unwrap(), 0);
    let left: Vec<i64> = ports.nodes.nodes().await.unwrap().into_iter().map(|n| n.at).collect();
    assert_eq!(left, [10, 5]);
}

pub async fn bad_node_ids_are_refused(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    for id in [String::new(), "a\0b".into(), "x".repeat(513)] {
        match ports.nodes.beat(node(&id, 1, b"")).await {
            Err(StoreError::Refused { .. }) => {}
            other => panic!("{id:?} was not refused: {other:?}"),
        }
    }
    assert_eq!(ports.nodes.nodes().await.unwrap(), []);
}

pub async fn odd_reports_are_kept(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    for report in [Vec::new(), b"\0\xff\xfe'".to_vec(), noise(1 << 20)] {
        ports.nodes.beat(node("n-1", i64::MAX, &report)).await.unwrap();
        assert!(ports.nodes.nodes().await.unwrap() == [node("n-1", i64::MAX, &report)]);
    }
}

//! Observations: each id once, in a stream that only goes forward, until pruned.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "laws are tests: the name says it, a panic is a failure"
)]

use cuelight_artifact::ProjectName;

use super::{Ports, StoreFactory};
use crate::{Cursor, Filter, MAX_KEY, Observation, StoreError, Taken};

fn project(name: &str) -> ProjectName {
    name.parse().unwrap()
}

fn seen(id: &str, at: i64) -> Observation {
    let (project, kind) = (project("sales"), "call/1".to_owned());
    Observation { id: id.into(), project, at, kind, body: format!("body of {id}").into_bytes() }
}

async fn all(ports: &Ports, name: &str) -> Vec<(Cursor, Observation)> {
    let filter = Filter { project: project(name), after: 0, limit: u32::MAX };
    ports.observations.read(&filter).await.unwrap()
}

fn ids(found: &[(Cursor, Observation)]) -> Vec<&str> {
    found.iter().map(|(_, o)| o.id.as_str()).collect()
}

pub async fn a_batch_is_read_back_in_order(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    // In order of storing, not of time.
    let batch = vec![seen("a", 3), seen("b", i64::MIN), seen("c", i64::MAX)];
    assert_eq!(ports.observations.append(batch.clone()).await.unwrap(), Taken { new: 3, known: 0 });
    let found = all(&ports, "sales").await;
    assert!(found.is_sorted_by(|a, b| a.0 < b.0) && found[0].0 > 0);
    assert_eq!(found.into_iter().map(|(_, o)| o).collect::<Vec<_>>(), batch);
}

pub async fn an_id_counts_once(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    ports.observations.append(vec![seen("a", 1), seen("b", 2)]).await.unwrap();
    let taken = ports.observations.append(vec![seen("b", 2), seen("c", 3), seen("a", 1)]).await.unwrap();
    assert_eq!(taken, Taken { new: 1, known: 2 });
    assert_eq!(ids(&all(&ports, "sales").await), ["a", "b", "c"]);
}

pub async fn an_id_counts_once_within_a_batch(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let taken = ports.observations.append(vec![seen("a", 1), seen("a", 2), seen("b", 3)]).await.unwrap();
    assert_eq!(taken, Taken { new: 2, known: 1 });
}

pub async fn the_first_of_an_id_is_kept(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    ports.observations.append(vec![seen("a", 1)]).await.unwrap();
    ports.observations.append(vec![Observation { body: b"forged".to_vec(), ..seen("a", 9) }]).await.unwrap();
    assert_eq!(all(&ports, "sales").await[0].1, seen("a", 1));
}

pub async fn ids_belong_to_one_project(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let other = Observation { project: project("support"), ..seen("a", 1) };
    let taken = ports.observations.append(vec![seen("a", 1), other.clone()]).await.unwrap();
    assert_eq!(taken, Taken { new: 2, known: 0 });
    assert_eq!(all(&ports, "sales").await.len(), 1);
    assert_eq!(all(&ports, "support").await[0].1, other);
    assert_eq!(all(&ports, "nobody").await, []);
}

pub async fn observation_pages_join(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    for n in 0..7 {
        let other = Observation { project: project("support"), ..seen("x", n) };
        ports.observations.append(vec![seen(&format!("a-{n}"), n), other]).await.unwrap();
    }
    let whole = all(&ports, "sales").await;
    assert_eq!(whole.len(), 7);
    for limit in 1..=8 {
        let mut joined: Vec<(Cursor, Observation)> = Vec::new();
        loop {
            let after = joined.last().map_or(0, |(cursor, _)| *cursor);
            let filter = Filter { project: project("sales"), after, limit };
            let page = ports.observations.read(&filter).await.unwrap();
            if page.is_empty() {
                break;
            }
            joined.extend(page);
        }
        assert_eq!(joined, whole, "pages of {limit}");
    }
    let none = Filter { project: project("sales"), after: 0, limit: 0 };
    assert_eq!(ports.observations.read(&none).await.unwrap(), []);
    let end = Filter { project: project("sales"), after: u64::MAX, limit: 9 };
    assert_eq!(ports.observations.read(&end).await.unwrap(), []);
}

pub async fn pruning_takes_only_what_is_older(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    ports
        .observations
        .append(vec![seen("a", 10), seen("b", 30), seen("c", 20), seen("d", 19)])
        .await
        .unwrap();
    assert_eq!(ports.observations.prune(&project("sales"), 20).await.unwrap(), 2);
    assert_eq!(ids(&all(&ports, "sales").await), ["b", "c"]);
    assert_eq!(ports.observations.prune(&project("sales"), 20).await.unwrap(), 0);
}

pub async fn pruning_spares_other_projects(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let other = Observation { project: project("support"), ..seen("a", 1) };
    ports.observations.append(vec![seen("a", 1), other]).await.unwrap();
    assert_eq!(ports.observations.prune(&project("sales"), i64::MAX).await.unwrap(), 1);
    assert_eq!(ports.observations.prune(&project("nobody"), i64::MAX).await.unwrap(), 0);
    assert_eq!(all(&ports, "support").await.len(), 1);
}

pub async fn a_cursor_is_never_used_twice(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    ports.observations.append(vec![seen("a", 1), seen("b", 2)]).await.unwrap();
    let last = all(&ports, "sales").await[1].0;
    ports.observations.prune(&project("sales"), i64::MAX).await.unwrap();
    ports.observations.append(vec![seen("c", 3)]).await.unwrap();
    assert!(all(&ports, "sales").await[0].0 > last);
}

pub async fn a_pruned_id_may_come_again(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    ports.observations.append(vec![seen("a", 1)]).await.unwrap();
    ports.observations.prune(&project("sales"), 2).await.unwrap();
    let taken = ports.observations.append(vec![seen("a", 5)]).await.unwrap();
    assert_eq!(taken, Taken { new: 1, known: 0 });
}

pub async fn an_empty_batch_is_taken(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    assert_eq!(ports.observations.append(Vec::new()).await.unwrap(), Taken::default());
    assert_eq!(all(&ports, "sales").await, []);
}

pub async fn one_bad_observation_refuses_the_batch(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let long = "x".repeat(MAX_KEY + 1);
    let bad_kind = Observation { kind: String::new(), ..seen("b", 1) };
    for bad in [seen("", 1), seen("a\0b", 1), seen(&long, 1), bad_kind] {
        match ports.observations.append(vec![seen("a", 1), bad]).await {
            Err(StoreError::Refused { .. }) => {}
            other => panic!("not refused: {other:?}"),
        }
    }
    assert_eq!(all(&ports, "sales").await, []);
}

pub async fn odd_ids_and_bodies_are_kept(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let longest = "é".repeat(MAX_KEY / 2);
    let mut batch: Vec<Observation> = ["🎛️", "a'b", "A'B", " ", "\u{202e}", "é", "e\u{301}", &longest]
        .iter()
        .map(|id| seen(id, 1))
        .collect();
    batch[0].body = Vec::new();
    batch[1].body = b"\0\xff\0".to_vec();
    ports.observations.append(batch.clone()).await.unwrap();
    assert_eq!(all(&ports, "sales").await.into_iter().map(|(_, o)| o).collect::<Vec<_>>(), batch);
}

//! Many at once: the outcome is that of some order, and nobody sees half of anything.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "laws are tests: the name says it, a panic is a failure"
)]

use cuelight_core::ledger::{LedgerId, Seq};
use tokio::task::JoinSet;

use super::sample::{Writer, ledger};
use super::{Ports, StoreFactory};
use crate::{Appended, Filter, Observation, Put, SecretBytes, VaultKey};

/// Appends until it is stored, catching up as a server would.
async fn insist(ports: Ports, ledger: LedgerId, command: String, count: u64) -> Appended {
    loop {
        let mut writer = Writer::at_end(&ledger, &*ports.ledger).await;
        match ports.ledger.append(writer.next(&command, count)).await.unwrap() {
            Appended::Behind { .. } => tokio::task::yield_now().await,
            done => return done,
        }
    }
}

pub async fn sixteen_writers_make_one_gapless_ledger(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let id = ledger("sales");
    let mut tasks = JoinSet::new();
    for writer in 0..16_u64 {
        let (ports, id) = (ports.clone(), id.clone());
        tasks.spawn(async move {
            for n in 0..4 {
                let command = format!("w{writer}-{n}");
                assert_eq!(insist(ports.clone(), id.clone(), command, 1 + n % 3).await, Appended::Stored);
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let entries = ports.ledger.read(&id, 0, 1000).await.unwrap();
    assert_eq!(entries.len(), 16 * 7);
    assert!((1..).zip(&entries).all(|(seq, e): (Seq, _)| e.seq == seq));
    // Every entry was decided on exactly the entries before it.
    let mut tree = cuelight_core::ledger::tree::Frontier::new();
    for stored in &entries {
        let entry = cuelight_core::ledger::Entry::decode(&stored.bytes).unwrap();
        assert_eq!(entry.prev, tree.root(), "entry {}", stored.seq);
        tree.push(stored.leaf);
    }
}

pub async fn one_of_many_equal_commands_applies(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let id = ledger("sales");
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        tasks.spawn(insist(ports.clone(), id.clone(), "once".into(), 2));
    }
    let (mut stored, mut repeats) = (0, 0);
    while let Some(done) = tasks.join_next().await {
        match done.unwrap() {
            Appended::Stored => stored += 1,
            Appended::Duplicate(record) => {
                assert_eq!((record.first, record.last), (1, 2));
                repeats += 1;
            }
            Appended::Behind { .. } => panic!("gave up"),
        }
    }
    assert_eq!((stored, repeats), (1, 15));
    assert_eq!(ports.ledger.head(&id).await.unwrap().unwrap().seq, 2);
}

pub async fn readers_never_see_half_an_append(make: &dyn StoreFactory) {
    const ENTRIES: u64 = 50;
    let ports = make.open().await.unwrap();
    let id = ledger("sales");
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let (ports, id) = (ports.clone(), id.clone());
        readers.spawn(async move {
            let mut seen = 0;
            while seen < 20 * ENTRIES {
                let entries = ports.ledger.read(&id, 0, 10_000).await.unwrap();
                let head = ports.ledger.head(&id).await.unwrap().map_or(0, |h| h.seq);
                let signed = ports.ledger.checkpoint(&id, None).await.unwrap().map_or(0, |c| c.size);
                let count = entries.len() as u64;
                assert_eq!((count % ENTRIES, head % ENTRIES, signed % ENTRIES), (0, 0, 0));
                assert!(seen <= count && count <= head && head <= signed, "{seen} {count} {head} {signed}");
                seen = signed;
                tokio::task::yield_now().await;
            }
        });
    }
    let mut writer = Writer::new(&id);
    for n in 0..20 {
        writer.write(&*ports.ledger, &format!("c-{n}"), ENTRIES).await;
    }
    while let Some(done) = readers.join_next().await {
        done.unwrap();
    }
}

pub async fn writers_to_other_ledgers_do_not_conflict(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..8 {
        let ports = ports.clone();
        tasks.spawn(async move {
            let mut writer = Writer::new(&ledger(&format!("project-{n}")));
            for c in 0..5 {
                writer.write(&*ports.ledger, &format!("c-{c}"), 1).await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let ledgers = ports.ledger.ledgers().await.unwrap();
    assert_eq!(ledgers.len(), 8);
    for ledger in ledgers {
        assert_eq!(ports.ledger.head(&ledger).await.unwrap().unwrap().seq, 5);
    }
}

pub async fn sixteen_counters_lose_no_step(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let key = VaultKey::new("counter", "c");
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let (ports, key) = (ports.clone(), key.clone());
        tasks.spawn(async move {
            loop {
                let found = ports.vault.get(&key).await.unwrap();
                let count = found.as_ref().map_or(0, |i| i.value.expose().len());
                let next = SecretBytes::new(vec![b'|'; count + 1]);
                if let Put::Stored { .. } =
                    ports.vault.put(&key, next, found.map(|i| i.revision)).await.unwrap()
                {
                    return;
                }
                tokio::task::yield_now().await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(ports.vault.get(&key).await.unwrap().unwrap().value.expose().len(), 16);
}

pub async fn equal_batches_count_once(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let batch: Vec<Observation> = (0..50)
        .map(|n| Observation {
            id: format!("o-{n}"),
            project: "sales".parse().unwrap(),
            at: n,
            kind: "call/1".into(),
            body: vec![b'x'; 10],
        })
        .collect();
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (ports, batch) = (ports.clone(), batch.clone());
        tasks.spawn(async move { ports.observations.append(batch).await.unwrap() });
    }
    let (mut new, mut known) = (0, 0);
    while let Some(done) = tasks.join_next().await {
        let taken = done.unwrap();
        new += taken.new;
        known += taken.known;
    }
    assert_eq!((new, known), (50, 350));
    let filter = Filter { project: "sales".parse().unwrap(), after: 0, limit: 1000 };
    assert_eq!(ports.observations.read(&filter).await.unwrap().len(), 50);
}

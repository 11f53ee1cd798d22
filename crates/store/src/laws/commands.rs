//! Commands: each applies at most once per ledger, and is found again.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "laws are tests: the name says it, a panic is a failure"
)]

use cuelight_artifact::Digest;
use serde_json::json;

use super::sample::{Writer, ledger, text};
use super::{Ports, StoreFactory};
use crate::{Appended, CommandRecord};

async fn fresh(make: &dyn StoreFactory) -> (Ports, Writer) {
    (make.open().await.unwrap(), Writer::new(&ledger("sales")))
}

fn record(command: &str, first: u64, last: u64) -> CommandRecord {
    let fingerprint = Some(Digest::of_bytes(command.as_bytes()));
    CommandRecord { command: command.parse().unwrap(), first, last, fingerprint }
}

pub async fn a_repeated_command_is_recognised(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    writer.write(&*ports.ledger, "c-1", 2).await;
    let again = writer.next("c-1", 1);
    assert_eq!(ports.ledger.append(again).await.unwrap(), Appended::Duplicate(record("c-1", 1, 2)));
}

pub async fn a_repeat_is_recognised_before_a_conflict(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let first = writer.write(&*ports.ledger, "c-1", 1).await;
    writer.write(&*ports.ledger, "c-2", 1).await;
    assert_eq!(ports.ledger.append(first).await.unwrap(), Appended::Duplicate(record("c-1", 1, 1)));
}

pub async fn a_repeat_stores_nothing(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    writer.write(&*ports.ledger, "c-1", 1).await;
    let again = writer.next_with("c-1", vec![json!({})], vec![text("other")]);
    let digest = again.blobs[0].digest;
    ports.ledger.append(again).await.unwrap();
    assert_eq!(ports.ledger.head(&writer.ledger).await.unwrap().unwrap().seq, 1);
    assert_eq!(ports.ledger.checkpoints(&writer.ledger, 0, 10).await.unwrap().len(), 1);
    assert_eq!(ports.blobs.get(&writer.ledger, &digest).await.unwrap(), None);
}

pub async fn a_repeat_tells_the_first_fingerprint(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    writer.write(&*ports.ledger, "c-1", 1).await;
    let mut again = writer.next("c-1", 1);
    again.fingerprint = Digest::of_bytes(b"another request");
    assert_eq!(ports.ledger.append(again).await.unwrap(), Appended::Duplicate(record("c-1", 1, 1)));
}

pub async fn a_command_is_found_with_its_entries(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    writer.write(&*ports.ledger, "c-1", 2).await;
    writer.write(&*ports.ledger, "c-2", 3).await;
    for (command, first, last) in [("c-1", 1, 2), ("c-2", 3, 5)] {
        let found = ports.ledger.command(&writer.ledger, &command.parse().unwrap()).await.unwrap();
        assert_eq!(found, Some(record(command, first, last)));
    }
}

pub async fn an_unknown_command_is_not_found(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let command = "c-9".parse().unwrap();
    assert_eq!(ports.ledger.command(&writer.ledger, &command).await.unwrap(), None);
    writer.write(&*ports.ledger, "c-1", 1).await;
    assert_eq!(ports.ledger.command(&writer.ledger, &command).await.unwrap(), None);
}

pub async fn command_ids_belong_to_one_ledger(make: &dyn StoreFactory) {
    let (ports, mut sales) = fresh(make).await;
    let mut support = Writer::new(&ledger("support"));
    sales.write(&*ports.ledger, "c-0", 1).await;
    sales.write(&*ports.ledger, "c-1", 1).await;
    support.write(&*ports.ledger, "c-1", 2).await;
    let found = ports.ledger.command(&support.ledger, &"c-1".parse().unwrap()).await.unwrap();
    assert_eq!(found, Some(record("c-1", 1, 2)));
    assert_eq!(ports.ledger.command(&support.ledger, &"c-0".parse().unwrap()).await.unwrap(), None);
}

pub async fn command_ids_differ_by_case(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    writer.write(&*ports.ledger, "Command", 1).await;
    writer.write(&*ports.ledger, "command", 1).await;
    let found = ports.ledger.command(&writer.ledger, &"command".parse().unwrap()).await.unwrap();
    assert_eq!(found, Some(record("command", 2, 2)));
}

pub async fn the_longest_command_id_is_kept(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let (long, longer) = ("!~".repeat(99) + "a", "!~".repeat(99) + "ab");
    writer.write(&*ports.ledger, &long, 1).await;
    writer.write(&*ports.ledger, &longer, 1).await;
    for (command, seq) in [(&long, 1), (&longer, 2)] {
        let found = ports.ledger.command(&writer.ledger, &command.parse().unwrap()).await.unwrap();
        assert_eq!(found, Some(record(command, seq, seq)));
    }
}

pub async fn commands_are_listed_in_the_order_of_their_entries(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    for (command, count) in [("z", 2), ("a", 1), ("m", 3)] {
        writer.write(&*ports.ledger, command, count).await;
    }
    let all = [record("z", 1, 2), record("a", 3, 3), record("m", 4, 6)];
    let list = async |after, limit| ports.ledger.commands(&writer.ledger, after, limit).await.unwrap();
    assert_eq!(list(0, 10).await, all);
    assert_eq!(list(0, 2).await, all[..2]);
    assert_eq!(list(1, 10).await, all[1..]);
    assert_eq!(list(3, 10).await, all[2..]);
    assert_eq!(list(4, 10).await, []);
    assert_eq!(list(0, 0).await, []);
    assert_eq!(list(u64::MAX, 10).await, []);
    assert_eq!(ports.ledger.commands(&ledger("nobody"), 0, 10).await.unwrap(), []);
}

//! Appending: all or nothing, in sequence, exactly the bytes given.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "laws are tests: the name says it, a panic is a failure"
)]

use cuelight_core::ledger::tree::leaf_hash;
use cuelight_core::ledger::{LedgerId, Micros};

use super::sample::{Writer, artifact, ledger, noise, raw, text};
use super::{Ports, StoreFactory};
use crate::{Append, Appended, Head, MAX_SEQ, StoreError};

async fn fresh(make: &dyn StoreFactory) -> (Ports, Writer) {
    (make.open().await.unwrap(), Writer::new(&ledger("sales")))
}

/// Asserts that the append is refused for this reason, and that it left nothing.
async fn refused(ports: &Ports, append: Append, why: &str) {
    let ledger = append.ledger.clone();
    let before = ports.ledger.head(&ledger).await.unwrap();
    let (command, digests) =
        (append.command.clone(), append.blobs.iter().map(|b| b.digest).collect::<Vec<_>>());
    match ports.ledger.append(append).await {
        Err(StoreError::Refused { what }) => assert!(what.contains(why), "refused, but: {what}"),
        other => panic!("not refused: {other:?}"),
    }
    assert_eq!(ports.ledger.head(&ledger).await.unwrap(), before);
    assert_eq!(ports.ledger.command(&ledger, &command).await.unwrap(), None);
    for blob in ports.blobs.get_many(&ledger, &digests).await.unwrap() {
        assert_eq!(blob, None);
    }
}

pub async fn an_append_is_read_back_as_written(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let append = writer.write(&*ports.ledger, "c-1", 3).await;
    let found = ports.ledger.read(&append.ledger, 0, 10).await.unwrap();
    assert_eq!(found.len(), 3);
    for (found, given) in found.iter().zip(&append.entries) {
        assert_eq!((found.seq, found.at, &found.kind), (given.seq, given.at, &given.kind));
        assert_eq!((&found.bytes, found.leaf), (&given.bytes, given.leaf));
        assert_eq!(found.command, append.command);
    }
}

pub async fn an_append_moves_the_head(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let append = writer.write(&*ports.ledger, "c-1", 3).await;
    let head = ports.ledger.head(&writer.ledger).await.unwrap();
    assert_eq!(head, Some(Head { seq: 3, at: append.entries[2].at }));
}

pub async fn a_new_ledger_has_no_head(make: &dyn StoreFactory) {
    let (ports, writer) = fresh(make).await;
    assert_eq!(ports.ledger.head(&writer.ledger).await.unwrap(), None);
    assert_eq!(ports.ledger.head(&LedgerId::Installation).await.unwrap(), None);
}

pub async fn appends_continue_where_the_last_ended(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    for n in 0..5 {
        writer.write(&*ports.ledger, &format!("c-{n}"), n + 1).await;
    }
    let seqs: Vec<_> =
        ports.ledger.read(&writer.ledger, 0, 100).await.unwrap().iter().map(|e| e.seq).collect();
    assert_eq!(seqs, (1..=15).collect::<Vec<_>>());
}

pub async fn an_append_behind_the_head_stores_nothing(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    writer.write(&*ports.ledger, "c-1", 1).await;
    let mut stale = writer.clone();
    writer.write(&*ports.ledger, "c-2", 1).await;
    let append = stale.next_with("c-3", vec![serde_json::json!({})], vec![text("lost")]);
    let digest = append.blobs[0].digest;
    assert_eq!(ports.ledger.append(append).await.unwrap(), Appended::Behind { head: 2 });
    assert_eq!(ports.ledger.read(&writer.ledger, 0, 10).await.unwrap().len(), 2);
    assert_eq!(ports.ledger.command(&writer.ledger, &"c-3".parse().unwrap()).await.unwrap(), None);
    assert_eq!(ports.ledger.checkpoints(&writer.ledger, 0, 10).await.unwrap().len(), 2);
    assert_eq!(ports.blobs.get(&writer.ledger, &digest).await.unwrap(), None);
}

pub async fn an_append_ahead_of_the_head_stores_nothing(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    writer.write(&*ports.ledger, "c-1", 1).await;
    writer.next("never", 1);
    let ahead = writer.next("c-2", 1);
    assert_eq!(ports.ledger.append(ahead).await.unwrap(), Appended::Behind { head: 1 });
    assert_eq!(ports.ledger.read(&writer.ledger, 0, 10).await.unwrap().len(), 1);
}

pub async fn a_first_append_expects_an_empty_ledger(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    writer.next("never", 1);
    let ahead = writer.next("c-1", 1);
    assert_eq!(ports.ledger.append(ahead).await.unwrap(), Appended::Behind { head: 0 });
    assert_eq!(ports.ledger.ledgers().await.unwrap(), []);
    assert_eq!(ports.ledger.head(&writer.ledger).await.unwrap(), None);
}

pub async fn a_refused_append_leaves_no_trace(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let mut append = writer.next_with("c-1", vec![serde_json::json!({}); 3], vec![text("a"), artifact("b")]);
    append.entries[2].bytes.push(b' ');
    refused(&ports, append, "leaf hash of entry 3").await;
    assert_eq!(ports.ledger.ledgers().await.unwrap(), []);
}

pub async fn an_append_without_entries_is_refused(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    refused(&ports, writer.next("c-1", 0), "at least one entry").await;
}

pub async fn a_gap_within_an_append_is_refused(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let mut append = writer.next("c-1", 3);
    append.entries.remove(1);
    refused(&ports, append.clone(), "entry 3 cannot follow entry 1").await;
    append.entries.swap(0, 1);
    refused(&ports, append.clone(), "entry 3 cannot follow entry 0").await;
    append.entries[0].seq = 0;
    refused(&ports, append, "entry 0 cannot follow entry 0").await;
}

pub async fn a_foreign_leaf_hash_is_refused(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let mut append = writer.next("c-1", 2);
    append.entries[1].leaf = append.entries[0].leaf;
    refused(&ports, append, "leaf hash of entry 2").await;
}

pub async fn time_running_backwards_within_an_append_is_refused(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let mut append = writer.next("c-1", 2);
    append.entries[1].at = append.entries[0].at - 1;
    refused(&ports, append.clone(), "entry 2 is earlier").await;
    append.entries[1].at = append.entries[0].at;
    assert_eq!(ports.ledger.append(append).await.unwrap(), Appended::Stored);
}

pub async fn a_foreign_blob_digest_is_refused(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let mut append = writer.next_with("c-1", vec![serde_json::json!({})], vec![text("a"), text("b")]);
    append.blobs[1].bytes.push(b'!');
    refused(&ports, append, "are not its own").await;
}

pub async fn a_blob_with_two_classes_is_refused(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let append = writer.next_with("c-1", vec![serde_json::json!({})], vec![text("a"), artifact("a")]);
    refused(&ports, append, "two classes").await;
}

pub async fn nul_in_a_text_is_refused(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let mut append = writer.next("c-1", 1);
    append.entries[0].kind = "a\0b".into();
    refused(&ports, append.clone(), "an event kind has a NUL character at byte 1").await;
    append.entries[0].kind = "a".into();
    append.checkpoint = "note\0".into();
    refused(&ports, append, "a checkpoint has a NUL character at byte 4").await;
}

pub async fn an_empty_kind_is_refused(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let mut append = writer.next("c-1", 1);
    append.entries[0].kind = String::new();
    refused(&ports, append.clone(), "1 to 512 bytes").await;
    append.entries[0].kind = "k".repeat(513);
    refused(&ports, append, "this one has 513").await;
}

pub async fn positions_beyond_the_largest_are_refused(make: &dyn StoreFactory) {
    let (ports, writer) = fresh(make).await;
    let mut append = raw(&writer.ledger, MAX_SEQ, b"x".to_vec());
    assert_eq!(ports.ledger.append(append.clone()).await.unwrap(), Appended::Behind { head: 0 });
    append.expected = MAX_SEQ;
    append.entries[0].seq = MAX_SEQ + 1;
    refused(&ports, append.clone(), "cannot follow").await;
    append.expected = u64::MAX;
    append.entries[0].seq = 0;
    refused(&ports, append, "cannot follow").await;
}

pub async fn a_large_body_is_kept(make: &dyn StoreFactory) {
    let (ports, writer) = fresh(make).await;
    let bytes = noise(3 << 20);
    let append = raw(&writer.ledger, 1, bytes.clone());
    assert_eq!(ports.ledger.append(append).await.unwrap(), Appended::Stored);
    let found = ports.ledger.read(&writer.ledger, 0, 1).await.unwrap();
    assert_eq!(found[0].leaf, leaf_hash(&bytes));
    assert!(found[0].bytes == bytes);
}

pub async fn many_entries_fit_in_one_append(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let append = writer.write(&*ports.ledger, "c-1", 2000).await;
    let found = ports.ledger.read(&writer.ledger, 0, 5000).await.unwrap();
    assert_eq!(found.len(), 2000);
    assert!(found.iter().zip(&append.entries).all(|(f, e)| f.bytes == e.bytes && f.seq == e.seq));
}

pub async fn odd_text_is_kept(make: &dyn StoreFactory) {
    let (ports, mut writer) = fresh(make).await;
    let kinds =
        ["🎛️ cue", "'; DROP TABLE entries; --", "a\"b\\c", "line\nbreak\ttab", "\u{feff}\u{202e}rtl", "%_*?"];
    let mut append = writer.next("c-1", kinds.len() as u64);
    for (entry, kind) in append.entries.iter_mut().zip(kinds) {
        entry.kind = kind.into();
    }
    append.checkpoint = "note\n\n— 🎛️ 'quoted' \"twice\" \\\n".into();
    assert_eq!(ports.ledger.append(append.clone()).await.unwrap(), Appended::Stored);
    let found = ports.ledger.read(&writer.ledger, 0, 10).await.unwrap();
    assert_eq!(found.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), kinds);
    let note = ports.ledger.checkpoint(&writer.ledger, None).await.unwrap().unwrap().note;
    assert_eq!(note, append.checkpoint);
}

pub async fn any_bytes_are_kept(make: &dyn StoreFactory) {
    let (ports, writer) = fresh(make).await;
    let bodies: [&[u8]; 4] = [b"", b"\0", b"a\0b\xff\xfe", &[0x80; 300]];
    for (n, body) in bodies.iter().enumerate() {
        let append = raw(&writer.ledger, n as u64 + 1, body.to_vec());
        assert_eq!(ports.ledger.append(append).await.unwrap(), Appended::Stored);
    }
    let found = ports.ledger.read(&writer.ledger, 0, 10).await.unwrap();
    assert_eq!(found.iter().map(|e| e.bytes.as_slice()).collect::<Vec<_>>(), bodies);
}

pub async fn extreme_times_are_kept(make: &dyn StoreFactory) {
    let (ports, writer) = fresh(make).await;
    for (n, at) in [Micros::MIN, -1, 0, Micros::MAX].into_iter().enumerate() {
        let mut append = raw(&writer.ledger, n as u64 + 1, b"x".to_vec());
        append.entries[0].at = at;
        assert_eq!(ports.ledger.append(append).await.unwrap(), Appended::Stored);
        assert_eq!(ports.ledger.head(&writer.ledger).await.unwrap().unwrap().at, at);
    }
}

//! The offline check on a real database: sound when untouched, and exact when an administrator was there.

use cuelight_core::ledger::tree::leaf_hash;
use cuelight_core::ledger::verify::FindingKind;
use cuelight_core::ledger::{Entry, LedgerId};
use cuelight_store::SavedState;
use cuelight_store::laws::StoreFactory as _;
use cuelight_store::laws::sample::{Writer, artifact, ledger, text};
use cuelight_store_postgres::Dump;

use crate::support::{Place, check, check_only};

/// Nine commands: 1, 2, 3, 1, … entries; blobs with each; a saved state.
async fn filled() -> (Place, LedgerId) {
    let (place, id) = (Place::new(), ledger("sales"));
    let ports = place.open().await.unwrap();
    let mut writer = Writer::new(&id);
    for n in 0..9 {
        let bodies = (0..1 + n % 3).map(|m| serde_json::json!({ "m": m })).collect();
        let blobs = vec![artifact(&format!("artifact {n}")), text(&format!("text {n}"))];
        let append = writer.next_with(&format!("c-{n}"), bodies, blobs);
        ports.ledger.append(append).await.unwrap();
    }
    let state = SavedState { seq: 18, format: 1, bytes: b"18".to_vec() };
    ports.ledger.save_state(&id, state).await.unwrap();
    (place, id)
}

#[tokio::test]
async fn an_untouched_database_is_sound() {
    let (place, id) = filled().await;
    let report = check(&place.options(), &id);
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!((report.entries, report.signed, report.checkpoints, report.blobs), (18, 18, 9, 18));
    let dump = Dump::open(&place.options()).unwrap();
    assert_eq!(dump.ledgers().unwrap(), [id]);
    let error = dump.stored(&ledger("nobody"), 1).err().unwrap().to_string();
    assert!(error.ends_with("has no ledger project/nobody"), "{error}");
}

#[tokio::test]
async fn every_kind_of_edit_is_found() {
    use FindingKind::{
        BlobContent, BlobMissing, Checkpoint, CheckpointRoot, Columns, Command, LeafHash, SavedState,
        Sequence, Truncated, Unsigned,
    };
    let table: [(&str, &[FindingKind], Option<u64>); 16] = [
        (
            "UPDATE entries SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '\"m\":0', '\"m\":5'), 'UTF8') \
             WHERE seq = 7",
            &[LeafHash],
            Some(7),
        ),
        ("UPDATE entries SET at = at + 1 WHERE seq = 8", &[Columns], Some(8)),
        ("UPDATE entries SET kind = 'other/1' WHERE seq = 9", &[Columns], Some(9)),
        ("UPDATE leaves SET hash = sha256('') WHERE seq = 7", &[LeafHash, CheckpointRoot], Some(7)),
        ("DELETE FROM leaves WHERE seq = 7", &[LeafHash], Some(7)),
        ("DELETE FROM entries WHERE seq = 7", &[Sequence, Command], Some(7)),
        ("DELETE FROM entries WHERE seq > 15", &[Truncated, Command], Some(16)),
        ("DELETE FROM checkpoints WHERE size > 10", &[Unsigned], Some(10)),
        (
            "UPDATE checkpoints SET note = replace(note, 'sales', 'other') WHERE size = 7",
            &[Checkpoint],
            Some(7),
        ),
        (
            "UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 6) WHERE size = 7",
            &[Checkpoint],
            Some(7),
        ),
        ("UPDATE blobs SET bytes = 'x' WHERE bytes = 'artifact 3'", &[BlobContent], Some(7)),
        ("DELETE FROM blobs WHERE bytes = 'artifact 3'", &[BlobMissing], Some(7)),
        ("DELETE FROM blobs WHERE bytes = 'text 3'", &[BlobMissing], Some(7)),
        ("DELETE FROM commands WHERE command = 'c-3'", &[Command], Some(7)),
        ("UPDATE commands SET last = 18 WHERE command = 'c-3'", &[Command], Some(7)),
        ("UPDATE saved_states SET bytes = 'x'", &[SavedState], None),
    ];
    for (sql, expected, first) in table {
        let (place, id) = filled().await;
        place.tamper(sql);
        let report = check_only(&Dump::open(&place.options()).unwrap(), &id);
        for kind in expected {
            assert!(report.findings.iter().any(|f| f.kind == *kind), "{sql}\n{:?}", report.findings);
        }
        assert_eq!(report.first_bad, first, "{sql}\n{:?}", report.findings);
    }
}

#[tokio::test]
async fn a_careful_rewrite_is_found() {
    let (place, id) = filled().await;
    let ports = place.open().await.unwrap();
    let mut entry = Entry::decode(&ports.ledger.read(&id, 6, 1).await.unwrap()[0].bytes).unwrap();
    entry.body["m"] = serde_json::json!(777);
    let bytes = entry.encode().unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    place.tamper(&format!(
        "UPDATE entries SET bytes = '\\x{}' WHERE seq = 7; UPDATE leaves SET hash = '\\x{}' WHERE seq = 7",
        hex(&bytes),
        hex(leaf_hash(&bytes).as_raw())
    ));
    let report = check(&place.options(), &id);
    assert!(!report.is_sound());
    assert_eq!(report.first_bad, Some(7), "{:?}", report.findings);
}

#[tokio::test]
async fn rows_that_hang_in_the_air_are_told() {
    let (place, _) = filled().await;
    place.tamper("DELETE FROM entries WHERE seq > 15");
    let found = Dump::open(&place.options()).unwrap().integrity().unwrap();
    for expected in [
        "a row of `leaves` refers to a row that is not there",
        "a row of `commands` refers to a row that is not there",
        "a row of `checkpoints` refers to a row that is not there",
        "ledger project/sales says that it ends at entry 18, and does not",
    ] {
        assert!(found.iter().any(|line| line == expected), "{expected}: {found:?}");
    }
}

/// The view is of one moment, although servers go on.
#[tokio::test]
async fn a_check_beside_a_running_server_sees_one_moment() {
    let (place, id) = filled().await;
    let store = place.store().await.unwrap();
    let dump = Dump::open(&place.options()).unwrap();
    let mut writer = Writer::at_end(&id, &store).await;
    writer.write(&store, "c-late", 300).await;
    assert_eq!(dump.stored(&id, 1).unwrap().rows.count(), 18);
    let report = check(&place.options(), &id);
    assert!(report.is_sound() && report.entries == 318, "{:?}", report.findings);
}

/// Pages of rows, blobs, commands and checkpoints join without loss.
#[tokio::test]
async fn a_ledger_of_many_pages_is_read_whole() {
    let (place, id) = (Place::new(), ledger("sales"));
    let store = place.store().await.unwrap();
    let mut writer = Writer::new(&id);
    for n in 0..300 {
        writer.write_blobs(&store, &format!("c-{n}"), vec![text(&format!("text {n}"))]).await;
    }
    let report = check(&place.options(), &id);
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!((report.entries, report.checkpoints, report.blobs), (300, 300, 300));
    place.0.sql("UPDATE cuelight.blobs SET bytes = NULL WHERE bytes = 'text 299'");
    assert_eq!(check(&place.options(), &id).erased, 1);
}

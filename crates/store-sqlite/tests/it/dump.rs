//! The offline check on real files: sound when untouched, and exact when someone with a shell was there.

use cuelight_core::ledger::tree::leaf_hash;
use cuelight_core::ledger::verify::{FindingKind, Report};
use cuelight_core::ledger::{Entry, LedgerId};
use cuelight_store::SavedState;
use cuelight_store::laws::StoreFactory;
use cuelight_store::laws::sample::{Writer, artifact, ledger, text};
use cuelight_store_sqlite::Dump;
use rusqlite::params;

use crate::support::{Folder, check, report};

/// Nine commands: 1, 2, 3, 1, … entries; blobs with each; a saved state.
async fn filled() -> (Folder, LedgerId) {
    let (folder, id) = (Folder::new(), ledger("sales"));
    let ports = folder.open().await.unwrap();
    let mut writer = Writer::new(&id);
    for n in 0..9 {
        let bodies = (0..1 + n % 3).map(|m| serde_json::json!({ "m": m })).collect();
        let blobs = vec![artifact(&format!("artifact {n}")), text(&format!("text {n}"))];
        let append = writer.next_with(&format!("c-{n}"), bodies, blobs);
        ports.ledger.append(append).await.unwrap();
    }
    let state = SavedState { seq: 18, format: 1, bytes: b"18".to_vec() };
    ports.ledger.save_state(&id, state).await.unwrap();
    (folder, id)
}

fn kinds(report: &Report) -> Vec<FindingKind> {
    report.findings.iter().map(|f| f.kind).collect()
}

/// Rewrites entry `seq` with its column and leaf hash.
fn rewrite(folder: &Folder, seq: i64) {
    let conn = folder.raw();
    let bytes: Vec<u8> =
        conn.query_row("SELECT bytes FROM entries WHERE seq = ?1", [seq], |r| r.get(0)).unwrap();
    let mut entry = Entry::decode(&bytes).unwrap();
    entry.body["m"] = serde_json::json!(777);
    let bytes = entry.encode().unwrap();
    let leaf = hex(leaf_hash(&bytes).as_raw());
    folder.tamper(&format!(
        "UPDATE entries SET bytes = x'{}' WHERE seq = {seq}; UPDATE leaves SET hash = x'{leaf}' WHERE seq = {seq}",
        hex(&bytes)
    ));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[tokio::test]
async fn an_untouched_folder_is_sound() {
    let (folder, id) = filled().await;
    let report = check(&folder.path(), &id);
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!((report.entries, report.signed, report.checkpoints, report.blobs), (18, 18, 9, 18));
    assert_eq!(Dump::open(&folder.path()).unwrap().ledgers().unwrap(), [id]);
}

#[tokio::test]
async fn an_unknown_ledger_is_told() {
    let (folder, _) = filled().await;
    let dump = Dump::open(&folder.path()).unwrap();
    let error = dump.stored(&ledger("nobody"), 1).err().unwrap().to_string();
    assert_eq!(
        folder.anonymous(&error),
        "the store cannot be used: DIR/registry.db has no ledger project/nobody"
    );
}

#[tokio::test]
async fn every_kind_of_edit_is_found() {
    use FindingKind::{
        BlobContent, BlobMissing, Checkpoint, CheckpointRoot, Columns, Command, LeafHash, SavedState,
        Sequence, Truncated, Unsigned,
    };
    let table: [(&str, &[FindingKind], Option<u64>); 17] = [
        (
            "UPDATE entries SET bytes = CAST(replace(CAST(bytes AS TEXT), '\"m\":0', '\"m\":5') AS BLOB) WHERE seq = 7",
            &[LeafHash],
            Some(7),
        ),
        ("UPDATE entries SET at = at + 1 WHERE seq = 8", &[Columns], Some(8)),
        ("UPDATE entries SET kind = 'other/1' WHERE seq = 9", &[Columns], Some(9)),
        ("UPDATE leaves SET hash = zeroblob(32) WHERE seq = 7", &[LeafHash, CheckpointRoot], Some(7)),
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
        (
            "UPDATE blobs SET bytes = x'00' WHERE digest = (SELECT digest FROM blobs WHERE bytes = CAST('artifact 3' AS BLOB))",
            &[BlobContent],
            Some(7),
        ),
        ("DELETE FROM blobs WHERE bytes = CAST('artifact 3' AS BLOB)", &[BlobMissing], Some(7)),
        ("DELETE FROM blobs WHERE bytes = CAST('text 3' AS BLOB)", &[BlobMissing], Some(7)),
        ("DELETE FROM commands WHERE command = 'c-3'", &[Command], Some(7)),
        ("UPDATE commands SET last = 18 WHERE command = 'c-3'", &[Command], Some(7)),
        ("UPDATE saved_states SET bytes = x'00'", &[SavedState], None),
        (
            "UPDATE entries SET seq = seq + 100 WHERE seq > 17; UPDATE leaves SET seq = seq + 100 WHERE seq > 17",
            &[Sequence],
            Some(18),
        ),
    ];
    for (sql, expected, first) in table {
        let (folder, id) = filled().await;
        folder.tamper(sql);
        let report = report(&Dump::open(&folder.path()).unwrap(), &id);
        let found = kinds(&report);
        for kind in expected {
            assert!(found.contains(kind), "{sql}\n{:?}", report.findings);
        }
        assert_eq!(report.first_bad, first, "{sql}\n{:?}", report.findings);
    }
}

/// What SQLite's check of references finds, the quicker look and the check of the ledgers find together.
#[tokio::test]
async fn a_row_that_refers_to_nothing_is_found() {
    for sql in [
        "DELETE FROM ledgers WHERE name = 'project/sales'",
        "DELETE FROM entries WHERE seq = 7",
        "DELETE FROM entries WHERE seq = 1",
        "DELETE FROM entries WHERE seq > 15",
        "DELETE FROM entries",
        "INSERT INTO entries SELECT 99, seq, at, command, kind, bytes FROM entries WHERE seq = 1",
        "INSERT INTO leaves SELECT ledger, 19, hash FROM leaves WHERE seq = 1",
        "INSERT INTO leaves SELECT ledger, 400, hash FROM leaves WHERE seq = 1",
        "INSERT INTO leaves SELECT ledger, 0, hash FROM leaves WHERE seq = 1",
        "INSERT INTO leaves SELECT ledger, -3, hash FROM leaves WHERE seq = 1",
        "INSERT INTO leaves SELECT 0, seq, hash FROM leaves WHERE seq = 1",
        "INSERT INTO commands SELECT ledger, 'more', 19, 19, fingerprint FROM commands WHERE first = 1",
        "INSERT INTO commands SELECT ledger, 'more', 0, 0, fingerprint FROM commands WHERE first = 1",
        "UPDATE commands SET last = 19 WHERE last = 18",
        "INSERT INTO commands SELECT 99, command, first, last, fingerprint FROM commands WHERE first = 1",
        "INSERT INTO checkpoints SELECT ledger, 0, note FROM checkpoints WHERE size = 18",
        "INSERT INTO checkpoints SELECT ledger, -1, note FROM checkpoints WHERE size = 18",
        "INSERT INTO checkpoints SELECT ledger, 19, note FROM checkpoints WHERE size = 18",
        "INSERT INTO checkpoints SELECT -5, size, note FROM checkpoints WHERE size = 18",
        "INSERT INTO blobs SELECT id + 1000, 99, digest, class, bytes FROM blobs LIMIT 1",
        "INSERT INTO saved_states SELECT id + 1000, 99, format, seq, bytes FROM saved_states LIMIT 1",
    ] {
        let (folder, id) = filled().await;
        folder.tamper(sql);
        let dump = Dump::open(&folder.path()).unwrap();
        assert!(
            dump.integrity().unwrap().iter().any(|l| l.ends_with("refers to a row that is not there")),
            "{sql}"
        );
        let mut found = dump.inspection()().unwrap();
        if dump.ledgers().unwrap().contains(&id) {
            let report = report(&dump, &id);
            found.extend(report.findings.into_iter().map(|f| f.message));
        }
        assert!(!found.is_empty(), "{sql}");
    }
}

#[tokio::test]
async fn a_careful_rewrite_is_found() {
    for (seq, first) in [(1, 1), (2, 2), (5, 5), (7, 7), (18, 16)] {
        let (folder, id) = filled().await;
        rewrite(&folder, seq);
        let report = check(&folder.path(), &id);
        assert!(!report.is_sound());
        assert_eq!(report.first_bad, Some(first), "entry {seq}: {:?}", report.findings);
    }
}

/// The view is of one moment, although the server goes on.
#[tokio::test]
async fn a_check_beside_a_running_server_sees_one_moment() {
    let (folder, id) = filled().await;
    let store = folder.store().unwrap();
    let dump = Dump::open(&folder.path()).unwrap();
    let mut stored = dump.stored(&id, 1).unwrap();
    assert_eq!(stored.rows.next().unwrap().unwrap().seq, 1);
    let mut writer = Writer::at_end(&id, &store).await;
    writer.write(&store, "c-late", 300).await;
    assert_eq!(stored.rows.count(), 17);
    assert_eq!(stored.checkpoints.last().unwrap().unwrap().size, 18);
    let report = check(&folder.path(), &id);
    assert!(report.is_sound() && report.entries == 318, "{:?}", report.findings);
}

/// Pages of rows, blobs, commands and checkpoints join without loss.
#[tokio::test]
async fn a_ledger_of_many_pages_is_read_whole() {
    let (folder, id) = (Folder::new(), ledger("sales"));
    let store = folder.store().unwrap();
    let mut writer = Writer::new(&id);
    for n in 0..300 {
        writer.write_blobs(&store, &format!("c-{n}"), vec![text(&format!("text {n}"))]).await;
    }
    let report = check(&folder.path(), &id);
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!((report.entries, report.checkpoints, report.blobs), (300, 300, 300));
    folder.raw().execute("UPDATE blobs SET bytes = NULL WHERE id = ?1", params![300]).unwrap();
    assert_eq!(check(&folder.path(), &id).erased, 1);
}

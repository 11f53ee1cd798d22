//! The database itself refuses to change what is append-only, whoever asks.

use cuelight_store::laws::sample::{Writer, artifact, ledger, text};
use cuelight_store::laws::{Ports, StoreFactory};

use crate::support::Folder;

async fn filled() -> (Folder, Ports) {
    let folder = Folder::new();
    let ports = folder.open().await.unwrap();
    let mut writer = Writer::new(&ledger("sales"));
    writer.write_blobs(&*ports.ledger, "c-1", vec![artifact("a"), text("t")]).await;
    writer.write(&*ports.ledger, "c-2", 2).await;
    (folder, ports)
}

#[tokio::test]
async fn statements_that_change_history_are_refused() {
    let (folder, _ports) = filled().await;
    let conn = folder.raw();
    let changed = "an entry is never changed";
    let table = [
        ("UPDATE entries SET bytes = x'00' WHERE seq = 1", changed),
        ("UPDATE entries SET seq = 9 WHERE seq = 3", changed),
        ("UPDATE OR REPLACE entries SET seq = 1 WHERE seq = 2", changed),
        ("DELETE FROM entries WHERE seq = 3", "an entry is never deleted"),
        ("DELETE FROM entries", "an entry is never deleted"),
        (
            "INSERT OR REPLACE INTO entries SELECT ledger, seq, at, command, kind, x'00' FROM entries WHERE seq = 1",
            "only after the last one",
        ),
        (
            "INSERT OR REPLACE INTO entries SELECT ledger, 9, at, command, kind, bytes FROM entries",
            "only after the last one",
        ),
        (
            "INSERT INTO entries SELECT ledger, seq, at, command, kind, bytes FROM entries WHERE seq = 1 \
             ON CONFLICT DO UPDATE SET bytes = x'00'",
            "only after the last one",
        ),
        ("UPDATE leaves SET hash = zeroblob(32)", "a leaf hash is never changed"),
        ("DELETE FROM leaves", "a leaf hash is never deleted"),
        ("REPLACE INTO leaves SELECT ledger, seq, zeroblob(32) FROM leaves", "only after the last one"),
        ("UPDATE commands SET fingerprint = NULL", "a command record is never changed"),
        ("DELETE FROM commands", "a command record is never deleted"),
        ("REPLACE INTO commands SELECT ledger, command, 1, 1, NULL FROM commands", "a command applies once"),
        ("UPDATE checkpoints SET note = ''", "a checkpoint is never changed"),
        ("DELETE FROM checkpoints", "a checkpoint is never deleted"),
        ("REPLACE INTO checkpoints SELECT ledger, size, '' FROM checkpoints", "only after the last one"),
        ("UPDATE ledgers SET name = 'project/other'", "a ledger is never changed"),
        ("DELETE FROM ledgers", "a ledger is never deleted"),
        ("REPLACE INTO ledgers SELECT id, 'x' FROM ledgers", "a ledger is never replaced"),
        ("REPLACE INTO ledgers (name) SELECT name FROM ledgers", "a ledger is never replaced"),
        ("UPDATE blobs SET bytes = NULL WHERE class = 'artifact'", "only a text can be erased"),
        ("UPDATE blobs SET bytes = x'00' WHERE class = 'text'", "only a text can be erased"),
        ("UPDATE blobs SET class = 'text' WHERE class = 'artifact'", "only a text can be erased"),
        (
            "UPDATE blobs SET bytes = NULL, digest = zeroblob(32) WHERE class = 'text'",
            "only a text can be erased",
        ),
        ("UPDATE blobs SET bytes = NULL, id = 99 WHERE class = 'text'", "only a text can be erased"),
        ("DELETE FROM blobs", "a blob is never deleted"),
        ("REPLACE INTO blobs SELECT id, ledger, digest, 'text', NULL FROM blobs", "a blob is never replaced"),
        (
            "REPLACE INTO blobs SELECT NULL, ledger, digest, 'text', NULL FROM blobs",
            "a blob is never replaced",
        ),
    ];
    for (sql, expected) in table {
        let error = conn.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains(expected), "{sql}\n{error}");
    }
}

#[tokio::test]
async fn an_erased_text_cannot_be_brought_back() {
    let (folder, _ports) = filled().await;
    let conn = folder.raw();
    assert_eq!(conn.execute("UPDATE blobs SET bytes = NULL WHERE class = 'text'", []).unwrap(), 1);
    for sql in [
        "UPDATE blobs SET bytes = x'74' WHERE class = 'text'",
        "UPDATE blobs SET bytes = NULL WHERE class = 'text'",
    ] {
        let error = conn.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("only a text can be erased"), "{sql}\n{error}");
    }
}

#[tokio::test]
async fn tables_are_strict() {
    let (folder, _ports) = filled().await;
    let conn = folder.raw();
    let loose: i64 = conn
        .query_row(
            "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(loose, 0);
    let error =
        conn.execute("INSERT INTO saved_states VALUES (1, 1, 'x', 1, x'')", []).unwrap_err().to_string();
    assert!(error.contains("cannot store TEXT value in INTEGER column"), "{error}");
}

/// A statement of our own that breaks a guard is an error of the port, and leaves nothing.
#[tokio::test]
async fn a_guard_that_fires_is_a_named_error() {
    let (folder, ports) = filled().await;
    // The command's record is there, its entries are not told: only the guard stands in the way.
    folder.raw().execute("INSERT INTO saved_states VALUES (1, 1, 1, 3, x'')", []).unwrap();
    let head = ports.ledger.head(&ledger("sales")).await.unwrap();
    folder.tamper("INSERT INTO leaves VALUES (1, 4, zeroblob(32))");
    let mut writer = Writer::at_end(&ledger("sales"), &*ports.ledger).await;
    let mut append = writer.next("c-3", 1);
    append.expected = 3;
    append.entries[0].seq = 4;
    let error = ports.ledger.append(append).await.unwrap_err().to_string();
    assert!(error.starts_with("this contradicts what is stored: "), "{error}");
    assert!(error.contains("a leaf hash is added only after the last one"), "{error}");
    assert_eq!(ports.ledger.head(&ledger("sales")).await.unwrap(), head);
}

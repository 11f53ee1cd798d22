//! The database itself refuses to change what is append-only, whoever asks.

use cuelight_store::laws::sample::{Writer, artifact, ledger, text};
use cuelight_store::laws::{Ports, StoreFactory};
use cuelight_store::{StoreError, VaultKey};

use crate::support::Place;

async fn filled() -> (Place, Ports) {
    let place = Place::new();
    let ports = place.open().await.unwrap();
    let mut writer = Writer::new(&ledger("sales"));
    writer.write_blobs(&*ports.ledger, "c-1", vec![artifact("a"), text("t")]).await;
    writer.write(&*ports.ledger, "c-2", 2).await;
    (place, ports)
}

#[tokio::test]
async fn statements_that_change_history_are_refused() {
    let (place, _ports) = filled().await;
    let (changed, deleted) = ("an entry is never changed", "an entry is never deleted");
    let after = "an entry is added only after the last one";
    let table = [
        ("UPDATE cuelight.entries SET bytes = '' WHERE seq = 1", changed),
        ("UPDATE cuelight.entries SET seq = 9 WHERE seq = 3", changed),
        ("DELETE FROM cuelight.entries WHERE seq = 3", deleted),
        ("TRUNCATE cuelight.entries CASCADE", deleted),
        (
            "INSERT INTO cuelight.entries SELECT ledger, 9, at, command, kind, bytes FROM cuelight.entries LIMIT 1",
            after,
        ),
        (
            "INSERT INTO cuelight.entries SELECT ledger, n, at, command, kind, bytes \
             FROM cuelight.entries, (VALUES (4), (6)) v (n) WHERE seq = 1",
            after,
        ),
        (
            "INSERT INTO cuelight.entries SELECT * FROM cuelight.entries WHERE seq = 1 \
             ON CONFLICT (ledger, seq) DO UPDATE SET bytes = ''",
            changed,
        ),
        (
            "MERGE INTO cuelight.entries e USING cuelight.leaves f ON e.seq = f.seq WHEN MATCHED THEN DELETE",
            deleted,
        ),
        ("UPDATE cuelight.leaves SET hash = sha256('')", "a leaf hash is never changed"),
        ("DELETE FROM cuelight.leaves", "a leaf hash is never deleted"),
        ("TRUNCATE cuelight.leaves", "a leaf hash is never deleted"),
        (
            "INSERT INTO cuelight.leaves SELECT ledger, 5, hash FROM cuelight.leaves WHERE seq = 1",
            "violates foreign key constraint",
        ),
        ("UPDATE cuelight.commands SET fingerprint = NULL", "a command record is never changed"),
        ("DELETE FROM cuelight.commands", "a command record is never deleted"),
        ("TRUNCATE cuelight.commands", "a command record is never deleted"),
        (
            "INSERT INTO cuelight.commands SELECT ledger, command, 1, 1, NULL FROM cuelight.commands",
            "duplicate key",
        ),
        ("UPDATE cuelight.checkpoints SET note = ''", "a checkpoint is never changed"),
        ("DELETE FROM cuelight.checkpoints", "a checkpoint is never deleted"),
        ("TRUNCATE cuelight.checkpoints", "a checkpoint is never deleted"),
        (
            "INSERT INTO cuelight.checkpoints SELECT ledger, 2, '' FROM cuelight.checkpoints WHERE size = 1",
            "a checkpoint is added only after the last one",
        ),
        ("UPDATE cuelight.ledgers SET name = 'project/other'", "a ledger is never changed"),
        ("UPDATE cuelight.ledgers SET head = 2", "its head only moves to its last entry"),
        ("UPDATE cuelight.ledgers SET head = 4", "its head only moves to its last entry"),
        ("DELETE FROM cuelight.ledgers", "a ledger is never deleted"),
        ("TRUNCATE cuelight.ledgers CASCADE", "is never deleted"),
        ("INSERT INTO cuelight.ledgers (name, head) SELECT name, 0 FROM cuelight.ledgers", "duplicate key"),
        ("UPDATE cuelight.blobs SET bytes = NULL WHERE class = 'artifact'", "only a text can be erased"),
        ("UPDATE cuelight.blobs SET bytes = '' WHERE class = 'text'", "only a text can be erased"),
        ("UPDATE cuelight.blobs SET class = 'text' WHERE class = 'artifact'", "only a text can be erased"),
        (
            "UPDATE cuelight.blobs SET bytes = NULL, digest = sha256('') WHERE class = 'text'",
            "only a text can be erased",
        ),
        ("DELETE FROM cuelight.blobs", "a blob is never deleted"),
        ("TRUNCATE cuelight.blobs", "a blob is never deleted"),
        ("UPDATE cuelight.migrations SET digest = 'x'", "the record of migrations is never changed"),
        ("DELETE FROM cuelight.migrations", "the record of migrations is never changed"),
    ];
    for (sql, expected) in table {
        let said = place.0.refused(sql);
        assert!(said.contains(expected), "{sql}\n{said}");
    }
}

#[tokio::test]
async fn an_erased_text_cannot_be_brought_back() {
    let (place, _ports) = filled().await;
    place.0.sql("UPDATE cuelight.blobs SET bytes = NULL WHERE class = 'text'");
    for sql in [
        "UPDATE cuelight.blobs SET bytes = 't' WHERE class = 'text'",
        "UPDATE cuelight.blobs SET bytes = NULL WHERE class = 'text'",
    ] {
        let said = place.0.refused(sql);
        assert!(said.contains("only a text can be erased"), "{sql}\n{said}");
    }
}

/// A statement of our own that breaks a guard is an error of the port, and leaves nothing.
#[tokio::test]
async fn a_guard_that_fires_is_a_named_error() {
    let (place, ports) = filled().await;
    place.tamper("INSERT INTO leaves SELECT ledger, 4, hash FROM leaves WHERE seq = 1");
    let head = ports.ledger.head(&ledger("sales")).await.unwrap();
    let mut append = Writer::at_end(&ledger("sales"), &*ports.ledger).await.next("c-3", 1);
    append.expected = 3;
    append.entries[0].seq = 4;
    let error = ports.ledger.append(append).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict { .. }), "{error:?}");
    assert_eq!(ports.ledger.head(&ledger("sales")).await.unwrap(), head);
}

/// The server has no room, or so it says: the real error, from a trigger.
#[tokio::test]
async fn a_full_disk_is_told_and_heals() {
    let (place, ports) = filled().await;
    place.0.sql(
        "CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$; \
         CREATE TRIGGER full_entries BEFORE INSERT ON cuelight.entries FOR EACH ROW EXECUTE FUNCTION public.full(); \
         CREATE TRIGGER full_items BEFORE INSERT ON cuelight.items FOR EACH ROW EXECUTE FUNCTION public.full()",
    );
    let mut writer = Writer::at_end(&ledger("sales"), &*ports.ledger).await;
    let append = writer.next("c-3", 1);
    let error = ports.ledger.append(append.clone()).await.unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    assert!(error.to_string().ends_with("free some space and try again, nothing was stored"), "{error}");
    let key = VaultKey::new("secret", "k");
    let value = || cuelight_store::SecretBytes::new(b"hunter2".to_vec());
    let error = ports.vault.put(&key, value(), None).await.unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    place.0.sql("DROP TRIGGER full_entries ON cuelight.entries; DROP TRIGGER full_items ON cuelight.items");
    assert_eq!(ports.ledger.append(append).await.unwrap(), cuelight_store::Appended::Stored);
    ports.vault.put(&key, value(), None).await.unwrap();
}

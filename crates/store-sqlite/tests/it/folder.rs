//! What can be wrong with a data folder, and what is said of it.

use std::fs::{self, OpenOptions as FileOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use cuelight_store::laws::StoreFactory;
use cuelight_store::laws::sample::{Writer, ledger, noise};
use cuelight_store::{Ledger as _, SecretBytes, StoreError, Vault as _, VaultKey};
use cuelight_store_sqlite::{Dump, OpenOptions, SqliteStore};

use crate::support::{Folder, check};

/// A closed data folder with one ledger of five entries.
async fn closed() -> Folder {
    let folder = Folder::new();
    let ports = folder.open().await.unwrap();
    let mut writer = Writer::new(&ledger("sales"));
    for n in 0..5 {
        writer.write(&*ports.ledger, &format!("c-{n}"), 1).await;
    }
    folder
}

#[tokio::test]
async fn a_second_server_is_told_who_has_the_folder() {
    let folder = closed().await;
    let store = folder.store().unwrap();
    let pid = std::process::id();
    assert_eq!(
        folder.refusal(),
        format!(
            "DIR is in use by another Cuelight process (pid {pid}); stop that one or choose another data folder"
        )
    );
    let error = folder.store().err().unwrap();
    assert!(matches!(error, StoreError::Locked { pid: Some(found), .. } if found == pid), "{error:?}");
    let clone = store.clone();
    drop(store);
    assert!(folder.store().is_err(), "a clone still has the folder");
    drop(clone);
    folder.store().unwrap();
}

#[tokio::test]
async fn a_lock_file_without_a_number_is_still_a_lock() {
    let folder = closed().await;
    let lock = FileOptions::new().write(true).open(folder.file("lock")).unwrap();
    lock.try_lock().unwrap();
    lock.set_len(0).unwrap();
    assert_eq!(
        folder.refusal(),
        "DIR is in use by another Cuelight process; stop that one or choose another data folder"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn folder_and_files_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = closed().await;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path()), 0o700);
    fs::set_permissions(folder.file("vault.db"), fs::Permissions::from_mode(0o644)).unwrap();
    let store = folder.store().unwrap();
    let key = VaultKey::new("k", "k");
    store.put(&key, SecretBytes::new(vec![1]), None).await.unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert!(folder.file("vault.db-wal").exists(), "the side file was among them");
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    for (file, knows) in [("registry.db", 2), ("observations.db", 2), ("vault.db", 1)] {
        let folder = closed().await;
        let conn = rusqlite::Connection::open(folder.file(file)).unwrap();
        conn.pragma_update(None, "user_version", 99).unwrap();
        drop(conn);
        let before = fs::read(folder.file(file)).unwrap();
        let expected = format!(
            "DIR/{file} has schema 99 and this version of Cuelight knows {knows}; start the version that wrote it, or restore \
             an older backup"
        );
        assert_eq!(folder.refusal(), expected);
        let error = SqliteStore::open_read_only(&folder.path()).err().unwrap();
        assert_eq!(folder.anonymous(&error.to_string()), expected);
        assert!(fs::read(folder.file(file)).unwrap() == before);
    }
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    let folder = closed().await;
    folder.tamper("UPDATE migrations SET digest = 'sha256:00'");
    assert_eq!(
        folder.refusal(),
        "DIR/registry.db is damaged: migration 1 (`ledger`) on record is not the one this version knows: the record or \
         the program was edited; keep a copy, run `cuelight verify` on it, and restore a backup"
    );
}

#[tokio::test]
async fn a_guard_that_was_dropped_is_noticed() {
    let folder = closed().await;
    folder.raw().execute_batch("DROP TRIGGER entries_delete").unwrap();
    assert_eq!(
        folder.refusal(),
        "DIR/registry.db is damaged: its schema was edited: trigger `entries_delete` is changed or gone; keep a copy, \
         run `cuelight verify` on it, and restore a backup"
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    for file in ["registry.db", "observations.db", "vault.db"] {
        let folder = closed().await;
        fs::write(folder.file(file), "Dear diary, ".repeat(1000)).unwrap();
        let expected = format!(
            "DIR/{file} is damaged: it is not a SQLite database, or its start was overwritten; keep a copy, run `cuelight \
             verify` on it, and restore a backup"
        );
        assert_eq!(folder.refusal(), expected);
        if file == "registry.db" {
            let error = Dump::open(&folder.path()).err().unwrap();
            assert_eq!(folder.anonymous(&error.to_string()), expected);
        }
    }
}

#[tokio::test]
async fn files_that_were_swapped_are_refused() {
    let folder = closed().await;
    fs::copy(folder.file("vault.db"), folder.file("registry.db")).unwrap();
    let error = folder.refusal();
    assert!(error.starts_with("DIR/registry.db is damaged: it is a database of another kind"), "{error}");
}

#[tokio::test]
async fn a_missing_registry_beside_other_files_is_refused() {
    let folder = closed().await;
    fs::remove_file(folder.file("registry.db")).unwrap();
    let expected = "DIR/registry.db is damaged: it is missing or empty, although there is observations.db and vault.db; keep a \
                    copy, run `cuelight verify` on it, and restore a backup";
    assert_eq!(folder.refusal(), expected);
    fs::write(folder.file("registry.db"), "").unwrap();
    assert_eq!(folder.refusal(), expected);
}

/// Cut anywhere, the registry is refused by name when it is opened or when the missing part is read; never a panic.
#[tokio::test]
async fn a_torn_registry_is_told() {
    let folder = closed().await;
    let whole = fs::read(folder.file("registry.db")).unwrap();
    let page = 4096;
    assert!(whole.len() > 4 * page && whole.len().is_multiple_of(page));
    let cuts = [1, 17, 99, 100, page / 2, page, page + 1, 3 * page + 77, whole.len() - page, whole.len() - 1];
    for cut in cuts {
        fs::write(folder.file("registry.db"), &whole[..cut]).unwrap();
        let error = folder.store().err().unwrap_or_else(|| panic!("cut at {cut}: the store opened"));
        let error = folder.anonymous(&error.to_string());
        assert!(error.starts_with("DIR/registry.db is damaged: "), "cut at {cut}: {error}");
        let read_only = SqliteStore::open_read_only(&folder.path()).err().unwrap();
        assert!(matches!(read_only, StoreError::Corrupt { .. }), "cut at {cut}: {read_only}");
        match Dump::open(&folder.path()).and_then(|dump| dump.integrity()) {
            Ok(lines) => {
                assert!(lines.iter().any(|l| l.contains("its end is missing")), "cut at {cut}: {lines:?}");
            }
            Err(error) => assert!(matches!(error, StoreError::Corrupt { .. }), "cut at {cut}: {error}"),
        }
    }
    fs::write(folder.file("registry.db"), &whole).unwrap();
    assert!(check(&folder.path(), &ledger("sales")).is_sound());
}

/// Bytes overwritten anywhere end in an error, a finding, or no difference at all; never a panic.
#[tokio::test]
async fn an_overwritten_registry_never_panics() {
    let folder = closed().await;
    let whole = fs::read(folder.file("registry.db")).unwrap();
    let id = ledger("sales");
    let before = folder.store().unwrap().read(&id, 0, 100).await.unwrap();
    let noise = noise(8);
    let (mut refused, mut found) = (0, 0);
    for at in (100..whole.len() - 8).step_by(509) {
        let mut damaged = whole.clone();
        damaged[at..at + 8].copy_from_slice(&noise);
        fs::write(folder.file("registry.db"), &damaged).unwrap();
        for side in ["registry.db-wal", "registry.db-shm"] {
            let _ = fs::remove_file(folder.file(side));
        }
        let same = match folder.store() {
            Ok(store) => store.read(&id, 0, 100).await.is_ok_and(|entries| entries == before),
            Err(StoreError::Corrupt { .. } | StoreError::NewerSchema { .. }) => {
                refused += 1;
                continue;
            }
            Err(other) => panic!("at {at}: {other}"),
        };
        if !same {
            let sound = Dump::open(&folder.path()).is_ok_and(|dump| {
                dump.integrity().is_ok_and(|lines| lines.is_empty()) && check(&folder.path(), &id).is_sound()
            });
            assert!(!sound, "damage at {at} changed the entries unseen");
            found += 1;
        }
    }
    assert!(refused > 0 && found > 0, "{refused} refused, {found} found: the damage hit nothing");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told() {
    let folder = Folder::new();
    fs::write(folder.path(), "a file").unwrap();
    let error = folder.store().err().unwrap();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    let text = error.to_string().replace(&folder.path().display().to_string(), "DIR");
    assert!(text.starts_with("the store cannot be used: DIR cannot be made: "), "{text}");
}

#[tokio::test]
async fn reading_only_works_beside_a_server_and_never_writes() {
    let folder = closed().await;
    let server = folder.store().unwrap();
    let reader = SqliteStore::open_read_only(&folder.path()).unwrap();
    let id = ledger("sales");
    let mut writer = Writer::at_end(&id, &server).await;
    writer.write(&server, "c-new", 1).await;
    assert_eq!(reader.head(&id).await.unwrap().unwrap().seq, 6);
    let error = reader.append(writer.next("c-newer", 1)).await.unwrap_err();
    assert_eq!(
        folder.anonymous(&error.to_string()),
        "the store cannot be used: DIR/registry.db was opened for reading only"
    );
    assert_eq!(server.poisoned(), None);
}

#[tokio::test]
async fn reading_only_a_folder_that_is_not_there_is_told() {
    let folder = Folder::new();
    assert!(matches!(SqliteStore::open_read_only(&folder.path()), Err(StoreError::Unavailable { .. })));
    fs::create_dir(folder.path()).unwrap();
    let error = SqliteStore::open_read_only(&folder.path()).err().unwrap().to_string();
    let expected = "the store cannot be used: DIR/registry.db does not exist; name a data folder";
    assert_eq!(folder.anonymous(&error), expected);
    let error = Dump::open(&folder.path()).err().unwrap().to_string();
    assert_eq!(folder.anonymous(&error), expected);
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "looking made files");
}

/// SQLite would take this path for an address with options.
#[tokio::test]
async fn a_folder_with_an_odd_name_is_only_a_folder() {
    let base = Folder::new();
    let dir = base.path().join("file:x?mode=memory&cache=shared #%41 é");
    let store = SqliteStore::open(&OpenOptions::new(&dir)).unwrap();
    Writer::new(&ledger("sales")).write(&store, "c-1", 1).await;
    drop(store);
    let mut start = [0; 15];
    let mut file = fs::File::open(dir.join("registry.db")).unwrap();
    file.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"SQLite format 3");
}

#[tokio::test]
async fn a_damaged_entry_page_is_a_named_error_while_running() {
    let folder = Folder::new();
    let id = ledger("sales");
    {
        let store = folder.store().unwrap();
        let mut writer = Writer::new(&id);
        writer.write(&store, "c-1", 2000).await;
    }
    let conn = folder.raw();
    let page: i64 = conn
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'entries'", [], |r| r.get(0))
        .unwrap();
    drop(conn);
    let mut file = FileOptions::new().write(true).open(folder.file("registry.db")).unwrap();
    file.seek(SeekFrom::Start(u64::try_from(page - 1).unwrap() * 4096)).unwrap();
    file.write_all(&[0xff; 4096]).unwrap();
    drop(file);
    let store = folder.store().unwrap();
    let error = store.read(&id, 0, 10).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    let report = check_report(&folder);
    assert_eq!(report.first_bad, Some(1));
}

fn check_report(folder: &Folder) -> cuelight_core::ledger::verify::Report {
    let dump = Dump::open(&folder.path()).unwrap();
    assert!(!dump.integrity().unwrap_or_else(|e| vec![e.to_string()]).is_empty());
    crate::support::report(&dump, &ledger("sales"))
}

use rusqlite::Error;

use super::*;

fn file() -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    std::fs::File::create(&path).unwrap();
    (dir, path)
}

#[test]
fn an_old_sqlite_is_refused_by_name() {
    let error = check_version(3_051_002, "3.51.2").unwrap_err();
    assert_eq!(error.to_string(), "SQLite 3.51.2 is too old; Cuelight needs 3.51.3 or newer");
    assert_eq!(check_version(3_051_003, "3.51.3"), Ok(()));
    assert_eq!(check_version(rusqlite::version_number(), rusqlite::version()), Ok(()));
}

#[test]
fn a_writer_has_every_setting() {
    let (_dir, path) = file();
    let conn = open_writer(&path).unwrap();
    make_durable(&conn, Durability::Full).unwrap();
    let setting = |name: &str| {
        conn.pragma_query_value(None, name, |r| {
            Ok(r.get::<_, i64>(0).map(|n| n.to_string()).or_else(|_| r.get::<_, String>(0)).unwrap())
        })
        .unwrap()
    };
    let expected = [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
        ("trusted_schema", "0"),
        ("recursive_triggers", "1"),
        ("secure_delete", "1"),
        ("cell_size_check", "1"),
        ("query_only", "0"),
        ("busy_timeout", "10000"),
    ];
    for (name, value) in expected {
        assert_eq!(setting(name), value, "{name}");
    }
    make_durable(&conn, Durability::Normal).unwrap();
    assert_eq!(setting("synchronous"), "1");
}

#[test]
fn a_reader_cannot_write() {
    let (_dir, path) = file();
    open_writer(&path).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    let conn = open_reader(&path).unwrap();
    let error: Error = conn.execute("INSERT INTO t VALUES (1)", []).unwrap_err();
    assert!(error.to_string().contains("readonly"), "{error}");
}

use super::*;

const ONE: Migration =
    Migration { name: "one", sql: "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);" };
const TWO: Migration =
    Migration { name: "two", sql: "ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = x + 1;" };
const BAD: Migration = Migration { name: "bad", sql: "CREATE TABLE b (x); INSERT INTO a VALUES (9); SELEC;" };

fn schema(migrations: &'static [Migration]) -> Schema {
    Schema { application: 77, migrations, durability: Durability::Full }
}

fn fresh() -> Connection {
    Connection::open_in_memory().unwrap()
}

fn number(conn: &Connection, sql: &str) -> i64 {
    conn.query_row(sql, [], |r| r.get(0)).unwrap()
}

fn words(result: Result<(), StoreError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn steps_run_once_and_in_order() {
    let mut conn = fresh();
    schema(&[ONE]).migrate(&mut conn, "x.db").unwrap();
    for _ in 0..3 {
        schema(&[ONE, TWO]).migrate(&mut conn, "x.db").unwrap();
    }
    schema(&[ONE, TWO]).check(&conn, "x.db").unwrap();
    assert_eq!(number(&conn, "SELECT count(*) FROM a"), 1);
    assert_eq!(number(&conn, "SELECT y FROM a"), 2);
    assert_eq!(number(&conn, "SELECT count(*) FROM migrations"), 2);
    assert_eq!(number(&conn, "PRAGMA user_version"), 2);
    assert_eq!(number(&conn, "PRAGMA application_id"), 77);
}

#[test]
fn a_step_that_fails_leaves_nothing_of_itself() {
    let mut conn = fresh();
    assert!(schema(&[ONE, BAD, TWO]).migrate(&mut conn, "x.db").is_err());
    assert_eq!(number(&conn, "PRAGMA user_version"), 1);
    assert_eq!(number(&conn, "SELECT count(*) FROM a"), 1);
    assert_eq!(number(&conn, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
    schema(&[ONE, TWO]).migrate(&mut conn, "x.db").unwrap();
    let mut conn = fresh();
    assert!(schema(&[BAD]).migrate(&mut conn, "x.db").is_err());
    assert_eq!(number(&conn, "SELECT count(*) FROM sqlite_schema"), 0);
    assert_eq!(number(&conn, "PRAGMA application_id"), 0);
}

#[test]
fn a_newer_file_is_refused() {
    let mut conn = fresh();
    schema(&[ONE, TWO]).migrate(&mut conn, "x.db").unwrap();
    assert_eq!(
        words(schema(&[ONE]).migrate(&mut conn, "x.db")),
        "x.db has schema 2 and this version of Cuelight knows 1; start the version that wrote it, or restore an older \
         backup"
    );
}

#[test]
fn an_older_file_is_not_read_without_migrating() {
    let mut conn = fresh();
    schema(&[ONE]).migrate(&mut conn, "x.db").unwrap();
    assert_eq!(
        words(schema(&[ONE, TWO]).check(&conn, "x.db")),
        "the store cannot be used: x.db has schema 1 and this version of Cuelight reads 2; start its server once to \
         bring it up to date"
    );
}

#[test]
fn an_edited_step_is_refused() {
    let mut conn = fresh();
    schema(&[ONE]).migrate(&mut conn, "x.db").unwrap();
    const EDITED: Migration = Migration { name: "one", sql: "CREATE TABLE a (x INTEGER, z INTEGER) STRICT;" };
    const RENAMED: Migration = Migration { name: "uno", sql: ONE.sql };
    for edited in [&[EDITED][..], &[RENAMED]] {
        let schema =
            Schema { application: 77, migrations: Box::leak(edited.into()), durability: Durability::Full };
        let error = words(schema.migrate(&mut conn, "x.db"));
        assert!(error.contains("on record is not the one this version knows"), "{error}");
        assert_eq!(words(schema.check(&conn, "x.db")), error);
    }
}

#[test]
fn another_programs_database_is_refused() {
    let mut conn = fresh();
    conn.execute_batch("CREATE TABLE notes (x)").unwrap();
    assert_eq!(
        words(schema(&[ONE]).migrate(&mut conn, "x.db")),
        "x.db is damaged: it is a database of another kind (application id 0); keep a copy, run `cuelight verify` on \
         it, and restore a backup"
    );
    let mut conn = fresh();
    VAULT.migrate(&mut conn, "vault.db").unwrap();
    assert!(words(REGISTRY.migrate(&mut conn, "registry.db")).contains("a database of another kind"));
}

#[test]
fn a_changed_object_is_noticed() {
    let edits = [
        ("DROP TRIGGER entries_update", "trigger `entries_update` is changed or gone"),
        ("DROP INDEX spare", ""),
        (
            "CREATE TRIGGER mine AFTER INSERT ON entries BEGIN DELETE FROM saved_states; END",
            "trigger `mine` is not Cuelight's",
        ),
        (
            "DROP TRIGGER blobs_delete; CREATE TRIGGER blobs_delete BEFORE DELETE ON blobs BEGIN SELECT 1; END",
            "trigger `blobs_delete` is changed or gone",
        ),
        ("ALTER TABLE saved_states ADD COLUMN note TEXT", "table `saved_states` is changed or gone"),
    ];
    for (edit, expected) in edits {
        let mut conn = fresh();
        REGISTRY.migrate(&mut conn, "x.db").unwrap();
        // Tables and indexes of other tools are none of our business.
        conn.execute_batch(
            "CREATE TABLE _litestream_lock (id INTEGER); CREATE INDEX spare ON entries (kind)",
        )
        .unwrap();
        REGISTRY.check(&conn, "x.db").unwrap();
        conn.execute_batch(edit).unwrap();
        if expected.is_empty() {
            REGISTRY.migrate(&mut conn, "x.db").unwrap();
        } else {
            let error = words(REGISTRY.migrate(&mut conn, "x.db"));
            assert!(error.contains(expected), "{error}");
            assert_eq!(words(REGISTRY.check(&conn, "x.db")), error);
        }
    }
}

#[test]
fn the_record_of_migrations_cannot_be_changed() {
    let mut conn = fresh();
    REGISTRY.migrate(&mut conn, "x.db").unwrap();
    for sql in [
        "UPDATE migrations SET digest = 'x'",
        "DELETE FROM migrations",
        "INSERT OR REPLACE INTO migrations VALUES (1, 'x', 'y')",
        "INSERT INTO migrations VALUES (9, 'x', 'y')",
    ] {
        let error = conn.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("cuelight: "), "{sql}: {error}");
    }
}

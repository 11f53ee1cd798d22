//! Opening: what can be wrong with a database and what is said of it; several who open it at once.

use cuelight_store::laws::StoreFactory as _;
use cuelight_store::laws::sample::{Writer, ledger};
use cuelight_store::{Ledger as _, StoreError};
use cuelight_store_postgres::{Dump, PostgresOptions, PostgresStore};
use cuelight_testkit::kill;

use crate::support::Place;

/// Set only in the children: the address of their database.
const GATE: &str = "CUELIGHT_TEST_START_URL";

#[expect(clippy::disallowed_methods, reason = "the parent test tells its child processes what to open")]
fn gate() -> Option<String> {
    std::env::var(GATE).ok()
}

/// Not a test of its own: one of several processes that open a new database at once.
#[test]
fn child() {
    let Some(url) = gate() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = PostgresStore::open(&PostgresOptions::new(url)).await.unwrap();
        assert_eq!(store.ends().await.unwrap(), []);
    });
}

#[test]
fn processes_that_start_at_once_make_one_schema() {
    for _ in 0..3 {
        let place = Place::new();
        let start = |_| kill::child("start::child").env(GATE, place.0.url()).spawn().unwrap();
        let children: Vec<_> = (0..6).map(start).collect();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        assert_eq!(place.0.sql("SELECT count(*) FROM cuelight.migrations").trim(), "1");
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let place = Place::new();
    drop(place.store().await.unwrap());
    place.0.sql("INSERT INTO cuelight.migrations VALUES (2, 'later', 'sha256:00')");
    assert_eq!(
        place.refusal().await,
        "DATABASE has schema 2 and this version of Cuelight knows 1; start the version that wrote it, or restore an \
         older backup"
    );
    assert_eq!(place.0.sql("SELECT count(*) FROM cuelight.migrations").trim(), "2");
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    let place = Place::new();
    drop(place.store().await.unwrap());
    place.tamper("UPDATE migrations SET digest = 'sha256:00'");
    assert_eq!(
        place.refusal().await,
        "DATABASE is damaged: migration 1 (`store`) on record is not the one this version knows: the record or the \
         program was edited; keep a copy, run `cuelight verify` on it, and restore a backup"
    );
}

#[tokio::test]
async fn a_guard_that_was_dropped_is_noticed() {
    let edits = [
        ("DROP TRIGGER entries_keep ON cuelight.entries", "trigger entries.entries_keep is changed or gone"),
        (
            "ALTER TABLE cuelight.blobs DISABLE TRIGGER blobs_update",
            "trigger blobs.blobs_update is changed or gone",
        ),
        (
            "CREATE OR REPLACE FUNCTION cuelight.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            "function refuse is changed or gone",
        ),
        (
            "ALTER TABLE cuelight.leaves DROP CONSTRAINT leaves_ledger_seq_fkey",
            "key leaves.leaves_ledger_seq_fkey is changed or gone",
        ),
        (
            "CREATE FUNCTION public.mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; \
             CREATE TRIGGER mine BEFORE INSERT ON cuelight.entries FOR EACH ROW EXECUTE FUNCTION public.mine()",
            "trigger entries.mine is not Cuelight's",
        ),
    ];
    for (edit, expected) in edits {
        let place = Place::new();
        drop(place.store().await.unwrap());
        // Tables, columns and indexes of other tools are none of our business.
        place
            .0
            .sql("CREATE TABLE cuelight.spare (x int); CREATE INDEX spare_kind ON cuelight.entries (kind)");
        drop(place.store().await.unwrap());
        place.0.sql(edit);
        let refusal = place.refusal().await;
        assert!(refusal.contains(&format!("its schema was edited: {expected}")), "{refusal}");
        let found = Dump::open(&place.options()).unwrap().integrity().unwrap();
        assert!(found.iter().any(|line| line == expected), "{found:?}");
    }
}

#[tokio::test]
async fn another_programs_schema_is_refused() {
    let place = Place::new();
    place.0.sql("CREATE SCHEMA cuelight; CREATE TABLE cuelight.notes (x int)");
    let refusal = place.refusal().await;
    assert!(refusal.contains("its schema `cuelight` is another program's"), "{refusal}");
}

/// The owner of an empty schema needs no right to make one.
#[tokio::test]
async fn a_plain_owner_is_enough() {
    let place = Place::new();
    let role = format!("plain_{}", place.0.name());
    place.0.sql(&format!(
        "SET client_min_messages = error; DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN; \
         CREATE SCHEMA cuelight AUTHORIZATION {role}"
    ));
    let url = place.0.url().replacen("cuelight@", &format!("{role}@"), 1);
    let store = PostgresStore::open(&PostgresOptions::new(url)).await.unwrap();
    let mut writer = Writer::new(&ledger("sales"));
    writer.write(&store, "c-1", 2).await;
    assert_eq!(store.ends().await.unwrap(), [(ledger("sales"), 2)]);
    drop(store);
    place.0.sql(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"));
}

/// Who may log in and make no schema, or may not log in at all, gets no further by waiting.
#[tokio::test]
async fn what_the_user_may_not_is_a_matter_of_settings() {
    let place = Place::new();
    let role = format!("guest_{}", place.0.name());
    place.0.sql(&format!(
        "SET client_min_messages = error; DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN"
    ));
    let url = place.0.url().replacen("cuelight@", &format!("{role}@"), 1);
    let error = PostgresStore::open(&PostgresOptions::new(&url)).await.err().unwrap();
    assert!(matches!(error, StoreError::Settings { .. }), "{error:?}");
    assert!(error.to_string().contains("give the user this right"), "{error}");
    place.0.sql(&format!("ALTER ROLE {role} NOLOGIN"));
    let error = PostgresStore::open(&PostgresOptions::new(&url)).await.err().unwrap();
    assert!(matches!(error, StoreError::Settings { .. }), "{error:?}");
    assert!(error.to_string().contains("is not permitted to log in"), "{error}");
    place.0.sql(&format!("DROP ROLE {role}"));
}

#[tokio::test]
async fn another_encoding_is_refused() {
    let place = Place::new();
    let name = format!("latin_{}", place.0.name());
    place.0.sql(&format!("DROP DATABASE IF EXISTS {name}"));
    place.0.sql(&format!(
        "CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0"
    ));
    let url = place.0.url().replacen(&format!("/{}?", place.0.name()), &format!("/{name}?"), 1);
    let error = PostgresStore::open(&PostgresOptions::new(url)).await.err().unwrap().to_string();
    assert!(error.ends_with("has the encoding SQL_ASCII; make one with the encoding UTF8"), "{error}");
    place.0.sql(&format!("DROP DATABASE {name} WITH (FORCE)"));
}

#[tokio::test]
async fn what_cannot_be_reached_is_named_without_the_password() {
    let place = Place::new();
    let right = place.0.network_url();
    drop(PostgresStore::open(&PostgresOptions::new(&right)).await.unwrap());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let password = place.0.password();
    let wrong = [
        (right.replace(password, "hunter2"), true, "password authentication failed"),
        (right.replace(&format!(":{password}@"), "@"), true, "password missing"),
        (right.replacen("cuelight:", "nobody:", 1), true, "password authentication failed"),
        (place.0.url_through(port), false, "cannot be reached: error connecting to server"),
        (right.replace(place.0.name(), "nowhere"), true, "does not exist; create it"),
    ];
    for (url, settings, expected) in wrong {
        let options = PostgresOptions::new(&url);
        for error in [
            PostgresStore::open(&options).await.err().unwrap(),
            tokio::task::spawn_blocking(move || Dump::open(&options).err().unwrap()).await.unwrap(),
        ] {
            // Only what is down may come back by itself.
            assert_eq!(matches!(error, StoreError::Settings { .. }), settings, "{error:?}");
            assert!(error.is_away(), "{error:?}");
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(expected) && shown.contains("at 127.0.0.1:"), "{shown}");
            assert!(!shown.contains("hunter2") && !shown.contains(password), "{shown}");
        }
    }
    let error = Dump::open(&Place::new().options()).err().unwrap().to_string();
    assert!(error.ends_with("has no schema of Cuelight; name another database"), "{error}");
}

#[tokio::test]
async fn a_factory_opens_the_same_place_again() {
    let place = Place::new();
    let mut writer = Writer::new(&ledger("sales"));
    writer.write(&*place.open().await.unwrap().ledger, "c-1", 1).await;
    let found = place.open().await.unwrap().ledger.ends().await.unwrap();
    assert_eq!(found, [(ledger("sales"), 1)]);
}

use std::time::Duration;

use cuelight_testkit::postgres::Cluster;

use super::*;
use crate::address::Address;

fn words<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    result.unwrap_err().to_string()
}

#[tokio::test]
async fn the_objects_on_file_are_those_the_steps_make() {
    let address = Address::parse(&Cluster::shared().database().url()).unwrap();
    let db = Database::new(&address, 1, Duration::from_secs(10)).unwrap();
    run_steps(&db).await.unwrap();
    let found: String = objects(&db).await.unwrap().iter().map(|line| format!("{line}\n")).collect();
    assert_eq!(found, OBJECTS, "what migrations/objects.txt has to be:\n{found}");
}

#[test]
fn an_old_server_is_refused() {
    check_version(150_000, "15.0").unwrap();
    check_version(180_004, "18.4").unwrap();
    assert_eq!(
        words(check_version(140_019, "14.19")),
        "PostgreSQL 14.19 is too old; Cuelight needs 15 or newer"
    );
}

#[test]
fn history_must_be_ours() {
    let ours = || (1, MIGRATIONS[0].name.to_owned(), digest(&MIGRATIONS[0]));
    check_history(&[], "X").unwrap();
    check_history(&[ours()], "X").unwrap();
    let edited = (1, ours().1, "sha256:00".to_owned());
    let renamed = (1, "other".to_owned(), ours().2);
    let late = (0, ours().1, ours().2);
    for wrong in [edited, renamed, late] {
        let error = words(check_history(&[wrong], "X"));
        assert!(
            error.contains("migration 1 (`store`) on record is not the one this version knows"),
            "{error}"
        );
    }
    assert_eq!(
        words(check_history(&[ours(), (7, "later".into(), "sha256:00".into())], "X")),
        format!(
            "X has schema 7 and this version of Cuelight knows {}; start the version that wrote it, or restore an \
             older backup",
            MIGRATIONS.len()
        )
    );
}

#[test]
fn edits_are_named() {
    let whole: BTreeSet<String> = OBJECTS.lines().map(str::to_owned).collect();
    assert_eq!(edits(&whole), Vec::<String>::new());
    let mut found = whole.clone();
    found.retain(|line| !line.starts_with("trigger entries.entries_keep "));
    found.insert("trigger entries.mine 5 O mine ".into());
    found.insert("index spare on entries".into());
    assert_eq!(
        edits(&found),
        ["trigger entries.entries_keep is changed or gone", "trigger entries.mine is not Cuelight's"]
    );
}

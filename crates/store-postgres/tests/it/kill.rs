//! A process killed at any moment loses nothing that it acknowledged, and leaves no lock behind.

use cuelight_store::laws::sample::{Writer, artifact, ledger, text};
use cuelight_store::{Appended, Ledger, Observation, Observations};
use cuelight_store_postgres::{PostgresOptions, PostgresStore};
use cuelight_testkit::kill;

use crate::support::{Place, check};

const CYCLES: u64 = 200;
/// Set only in the child: the address of its database.
const GATE: &str = "CUELIGHT_TEST_KILL_URL";

#[expect(clippy::disallowed_methods, reason = "the parent test tells its child process where to write")]
fn gate() -> Option<String> {
    std::env::var(GATE).ok()
}

/// Not a test of its own: the process that is killed. Says the position after every acknowledged append.
#[test]
fn child() {
    let Some(url) = gate() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(write_until_killed(&url));
}

async fn write_until_killed(url: &str) {
    let store = PostgresStore::open(&PostgresOptions::new(url)).await.unwrap();
    let id = ledger("sales");
    let mut writer = Writer::at_end(&id, &store).await;
    loop {
        let n = writer.seq();
        let bodies = (0..1 + n % 4).map(|m| serde_json::json!({ "m": m })).collect();
        let blobs =
            vec![artifact(&"a".repeat(usize::try_from(n % 7 * 1000).unwrap())), text(&format!("text {n}"))];
        let append = writer.next_with(&format!("c-{n}"), bodies, blobs);
        match Ledger::append(&store, append).await.unwrap() {
            Appended::Stored => {}
            // The server may store what the last process asked for after that process has ended.
            Appended::Behind { .. } | Appended::Duplicate(_) => {
                writer = Writer::at_end(&id, &store).await;
                continue;
            }
        }
        let project = "sales".parse().unwrap();
        let seen = Observation { id: format!("o-{n}"), project, at: 0, kind: "k".into(), body: vec![] };
        Observations::append(&store, vec![seen]).await.unwrap();
        kill::acknowledge(writer.seq());
    }
}

#[test]
fn no_acknowledged_append_is_lost() {
    let place = Place::new();
    let id = ledger("sales");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (mut known, mut unacknowledged) = (0, 0);
    let start = || {
        let mut command = kill::child("kill::child");
        command.env(GATE, place.0.url());
        command
    };
    // The first children also make the schema.
    let store = std::cell::OnceCell::new();
    let cycles = CYCLES * kill::dose();
    kill::kill_again_and_again(cycles, start, |cycle, acknowledged| {
        let acknowledged = acknowledged.max(known);
        let store = store.get_or_init(|| runtime.block_on(place.store()).unwrap());
        let head = runtime.block_on(store.head(&id)).unwrap().map_or(0, |h| h.seq);
        assert!(
            head >= acknowledged,
            "cycle {cycle}: entry {acknowledged} was acknowledged, the ledger ends at {head}"
        );
        unacknowledged += u64::from(head > acknowledged);
        known = head;
        if head > 0 && (cycle % 20 == 19 || cycle < 10) {
            let report = check(&place.options(), &id);
            assert!(report.is_sound(), "cycle {cycle}: {:?}", report.findings);
            assert!(report.entries >= head && report.signed == report.entries, "cycle {cycle}");
        }
    });
    assert!(known > cycles, "only {known} entries in {cycles} cycles");
    println!("{known} entries; {unacknowledged} cycles ended with an append stored but not acknowledged");
}

//! A process killed at any moment loses nothing that it acknowledged.

use std::path::Path;

use cuelight_store::laws::sample::{Writer, artifact, ledger, text};
use cuelight_store::{Appended, Ledger, Observation, Observations};
use cuelight_store_sqlite::{OpenOptions, SqliteStore};
use cuelight_testkit::kill;

use crate::support::{Folder, check};

const CYCLES: u64 = 200;
/// Set only in the child: its data folder.
const GATE: &str = "CUELIGHT_TEST_KILL_DIR";

#[expect(clippy::disallowed_methods, reason = "the parent test tells its child process where to write")]
fn gate() -> Option<String> {
    std::env::var(GATE).ok()
}

/// Not a test of its own: the process that is killed. Says the position after every acknowledged append.
#[test]
fn child() {
    let Some(dir) = gate() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(write_until_killed(Path::new(&dir)));
}

async fn write_until_killed(dir: &Path) {
    let store = SqliteStore::open(&OpenOptions::new(dir)).unwrap();
    let id = ledger("sales");
    let mut writer = Writer::at_end(&id, &store).await;
    loop {
        let n = writer.seq();
        let bodies = (0..1 + n % 4).map(|m| serde_json::json!({ "m": m })).collect();
        let blobs =
            vec![artifact(&"a".repeat(usize::try_from(n % 7 * 1000).unwrap())), text(&format!("text {n}"))];
        let append = writer.next_with(&format!("c-{n}"), bodies, blobs);
        assert_eq!(Ledger::append(&store, append).await.unwrap(), Appended::Stored);
        let project = "sales".parse().unwrap();
        let seen = Observation { id: format!("o-{n}"), project, at: 0, kind: "k".into(), body: vec![] };
        Observations::append(&store, vec![seen]).await.unwrap();
        kill::acknowledge(writer.seq());
    }
}

#[test]
fn no_acknowledged_append_is_lost() {
    let folder = Folder::new();
    let id = ledger("sales");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut known, mut unacknowledged) = (0, 0);
    let start = || {
        let mut command = kill::child("kill::child");
        command.env(GATE, folder.path());
        command
    };
    let cycles = CYCLES * kill::dose();
    kill::kill_again_and_again(cycles, start, |cycle, acknowledged| {
        let acknowledged = acknowledged.max(known);
        let head = runtime.block_on(async {
            let store = SqliteStore::open(&OpenOptions::new(folder.path())).unwrap();
            store.head(&id).await.unwrap().map_or(0, |h| h.seq)
        });
        assert!(
            head >= acknowledged,
            "cycle {cycle}: entry {acknowledged} was acknowledged, the ledger ends at {head}"
        );
        unacknowledged += u64::from(head > acknowledged);
        known = head;
        // The whole check grows with the ledger; what a kill has torn stays torn until the next one.
        if head > 0 && (cycle % 10 == 9 || cycle < 20) {
            let report = check(&folder.path(), &id);
            assert!(report.is_sound(), "cycle {cycle}: {:?}", report.findings);
            assert_eq!((report.entries, report.signed), (head, head), "cycle {cycle}");
        }
    });
    assert!(known > cycles, "only {known} entries in {cycles} cycles");
    println!("{known} entries; {unacknowledged} cycles ended with an append stored but not acknowledged");
}

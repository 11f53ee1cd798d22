//! A writer killed at any moment loses nothing that it acknowledged.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cuelight_store::laws::sample::{Writer, artifact, ledger, text};
use cuelight_store::{Appended, Ledger, Observation, Observations};
use cuelight_store_sqlite::{OpenOptions, SqliteStore};

use crate::support::{Folder, check};

const CYCLES: u64 = 30;
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
        let mut out = std::io::stdout().lock();
        writeln!(out, "ack {}", writer.seq()).unwrap();
        out.flush().unwrap();
    }
}

fn start(dir: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--nocapture"])
        .env(GATE, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn no_acknowledged_append_is_lost() {
    let folder = Folder::new();
    let id = ledger("sales");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut acknowledged, mut unacknowledged) = (0, 0);
    for cycle in 0..CYCLES {
        let mut child = start(&folder.path());
        let acked = Arc::new(AtomicU64::new(0));
        let out = BufReader::new(child.stdout.take().unwrap());
        let listener = std::thread::spawn({
            let acked = acked.clone();
            move || {
                for line in out.lines().map_while(Result::ok) {
                    if let Some(seq) = line.strip_prefix("ack ") {
                        acked.store(seq.parse().unwrap(), Ordering::SeqCst);
                    }
                }
            }
        });
        // Some are killed while they open, some after their first appends.
        if cycle % 5 != 0 {
            let waited = std::time::Instant::now();
            while acked.load(Ordering::SeqCst) == 0 {
                assert!(waited.elapsed() < Duration::from_secs(30), "the child writes nothing");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        std::thread::sleep(Duration::from_micros(cycle * 7919 % 60 * 1000));
        child.kill().unwrap();
        child.wait().unwrap();
        listener.join().unwrap();
        let acked = acked.load(Ordering::SeqCst).max(acknowledged);
        let head = runtime.block_on(async {
            let store = SqliteStore::open(&OpenOptions::new(folder.path())).unwrap();
            store.head(&id).await.unwrap().map_or(0, |h| h.seq)
        });
        assert!(head >= acked, "cycle {cycle}: entry {acked} was acknowledged, the ledger ends at {head}");
        unacknowledged += u64::from(head > acked);
        acknowledged = head;
        if head > 0 {
            let report = check(&folder.path(), &id);
            assert!(report.is_sound(), "cycle {cycle}: {:?}", report.findings);
            assert_eq!((report.entries, report.signed), (head, head), "cycle {cycle}");
        }
    }
    assert!(acknowledged > CYCLES, "only {acknowledged} entries in {CYCLES} cycles");
    println!(
        "{acknowledged} entries; {unacknowledged} cycles ended with an append stored but not acknowledged"
    );
}

//! A commit that fails with an unknown result ends the store, and nothing that was acknowledged is lost.
//!
//! The child runs under a file size limit, so that the operating system refuses to write on. (`ulimit -f`, with its
//! signal ignored, makes a write fail with EFBIG, which SQLite reports as an I/O error in the middle of a commit.)
#![cfg(unix)]

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use cuelight_store::laws::sample::{Writer, ledger};
use cuelight_store::{Appended, Ledger as _, StoreError};
use cuelight_store_sqlite::{OpenOptions, SqliteStore};

use crate::support::{Folder, check};

/// Set only in the child: its data folder.
const GATE: &str = "CUELIGHT_TEST_LIMIT_DIR";

#[expect(clippy::disallowed_methods, reason = "the parent test tells its child process where to write")]
fn gate() -> Option<String> {
    std::env::var(GATE).ok()
}

/// Not a test of its own: the process under the limit.
#[test]
fn child() {
    let Some(dir) = gate() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(write_until_refused(Path::new(&dir)));
}

async fn write_until_refused(dir: &Path) {
    let store = SqliteStore::open(&OpenOptions::new(dir)).unwrap();
    let id = ledger("sales");
    let mut writer = Writer::new(&id);
    let mut out = std::io::stdout();
    for n in 0..10_000 {
        let append = writer.next(&format!("c-{n}"), 20);
        match store.append(append).await {
            Ok(Appended::Stored) => writeln!(out, "ack {}", writer.seq()).unwrap(),
            Ok(other) => panic!("{other:?}"),
            Err(error) => {
                assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
                writeln!(out, "error {error}").unwrap();
                break;
            }
        }
    }
    writeln!(out, "poisoned {}", store.poisoned().unwrap()).unwrap();
    for error in [
        store.append(Writer::new(&ledger("other")).next("c", 1)).await.unwrap_err(),
        store.head(&id).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        writeln!(out, "after {error}").unwrap();
    }
    writeln!(out, "end").unwrap();
}

#[test]
fn an_unknown_result_poisons_the_store() {
    let folder = Folder::new();
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 1500; exec \"$0\" --exact limit::child --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .env(GATE, folder.path())
        .output()
        .unwrap();
    let text = folder.anonymous(&String::from_utf8_lossy(&output.stdout));
    let said = |word: &str| -> Vec<&str> { text.lines().filter_map(|l| l.strip_prefix(word)).collect() };
    assert_eq!(said("end"), [""], "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        said("error "),
        [
            "the store cannot be used: DIR/registry.db: a commit failed with an unknown result (disk I/O error); restart \
          the process"
        ]
    );
    assert_eq!(said("poisoned "), ["DIR/registry.db: commit: disk I/O error"]);
    let after = "the store cannot be used: an earlier write ended with an unknown result (DIR/registry.db: commit: disk \
                 I/O error); restart the process";
    assert_eq!(said("after "), [after, after]);
    let acknowledged: u64 = said("ack ").last().unwrap().parse().unwrap();

    // A new process finds everything that was acknowledged.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let id = ledger("sales");
    let head = runtime.block_on(async {
        let store = SqliteStore::open(&OpenOptions::new(folder.path())).unwrap();
        let head = store.head(&id).await.unwrap().unwrap().seq;
        Writer::at_end(&id, &store).await.write(&store, "c-again", 1).await;
        head
    });
    assert!(head >= acknowledged, "{acknowledged} acknowledged, {head} there");
    let report = check(&folder.path(), &id);
    assert!(report.is_sound(), "{:?}", report.findings);
}

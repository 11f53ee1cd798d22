//! Backups: taken while a server writes, put back, damaged, cut off; recovery; copying from store to store.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use crate::scenario::published;
use crate::support::{Ran, Server, cuelight, run};

/// A request to a server: its status and body.
fn ask(server: &Server, token: &str, method: &str, path: &str, body: Option<(&Value, &str)>) -> (u16, Value) {
    let address = server.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let (text, headers) = match body {
        Some((body, key)) => {
            let text = body.to_string();
            let length = text.len();
            (
                text,
                format!(
                    "idempotency-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n"
                ),
            )
        }
        None => Default::default(),
    };
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n{headers}\r\n{text}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

fn issue(server: &Server, key: &str) -> (u16, Value) {
    let body = json!({ "label": key, "role": "viewer" });
    ask(server, &server.token, "POST", "/api/v1/tokens", Some((&body, key)))
}

/// Issues tokens until it is dropped; each is an entry and a value in the vault.
struct Writer {
    acknowledged: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    fn start(server: &Arc<Server>) -> Self {
        let (acknowledged, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (server, list, end) = (server.clone(), acknowledged.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            for n in 0.. {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let (status, issued) = issue(&server, &format!("writer-{n}"));
                assert_eq!(status, 201, "{issued}");
                list.lock().unwrap().push(issued["token"].as_str().unwrap().to_owned());
            }
        });
        Self { acknowledged, stop, thread: Some(thread) }
    }

    fn acknowledged(&self) -> Vec<String> {
        self.acknowledged.lock().unwrap().clone()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let ended = self.thread.take().unwrap().join();
        assert!(std::thread::panicking() || ended.is_ok());
    }
}

#[track_caller]
fn at(dir: &Path, arguments: &[&str]) -> Ran {
    let mut command = cuelight();
    command.current_dir(dir);
    run(command, arguments)
}

/// A stopped data folder with a library in it.
fn stopped() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::on(&data);
    published(&server);
    assert_eq!(server.terminate(), Some(0));
    (folder, data)
}

fn entries(verified: &Value) -> Vec<(String, u64, String)> {
    let one = |l: &Value| {
        let text = |key: &str| l[key].as_str().unwrap().to_owned();
        (text("ledger"), l["entries"].as_u64().unwrap(), text("root"))
    };
    verified["result"]["ledgers"].as_array().unwrap().iter().map(one).collect()
}

fn verified(dir: &Path, place: &str) -> Vec<(String, u64, String)> {
    entries(&at(dir, &["verify", place, "--json"]).expect(0).json())
}

#[test]
fn a_backup_of_a_busy_server_holds_everything_acknowledged_before() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let server = Arc::new(Server::on(&dir.join("data")));
    let writer = Writer::start(&server);
    let mut last = 0;
    for round in 1..=4 {
        while writer.acknowledged().len() <= last {
            std::thread::sleep(Duration::from_millis(2));
        }
        let before = writer.acknowledged();
        let (backup, data) = (format!("b{round}"), format!("d{round}"));
        let made = at(dir, &["backup", "--data", "data", "--to", &backup, "--json"]).expect(0).json();
        let during = writer.acknowledged().len();
        last = during;
        at(dir, &["restore", "--from", &backup, "--data", &data]).expect(0);
        let held = verified(dir, &data);
        let stated = made["result"]["manifest"]["ledgers"].as_array().unwrap();
        assert_eq!((held[0].1, &json!(held[0].1)), (stated[0]["size"].as_u64().unwrap(), &stated[0]["size"]));
        // Two entries before the first token of the writer.
        assert!(held[0].1 >= 2 + before.len() as u64, "{held:?}, {} were acknowledged", before.len());
        let mut restored = Server::on(&dir.join(&data));
        for token in [&before[0], before.last().unwrap()] {
            assert_eq!(ask(&restored, token, "GET", "/api/v1/whoami", None).0, 200, "round {round}");
        }
        // Every token in the copied ledger has its hash in the copied vault: each is listed with its label.
        let (_, listed) = ask(&restored, &server.token, "GET", "/api/v1/tokens?limit=200", None);
        assert!(listed["items"].as_array().unwrap().iter().all(|t| t["label"] != ""), "{listed}");
        restored.token.clone_from(&server.token);
        let (status, refused) = issue(&restored, "x");
        assert_eq!((status, &refused["code"]), (409, &json!("recovery_needed")));
    }
}

#[test]
fn nothing_is_overwritten() {
    let (folder, _) = stopped();
    let dir = folder.path();
    at(dir, &["backup", "--to", "b", "--data", "data"]).expect(0);
    assert_eq!(
        at(dir, &["backup", "--to", "b", "--data", "data", "--json"]).expect(1).json()["error"]["code"],
        "file_exists"
    );
    fs::write(dir.join("file"), "x").unwrap();
    at(dir, &["backup", "--to", "file", "--data", "data"]).expect(1);
    // Into a folder that is there: one of its own, named after the time.
    let made = at(dir, &["backup", "--to", ".", "--data", "data", "--json"]).expect(0).json();
    assert!(made["result"]["backup"].as_str().unwrap().contains("cuelight-20"), "{made}");
    at(dir, &["restore", "--from", "b", "--data", "data"]).expect(1);
    fs::create_dir(dir.join("empty")).unwrap();
    at(dir, &["restore", "--from", "b", "--data", "empty"]).expect(0);
    at(dir, &["restore", "--from", "b", "--data", "empty"]).expect(1);
    at(dir, &["migrate-store", "--from", "data", "--to", "empty"]).expect(4);
}

#[cfg(unix)]
#[test]
fn a_backup_is_private_and_plain() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, _) = stopped();
    let dir = folder.path();
    at(dir, &["backup", "--to", "b", "--data", "data"]).expect(0);
    at(dir, &["restore", "--from", "b", "--data", "d"]).expect(0);
    for (place, files) in [("b", 5), ("d", 3)] {
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&dir.join(place)), 0o700);
        let names: Vec<_> = fs::read_dir(dir.join(place)).unwrap().map(|e| e.unwrap().path()).collect();
        assert_eq!(names.len(), files, "{names:?}");
        assert!(names.iter().all(|n| mode(n) == 0o600), "{names:?}");
    }
}

#[test]
fn a_flipped_byte_in_any_file_is_found() {
    let (folder, _) = stopped();
    let dir = folder.path();
    at(dir, &["backup", "--to", "b", "--data", "data"]).expect(0);
    at(dir, &["restore", "--verify", "--from", "b"]).expect(0);
    let files: Vec<_> = fs::read_dir(dir.join("b")).unwrap().map(|e| e.unwrap().path()).collect();
    for file in &files {
        let whole = fs::read(file).unwrap();
        for place in [0, whole.len() / 3, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            fs::write(file, bytes).unwrap();
            let ran = at(dir, &["restore", "--from", "b", "--data", "d", "--json"]).expect(3);
            assert_eq!(ran.json()["error"]["code"], "bad_backup", "{} at {place}", file.display());
            assert!(!dir.join("d").exists());
        }
        fs::write(file, &whole[..whole.len() - 1]).unwrap();
        at(dir, &["restore", "--verify", "--from", "b"]).expect(3);
        fs::remove_file(file).unwrap();
        at(dir, &["restore", "--verify", "--from", "b"]).expect(3);
        fs::write(file, whole).unwrap();
    }
    at(dir, &["restore", "--verify", "--from", "b"]).expect(0);
}

#[test]
fn damaged_data_is_not_backed_up_as_if_it_were_whole() {
    let (folder, data) = stopped();
    let database = rusqlite::Connection::open(data.join("registry.db")).unwrap();
    database.execute("UPDATE saved_states SET bytes = x'7b7d'", []).unwrap();
    drop(database);
    let ran = at(folder.path(), &["backup", "--to", "b", "--data", "data", "--json"]).expect(3);
    assert_eq!(ran.json()["error"]["code"], "tampered");
    assert!(!folder.path().join("b").exists());
}

/// Kills a command after so many milliseconds, unless it has ended. Whether it was killed.
fn killed(dir: &Path, arguments: &[&str], after: u64) -> bool {
    let mut child = cuelight()
        .current_dir(dir)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(after));
    // An error means that it has ended.
    let _ended = child.kill();
    !child.wait().unwrap().success()
}

#[test]
fn a_backup_that_is_killed_leaves_nothing_under_its_name() {
    let (folder, _) = stopped();
    let dir = folder.path();
    let (mut cut, mut whole) = (0, 0);
    for after in (0..16).map(|n| n * n * 2) {
        let name = format!("b{after}");
        if killed(dir, &["backup", "--data", "data", "--to", &name], after) {
            cut += 1;
        }
        if dir.join(&name).exists() {
            whole += 1;
            if whole <= 2 {
                at(dir, &["restore", "--verify", "--from", &name]).expect(0);
            }
        }
    }
    assert!(cut > 2 && whole > 0, "{cut} were cut off, {whole} are whole");
    // The source is as good as before.
    at(dir, &["verify", "data"]).expect(0);
}

#[test]
fn a_migration_that_is_killed_goes_on() {
    let (folder, _) = stopped();
    let dir = folder.path();
    let copy = ["migrate-store", "--from", "data", "--to", "d"];
    let mut cut = 0;
    for after in (1..16).map(|n| n * 12) {
        cut += u64::from(killed(dir, &copy, after));
    }
    assert!(cut > 2, "{cut} were cut off");
    if dir.join("d").exists() {
        // Whatever is there: it continues, or it was whole already and is not touched.
        let ran = at(dir, &[&copy[..], &["--json"]].concat());
        assert!(ran.code == 0 || ran.json()["error"]["code"] == "store_not_empty", "{}", ran.show());
    } else {
        at(dir, &copy).expect(0);
    }
    assert_eq!(verified(dir, "data"), verified(dir, "d"));
    // Tokens and keys came along: the copy takes writes as the same installation.
    let first = Server::on(&dir.join("data"));
    let (key, name) = (first.key().to_owned(), first.announced["key"].clone());
    drop(first);
    let second = Server::with(&dir.join("d"), &["--recover-admin"]);
    assert_eq!((second.key(), &second.announced["key"]), (key.as_str(), &name));
    assert_eq!(issue(&second, "after").0, 201);
}

#[test]
fn a_store_in_use_is_not_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::on(&folder.path().join("data"));
    let ran = at(folder.path(), &["migrate-store", "--from", "data", "--to", "d", "--json"]).expect(1);
    assert_eq!(ran.json()["error"]["code"], "data_locked");
    assert_eq!(at(folder.path(), &["migrate-store", "--from", "nowhere", "--to", "d"]).expect(1).stdout, "");
    assert!(!folder.path().join("nowhere").exists());
    drop(server);
}

/// Every kind of value there is in a vault that was used; a kind that copies leave behind fails here.
#[test]
fn every_kind_of_sealed_value_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::with(&data, &["--sign-in-link"]);
    published(&server);
    let database = rusqlite::Connection::open(data.join("vault.db")).unwrap();
    let mut found = database.prepare("SELECT DISTINCT kind FROM items").unwrap();
    let kinds: Vec<String> = found.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(kinds.len() >= 3, "{kinds:?}");
    for kind in kinds {
        assert!(cuelight_app::app::VAULT_KINDS.contains(&kind.as_str()), "{kind}");
    }
}

#[test]
fn an_old_backup_and_newer_checkpoints_tell_the_loss() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let server = Server::on(&dir.join("data"));
    let w = published(&server);
    at(dir, &["backup", "--data", "data", "--to", "old"]).expect(0);
    w.run(&["release", "support/answer", "--env", "development"]).expect(0);
    w.run(&["project", "create", "globex"]).expect(0);
    w.run(&["export", "--checkpoint", "kept.txt"]).expect(0);
    at(dir, &["backup", "--data", "data", "--to", "newer"]).expect(0);
    let token = server.token.clone();
    drop(server);
    at(dir, &["restore", "--from", "old", "--data", "restored"]).expect(0);

    let mut server = Server::on(&dir.join("restored"));
    server.token = token;
    let w = w.at(&server);
    // Reads are fine, writes are refused, and the refusal says what to do.
    w.run(&["log"]).expect(0);
    let refused = w.run(&["release", "support/answer", "--env", "development"]).expect(1);
    assert!(refused.stderr.contains("error[recovery_needed]"), "{}", refused.show());
    assert!(refused.stderr.contains("cuelight recover --reason TEXT"), "{}", refused.show());
    let stands = w.run(&["recover"]).expect(2);
    assert!(stands.stdout.contains("takes no writes until"), "{}", stands.show());

    let manifest = dir.join("newer/manifest.json");
    let manifest = manifest.to_str().unwrap();
    let told =
        ["recover", "--reason", "The disk died.", "--checkpoint", "kept.txt", "--checkpoint", manifest];
    let recorded = w.run(&told).expect(0);
    let said = &recorded.stdout;
    assert!(said.starts_with("Recovery epoch 1: at "), "{said}");
    for told in [
        "“The disk died.”",
        "entry 4 of installation",
        "of project/acme",
        "4 entries of project/globex (1 to 4)",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    w.run(&["release", "support/answer", "--env", "development"]).expect(0);
    assert_eq!(w.run(&["recover"]).expect(0).stdout, *said);
    assert_eq!(w.run(&["recover", "--reason", "Again."]).expect(4).stdout, "");
    drop(server);
    let verified = at(dir, &["verify", "restored"]).expect(0);
    assert!(verified.stdout.contains("Recovery epoch 1: at "), "{}", verified.show());
    assert!(verified.stdout.contains("4 entries of project/globex (1 to 4)"), "{}", verified.show());
}

#[test]
fn a_store_that_another_tool_put_back_is_marked() {
    let (folder, _) = stopped();
    let dir = folder.path();
    at(dir, &["restore", "--mark", "--data", "data"]).expect(0);
    let server = Server::with(&dir.join("data"), &["--recover-admin"]);
    assert_eq!(issue(&server, "x").1["code"], "recovery_needed");
    let body = json!({ "reason": "Put back by the storage team." });
    let recovery = |body: &Value| ask(&server, &server.token, "POST", "/api/v1/recovery", Some((body, "r")));
    let (status, recorded) = recovery(&body);
    assert_eq!((status, &recorded["epoch"]), (201, &json!(1)), "{recorded}");
    assert_eq!(recovery(&body).1["epoch"], 1, "the same key is the same recovery");
    assert_eq!(issue(&server, "x").0, 201);
}

/// PostgreSQL and back, by migration and by backup.
#[test]
fn databases_are_copied_backed_up_and_restored() {
    use cuelight_testkit::postgres::Cluster;
    let (folder, _) = stopped();
    let dir = folder.path();
    let (first, second) = (Cluster::shared().database(), Cluster::shared().database());
    let (one, two) = (first.network_url(), second.network_url());
    let held = verified(dir, "data");

    at(dir, &["migrate-store", "--from", "data", "--to", &one]).expect(0);
    assert_eq!(verified(dir, &one), held);
    at(dir, &["migrate-store", "--from", &one, "--to", "back"]).expect(0);
    assert_eq!(verified(dir, "back"), held);
    at(dir, &["migrate-store", "--from", "data", "--to", &one]).expect(4);

    let made = at(dir, &["backup", "--database", &one, "--to", "b", "--json"]).expect(0);
    for secret in [first.password(), "password"] {
        assert!(!made.stdout.contains(secret), "{}", made.stdout);
    }
    at(dir, &["restore", "--verify", "--from", "b", "--database", &two]).expect(0);
    at(dir, &["restore", "--from", "b", "--database", &two]).expect(0);
    assert_eq!(verified(dir, &two), held);
    let again = at(dir, &["restore", "--from", "b", "--database", &two, "--json"]).expect(4);
    assert_eq!(again.json()["error"]["code"], "store_not_empty");
    // The mark came along, and goes along.
    at(dir, &["migrate-store", "--from", &two, "--to", "marked"]).expect(0);
    let server = Server::with(&dir.join("marked"), &["--recover-admin"]);
    assert_eq!(issue(&server, "x").1["code"], "recovery_needed");

    let file = dir.join("b/database.dump");
    let whole = fs::read(&file).unwrap();
    let mut bytes = whole.clone();
    bytes[whole.len() / 2] ^= 1;
    fs::write(&file, bytes).unwrap();
    let bad = at(dir, &["restore", "--verify", "--from", "b", "--database", &two, "--json"]).expect(3);
    assert_eq!(bad.json()["error"]["code"], "bad_backup");
    at(dir, &["restore", "--from", "b", "--data", "d"]).expect(3);
}

/// Half a dump is never committed: what is restored into stays as it was.
#[test]
fn a_restore_that_fails_leaves_the_database_as_it_was() {
    use cuelight_testkit::postgres::Cluster;
    let (folder, _) = stopped();
    let dir = folder.path();
    let (first, second) = (Cluster::shared().database(), Cluster::shared().database());
    at(dir, &["migrate-store", "--from", "data", "--to", &first.network_url()]).expect(0);
    at(dir, &["backup", "--database", &first.network_url(), "--to", "b"]).expect(0);
    // A dump that breaks off, with a manifest that fits it.
    let file = dir.join("b/database.dump");
    let whole = fs::read(&file).unwrap();
    let cut = &whole[..whole.len() * 9 / 10];
    fs::write(&file, cut).unwrap();
    let manifest = fs::read_to_string(dir.join("b/manifest.json")).unwrap();
    let mut stated: Value = serde_json::from_str(&manifest).unwrap();
    stated["files"][0]["bytes"] = json!(cut.len());
    stated["files"][0]["digest"] = json!(cuelight_artifact::Digest::of_bytes(cut).to_string());
    let text = stated.to_string();
    let seal = cuelight_artifact::Digest::of_bytes(text.as_bytes()).to_string();
    fs::write(dir.join("b/manifest.json"), &text).unwrap();
    fs::write(dir.join("b/manifest.sha256"), format!("{}  manifest.json\n", &seal["sha256:".len()..]))
        .unwrap();
    let ran = at(dir, &["restore", "--from", "b", "--database", &second.network_url(), "--json"]).expect(1);
    assert_eq!(ran.json()["error"]["code"], "database_tool", "{}", ran.show());
    fs::write(&file, whole).unwrap();
    fs::write(dir.join("b/manifest.json"), &manifest).unwrap();
    let seal = cuelight_artifact::Digest::of_bytes(manifest.as_bytes()).to_string();
    fs::write(dir.join("b/manifest.sha256"), format!("{}  manifest.json\n", &seal["sha256:".len()..]))
        .unwrap();
    // The same database is still without a schema, so the whole backup goes in.
    at(dir, &["restore", "--from", "b", "--database", &second.network_url()]).expect(0);
}

//! The data folder: second servers, newer schemas, torn files, starting and ending.

use std::path::Path;

use rusqlite::Connection;

use crate::scenario::{live, published, workspace};
use crate::support::{Server, Workspace, cuelight, run, snapshot};

fn serve(data: &Path, more: &[&str]) -> crate::support::Ran {
    let mut command = cuelight();
    command.current_dir(data.parent().unwrap());
    run(command, &[&["serve", "--log", "error", "--data", "data", "--listen", "127.0.0.1:0"], more].concat())
}

#[test]
fn a_server_starts_ends_gracefully_and_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::on(&data);
    let w = live(&server);
    let token = server.token.clone();
    let key = server.key().to_owned();
    assert!(token.starts_with("cl_"));
    assert_eq!(server.terminate(), Some(0));
    let again = Server::on(&data);
    assert_eq!(again.token, "", "the administrator's token is shown on the first start only");
    assert_eq!(again.key(), key);
    let mut command = w.command();
    command.env("CUELIGHT_URL", &again.url).env("CUELIGHT_TOKEN", &token);
    assert!(run(command, &["log", "--env", "production"]).expect(0).stdout.contains("generation 1"));
}

#[test]
fn the_first_start_shows_the_token_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = cuelight();
    command
        .args(["serve", "--log", "error", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path().join("data"));
    command.stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut text = String::new();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    while !text.contains("/sign-in/") {
        text.push_str(&lines.next().unwrap().unwrap());
        text.push('\n');
    }
    child.kill().unwrap();
    child.wait().unwrap();
    snapshot!("serve_first_start", text);
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let server = Server::start();
    let ran = serve(&server.data, &[]).expect(1);
    snapshot!("serve_locked", ran.show());
    published(&server);
}

#[test]
fn addresses_that_cannot_or_should_not_be_listened_on() {
    let w = Workspace::empty();
    snapshot!("serve_exposed", w.run(&["serve", "--listen", "0.0.0.0:0"]).expect(5).show());
    assert!(!w.path("cuelight-data").exists(), "nothing is made before that is settled");
    snapshot!("serve_no_address", w.run(&["serve", "--listen", "localhost"]).expect(5).show());
    snapshot!("serve_bad_filter", w.run(&["serve", "--log", "info,,=x=y"]).expect(5).show());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    snapshot!("serve_taken", w.run(&["serve", "--listen", &address]).expect(1).show());
}

#[test]
fn a_newer_schema_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::on(&data);
    assert_eq!(server.terminate(), Some(0));
    let registry = Connection::open(data.join("registry.db")).unwrap();
    registry.pragma_update(None, "user_version", 99).unwrap();
    drop(registry);
    let before = std::fs::read(data.join("registry.db")).unwrap();
    snapshot!("serve_newer_schema", serve(&data, &[]).expect(1).show());
    assert_eq!(before, std::fs::read(data.join("registry.db")).unwrap());
    let w = workspace();
    let ran = w.run(&["doctor", "--offline", "--data", data.to_str().unwrap()]).expect(3);
    assert!(ran.stdout.contains("BAD  schema"), "{}", ran.show());
}

#[test]
fn a_torn_registry_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::on(&data);
    live(&server);
    assert_eq!(server.terminate(), Some(0));
    let registry = data.join("registry.db");
    let whole = std::fs::read(&registry).unwrap();
    std::fs::write(&registry, &whole[..whole.len() / 2]).unwrap();
    snapshot!("serve_torn", serve(&data, &[]).expect(1).show());
    let mut command = cuelight();
    command.current_dir(folder.path());
    let ran = run(command, &["verify", "data"]).expect(3);
    assert!(ran.stdout.contains("contradicts itself") || ran.stderr.contains("tampered"), "{}", ran.show());
    std::fs::write(&registry, b"").unwrap();
    snapshot!("serve_empty_registry", serve(&data, &[]).expect(1).show());
}

#[test]
fn verify_works_beside_a_running_server() {
    let server = Server::start();
    let w = live(&server);
    let data = server.data.to_str().unwrap();
    snapshot!("verify_folder", w.run(&["verify", data]).expect(0).show());
    w.run(&["export", "--checkpoint", "kept.txt"]).expect(0);
    w.run(&["verify", data, "--key", server.key(), "--checkpoint", "kept.txt"]).expect(0);
    let other = Server::start();
    snapshot!("verify_folder_other_key", w.run(&["verify", data, "--key", other.key()]).expect(3).show());
    w.write("kept.txt", w.read("kept.txt").replace("/project/acme", "/project/other"));
    snapshot!(
        "verify_folder_other_checkpoint",
        w.run(&["verify", data, "--checkpoint", "kept.txt"]).expect(1).show()
    );
    snapshot!("verify_no_folder", w.run(&["verify"]).expect(1).show());
}

#[test]
fn a_lost_administrator_is_recovered_by_whoever_has_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::on(&data);
    assert_eq!(server.terminate(), Some(0));
    let mut command = cuelight();
    command
        .args(["serve", "--json", "--log", "error", "--listen", "127.0.0.1:0", "--recover-admin", "--data"])
        .arg(&data);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line)
        .unwrap();
    let announced: serde_json::Value = serde_json::from_str(&line).unwrap();
    let mut ask = cuelight();
    ask.env("CUELIGHT_URL", announced["address"].as_str().unwrap());
    ask.env("CUELIGHT_TOKEN", announced["tokens"][0].as_str().unwrap());
    let listed = run(ask, &["token", "list"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(listed.expect(0).stdout.contains("recovered administrator"));
}

//! The way to a server: addresses, tokens, servers that are none.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::scenario::{published, workspace};
use crate::support::{Server, run, snapshot};

#[test]
fn a_server_that_is_not_there() {
    let w = workspace();
    let mut command = w.command();
    command.env("CUELIGHT_URL", "http://127.0.0.1:1");
    snapshot!("unreachable", run(command, &["plan"]).expect(1).show());
    snapshot!("offline", w.run(&["plan", "--offline"]).expect(1).show());
    for (name, url) in
        [("scheme", "ftp://example.com"), ("password", "http://user:secret@example.com"), ("nonsense", "::")]
    {
        let ran = w.run(&["log", "--server", url]).expect(5);
        assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
        snapshot!(format!("address_{name}"), ran.stderr);
    }
}

/// Answers every connection with these bytes.
fn impostor(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            // What is asked does not matter.
            let _read = stream.read(&mut request);
            let _written = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}")
}

#[test]
fn something_that_answers_and_is_not_cuelight() {
    let w = workspace();
    let page = impostor(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<html>hi</html>",
    );
    snapshot!("not_cuelight", w.run(&["log", "--server", &page]).expect(1).show());
    let away = impostor(
        "HTTP/1.1 302 Found\r\nlocation: http://elsewhere.example/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    );
    snapshot!("redirected", w.run(&["log", "--server", &away, "--token", "cl_x"]).expect(1).show());
    let broken = impostor("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    snapshot!("bad_gateway", w.run(&["log", "--server", &broken]).expect(1).show());
}

/// The connection breaks after the request was sent: whether it was applied is unknown, so it is sent again under the
/// same key. Another run has another key.
#[test]
fn a_write_is_repeated_under_the_same_key() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = r#"{"name":"acme","created_at":"2026-01-01T00:00:00.000000Z","prompts":0,"fragments":0,"releases":0,"entries":4,"key":"k","origin":"o"}"#;
    let seen = std::thread::spawn(move || {
        let mut keys = Vec::new();
        for round in 0..4 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap();
            let text = String::from_utf8_lossy(&request[..read]).to_lowercase();
            let key = text.lines().find_map(|l| l.strip_prefix("idempotency-key: ").map(str::to_owned));
            keys.push(key.unwrap_or_default());
            if round >= 2 {
                let head = "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\nconnection: close\r\n";
                write!(stream, "{head}content-length: {}\r\n\r\n{answer}", answer.len()).unwrap();
            }
        }
        keys
    });
    let w = workspace();
    for _ in 0..2 {
        w.run(&["project", "create", "acme", "--server", &url]).expect(0);
    }
    let keys = seen.join().unwrap();
    assert!(keys[0].starts_with("cli-"), "{keys:?}");
    assert!(keys[0] == keys[1] && keys[1] == keys[2], "{keys:?}");
    assert_ne!(keys[2], keys[3]);
}

#[test]
fn a_token_is_not_sent_where_only_the_workspace_says() {
    let w = workspace();
    w.write("prompts.yaml", "format: 1\nproject: acme\nserver: https://prompts.evil.example\n");
    let mut command = w.command();
    command.env("CUELIGHT_TOKEN", "cl_secret");
    let ran = run(command, &["log"]).expect(1);
    assert!(!ran.stderr.contains("cl_secret"));
    snapshot!("untrusted_server", ran.show());
    w.write(
        ".config/cuelight/config.json",
        "{\"token\": \"cl_secret\", \"server\": \"https://prompts.good.example\"}",
    );
    let ran = w.run(&["log"]).expect(1);
    // The stored token stays at home; what is left is a server that cannot be reached.
    assert!(ran.stderr.contains("unreachable") || ran.stderr.contains("not_cuelight"), "{}", ran.show());
}

#[test]
fn the_configuration_file_and_the_manifest_name_server_and_project() {
    let server = Server::start();
    published(&server);
    let w = crate::support::Workspace::empty();
    w.write(
        ".config/cuelight/config.json",
        format!("{{\"server\": \"{}\", \"token\": \"{}\", \"project\": \"acme\"}}", server.url, server.token),
    );
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(w.path(".config/cuelight/config.json"), std::fs::Permissions::from_mode(0o600))
        .unwrap();
    assert!(w.run(&["log"]).expect(0).stdout.contains("prompt:support/answer"));
    w.write("prompts.yaml", format!("format: 1\nproject: other\nserver: {}\n", server.url));
    snapshot!("manifest_project", w.run(&["log"]).expect(1).show());
    w.run(&["log", "--project", "acme"]).expect(0);
}

#[test]
fn doctor_finds_what_needs_attention() {
    let server = Server::start();
    let w = published(&server);
    let data = server.data.to_str().unwrap().to_owned();
    snapshot!("doctor", w.run(&["doctor", "--data", &data]).expect(0).show());
    w.edit(crate::scenario::SYSTEM, "constants.tone", "constants.mood");
    std::fs::remove_file(w.path("prompts.lock")).unwrap();
    let mut command = w.command();
    command.env("CUELIGHT_TOKEN", "cl_wrong");
    snapshot!("doctor_bad", run(command, &["doctor", "--data", "nowhere"]).expect(3).show());
    snapshot!("doctor_offline", w.run(&["doctor", "--offline"]).expect(3).show());
    drop(server);
    snapshot!("doctor_down", w.run(&["doctor"]).expect(3).show());
}

#[test]
fn answers_are_json_when_asked_for() {
    let server = Server::start();
    let w = published(&server);
    let ran = w.run(&["release", "support/answer", "--env", "production", "--json"]).expect(3);
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
    snapshot!("json_error", ran.stdout);
    let ran = w.run(&["env", "list", "--json"]).expect(0);
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
    snapshot!("json_env_list", ran.stdout);
}

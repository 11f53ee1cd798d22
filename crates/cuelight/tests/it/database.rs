//! A database that was named wrongly: every command says so at once and ends, although a copy would be there to start from.

use std::path::Path;
use std::time::{Duration, Instant};

use cuelight_testkit::postgres::Cluster;

use crate::nodes::api::Api;
use crate::support::{Ran, Server, cuelight, run};

fn at(dir: &Path, arguments: &[&str]) -> Ran {
    let mut command = cuelight();
    command.current_dir(dir);
    run(command, arguments)
}

/// Waits until the copy is one to start from.
fn copied(data: &Path) {
    let began = Instant::now();
    loop {
        let copy = rusqlite::Connection::open(data.join("registry.db")).unwrap();
        let entries: Result<i64, _> = copy.query_row("SELECT count(*) FROM entries", [], |row| row.get(0));
        if entries.is_ok_and(|n| n >= 2) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "the copy does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_cannot_work_ends_at_once_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let database = Cluster::shared().database();
    let (right, password) = (database.network_url(), database.password());
    let data = dir.join("copy");
    let mut server = Server::with(&data, &["--database", &right]);
    assert!(!server.token.is_empty());
    copied(&data);
    server.terminate();
    at(dir, &["backup", "--database", &right, "--to", "b"]).expect(0);
    // Merely down: it starts from the copy.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    server = Server::with(&data, &["--database", &database.url_through(port)]);
    server.terminate();

    let role = format!("guest_{}", database.name());
    database.sql(&format!(
        "SET client_min_messages = error; DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN PASSWORD 'guest'"
    ));
    let guest = right.replacen(&format!("cuelight:{password}@"), &format!("{role}:guest@"), 1);
    for (url, why) in [
        (right.replace(password, "hunter2"), "password authentication failed"),
        (right.replacen("cuelight:", "nobody:", 1), "password authentication failed"),
        (right.replace(database.name(), "nowhere"), "does not exist"),
        (guest, "permission denied"),
        (format!("{right}?sslmode=require"), "server does not support TLS"),
        (format!("{right}?sslmode=hunter2"), "sslmode"),
        (right.replacen("@127.0.0.1:", "@127.0.0.1:hunter2", 1), "cannot be read"),
    ] {
        let copied = data.display().to_string();
        let commands: [&[&str]; 5] = [
            &["serve", "--log", "error", "--listen", "127.0.0.1:0", "--data", &copied, "--database", &url],
            &["backup", "--database", &url, "--to", "c"],
            &["restore", "--from", "b", "--database", &url],
            &["migrate-store", "--from", &url, "--to", "d"],
            &["verify", &url],
        ];
        for command in commands {
            let ran = at(dir, &[command, &["--json"]].concat());
            let shown = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!shown.contains("hunter2") && !shown.contains(password), "{shown}");
            // Who may log in and read nothing can still restore into a database: its owner's rights show later.
            if command[0] == "restore" && why == "permission denied" {
                continue;
            }
            let error = ran.expect(5).json()["error"].clone();
            assert_eq!(error["code"], "database_settings", "{} {why}: {error}", command[0]);
            assert!(
                error["detail"].as_str().is_some_and(|d| d.contains(why)),
                "{} {why}: {error}",
                command[0]
            );
            assert!(error["fix"].as_str().is_some_and(|f| f.contains("--database")), "{error}");
        }
    }
    database.sql(&format!("DROP ROLE {role}"));
    for command in [
        ["migrate-store", "--from", "mysql://u:hunter2@h/d", "--to", "d"].as_slice(),
        &["serve", "--database", "mysql://u:hunter2@h/d"],
    ] {
        let ran = at(dir, command).expect(5);
        assert!(ran.stderr.contains("postgres://"), "{}", ran.show());
    }
}

/// A server holds as many connections as it may, and whatever is asked of it beyond that waits for one of them.
#[test]
fn a_server_keeps_to_its_number_of_connections() {
    let folder = tempfile::tempdir().unwrap();
    let database = Cluster::shared().database();
    let server = Server::with(
        &folder.path().join("copy"),
        &["--database", &database.network_url(), "--database-connections", "2"],
    );
    let made = std::thread::scope(|scope| {
        let one = |n: usize| {
            let api = Api::new(&server.url, &server.token);
            let body = serde_json::json!({ "name": format!("p-{n}") });
            api.call(reqwest::Method::POST, "/api/v1/projects", Some(&body), Some(&format!("k-{n}"))).status
        };
        let calls: Vec<_> = (0..16).map(|n| scope.spawn(move || one(n))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(made, [Some(201); 16]);
    // They stay open; the third one listens.
    let held = database.sql(&format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()",
        database.name()
    ));
    assert_eq!(held.trim(), "3");
    let ran =
        at(folder.path(), &["serve", "--database", &database.network_url(), "--database-connections", "1"]);
    assert!(ran.expect(5).stderr.contains("1 is not in 2..=1000"));
}

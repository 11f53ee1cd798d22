//! A database that was named wrongly: every command says so at once and ends, although a copy would be there to start from.

use std::path::Path;
use std::time::{Duration, Instant};

use cuelight_testkit::postgres::Cluster;

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

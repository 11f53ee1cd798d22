//! Many clients follow one server, which goes away and comes back: all of them come back to it, with the limits that users have,
//! and none misses what was released meanwhile.

use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::read_on;
use crate::feeds::Feeds;
use crate::kill::fill;
use crate::nodes::api::Api;
use crate::nodes::{Cluster, Done, flipped, release_of};
use crate::support::{Server, cuelight, dose, free_port, serve};

/// How many clients.
fn crowd() -> usize {
    if dose() == 1 { 300 } else { (1_250 * dose()).min(10_000) }
}

/// Until all of them are back. The longest pause that a server asks for is five seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lets this process, and the servers it starts, open a file for each client.
fn many_files() {
    let me = std::process::id().to_string();
    let limit = Command::new("sh").args(["-c", "ulimit -Hn"]).output().expect("the limit");
    let limit = String::from_utf8(limit.stdout).expect("a number");
    let raised =
        Command::new("prlimit").args(["--pid", &me, &format!("--nofile={}:", limit.trim())]).status();
    assert!(raised.is_ok_and(|s| s.success()), "cannot open many files");
}

/// Releases and going back, in turn.
struct Writer {
    api: Api,
    n: usize,
}

impl Writer {
    /// The generation that is live then.
    fn release(&mut self) -> u64 {
        let answer = self.api.release(&format!("storm-{}", self.n), &release_of(flipped(self.n)));
        assert_eq!(answer.status, Some(201), "{answer:?}");
        self.n += 1;
        answer.body["generation"].as_u64().expect("a generation")
    }
}

/// All come back to this server, while it answers others and more is released.
fn all_come_back(server: &Server, token: &str, feeds: &Feeds, writer: &mut Writer) {
    let done = AtomicBool::new(false);
    let ((reads, slowest), took) = std::thread::scope(|scope| {
        let ended = Done(&done);
        let (api, stop) = (Api::new(&server.url, token), &done);
        let reader = scope.spawn(move || read_on(&api, stop));
        writer.release();
        let newest = writer.release();
        let took = feeds.all_have(newest, PATIENCE);
        drop(ended);
        (reader.join().expect("a reader ends"), took)
    });
    println!(
        "all back after {took:?}; the slowest of {reads} reads meanwhile took {slowest:?}; {}",
        feeds.told()
    );
}

#[test]
fn a_server_that_ends_in_peace() {
    many_files();
    let mut cluster = Cluster::of(1);
    let (data, url, port) = (cluster.data(1), cluster.database.network_url(), free_port());
    let start = || Server::usual(&data, port, &["--database", &url]);
    cluster.nodes.push(start());
    let token = cluster.token.clone();
    let feeds = Feeds::open(&cluster.nodes[1].url, &token, crowd());
    let mut writer = Writer { api: cluster.api(0), n: 0 };
    for _ in 0..2 {
        let newest = writer.release();
        feeds.all_have(newest, PATIENCE);
        let server = cluster.nodes.pop().expect("two");
        assert_eq!(server.terminate(), Some(0));
        for _ in 0..3 {
            writer.release();
        }
        cluster.nodes.push(start());
        all_come_back(&cluster.nodes[1], &token, &feeds, &mut writer);
    }
    let told = feeds.end();
    assert!(told.farewells >= 2 * told.clients, "{told}");
}

#[test]
fn a_server_that_is_killed() {
    many_files();
    let folder = tempfile::tempdir().expect("a folder");
    let (data, port) = (folder.path().join("data"), free_port());
    let mut server = Server::usual(&data, port, &[]);
    let token = server.token.clone();
    fill(&server);
    let feeds = Feeds::open(&server.url, &token, crowd());
    let mut writer = Writer { api: Api::new(&server.url, &token), n: 0 };
    for _ in 0..2 {
        let newest = writer.release();
        feeds.all_have(newest, PATIENCE);
        // Some have this one before the kill, some not.
        writer.release();
        drop(server);
        server = Server::usual(&data, port, &[]);
        // Connections to the one before are dead, at the same address.
        writer.api = Api::new(&server.url, &token);
        all_come_back(&server, &token, &feeds, &mut writer);
    }
    feeds.end();
}

/// Systems let a process open few files unless it asks for more.
#[test]
fn more_clients_than_a_process_may_open_files_at_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut limited = Command::new("sh");
    limited.env_clear().env("HOME", "/nonexistent").env("PATH", "/usr/bin:/bin");
    limited.args(["-c", "ulimit -Sn 200; exec \"$0\" \"$@\""]).arg(cuelight().get_program());
    let server = Server::run(serve(limited, &data, 0), &data);
    fill(&server);
    let feeds = Feeds::open(&server.url, &server.token, 300);
    println!("{}", feeds.end());
}

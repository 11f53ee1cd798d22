//! The disk is full: reads go on, what does not fit is refused and not there, and all goes on when there is room.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use cuelight_testkit::postgres::{Durability, Server as Postgres};
use reqwest::Method;
use serde_json::json;

use super::read_on;
use super::small_disk::SmallDisk;
use crate::kill::work::Worker;
use crate::kill::{Moments, check, fill, workers};
use crate::nodes::api::Api;
use crate::nodes::{Done, until};
use crate::support::{Server, dose, run, serve};

/// Large enough for an installation and some hundred commands.
const SIZE: usize = 48 << 20;
/// Tests ask faster than one caller may.
const NO_RATES: [&str; 4] = ["--rate-serving", "0", "--rate-other", "0"];

/// A small disk, or a word that there can be none.
fn disk() -> Option<SmallDisk> {
    let disk = SmallDisk::make(SIZE);
    if disk.is_none() {
        println!("left out: this system lets nobody make a small file system (`unshare --user --mount`)");
    }
    disk
}

fn start(disk: &SmallDisk, data: &Path, more: &[&str]) -> Server {
    let mut command = serve(disk.cuelight(), data, 0);
    command.args(NO_RATES).args(more);
    Server::run(command, data)
}

/// Every worker works until there is no room for it, while readers read.
fn work_until_full(api: &Api, workers: &mut [Worker]) -> usize {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let ended = Done(&done);
        let stop = &done;
        let reader = scope.spawn(move || read_on(api, stop));
        let working: Vec<_> = workers
            .iter_mut()
            .map(|worker| {
                scope.spawn(move || {
                    let full = worker.full;
                    until("no room", || !worker.step() && worker.full > full + 3);
                })
            })
            .collect();
        for one in working {
            one.join().expect("a worker ends");
        }
        drop(ended);
        reader.join().expect("a reader ends").0
    })
}

/// Observations go to a file of their own: there is no room for them either.
fn observations_are_refused(api: &Api) {
    let cue = api.resolve().body["cue"].clone();
    let mut n = 0;
    until("no room", || {
        let of = |i: usize| json!({ "id": format!("o-{n}-{i}"), "cue": cue, "fields": { "note": "x".repeat(2_000) } });
        let body = json!({ "observations": (0..50).map(of).collect::<Vec<_>>() });
        n += 1;
        let answer = api.call(Method::POST, "/api/v1/projects/acme/observations", Some(&body), None);
        match answer.status {
            Some(200 | 201) => false,
            Some(507) => true,
            _ => panic!("{answer:?}"),
        }
    });
}

#[test]
fn writes_are_refused_and_go_on_when_there_is_room() {
    let Some(disk) = disk() else { return };
    let data = disk.path("data");
    let mut server = start(&disk, &data, &[]);
    let token = server.token.clone();
    fill(&server);
    let mut workers = workers(&server);
    let mut moments = Moments(0x5eed_7777_8888_9999);
    for round in 0..4 * dose() {
        let from: Vec<_> = workers.iter().map(|w| w.acknowledged.len()).collect();
        let mut api = Api::new(&server.url, &token);
        disk.fill([0, 70_000, 400_000, 200_000 + moments.below(3_000_000)][round % 4]);
        let reads = work_until_full(&api, &mut workers);
        let fitted: usize = workers.iter().zip(&from).map(|(w, from)| w.acknowledged.len() - from).sum();
        observations_are_refused(&api);
        // What was refused is not there, nor half of it.
        assert_eq!(check::landed(&api, &workers), 0);
        if round % 2 == 1 {
            server = restarted(&disk, server, round % 4 == 1);
            api = Api::new(&server.url, &token);
            for worker in &mut workers {
                worker.api.to(&server.url);
            }
        } else {
            disk.free();
        }
        check::acknowledged_again(&api, &workers, &from);
        for worker in &mut workers {
            until("a write when there is room", || worker.step());
        }
        check::all(&api, &workers);
        let full: usize = workers.iter().map(|w| w.full).sum();
        println!("{fitted} commands still had room, {full} had none so far; {reads} reads meanwhile");
    }
    assert!(workers.iter().all(|w| w.refused + w.lost == 0), "{workers:?}");
    assert_eq!(server.terminate(), Some(0));
    run(disk.cuelight(), &["verify", data.to_str().expect("a path")]).expect(0);
}

/// Ends a server while its disk is full, in peace or not, starts it while it is full, which may fail with a reason, and again
/// when there is room.
fn restarted(disk: &SmallDisk, server: Server, in_peace: bool) -> Server {
    let data = server.data.clone();
    if in_peace {
        assert_eq!(server.terminate(), Some(0));
    } else {
        drop(server);
    }
    let mut command = serve(disk.cuelight(), &data, 0);
    let log = tempfile::NamedTempFile::new().expect("a file");
    command.stderr(Stdio::from(log.reopen().expect("the same file")));
    match Server::try_run(command, &data) {
        Ok(again) => println!("on a full disk it starts: {}", again.terminate() == Some(0)),
        Err(code) => {
            let said = std::fs::read_to_string(log.path()).expect("what it said");
            assert_eq!(code, Some(1), "{said}");
            assert!(said.contains("no room"), "{said}");
            println!("on a full disk it does not start");
        }
    }
    disk.free();
    run(disk.cuelight(), &["verify", data.to_str().expect("a path")]).expect(0);
    start(disk, &data, &[])
}

/// A server on a database needs its own disk for the copy only.
#[test]
fn a_full_disk_at_the_copy_stops_nothing() {
    let Some(disk) = disk() else { return };
    let postgres = Postgres::start(Durability::Quick, &[]);
    let database = postgres.database();
    let url = database.network_url();
    let data = disk.path("data");
    let server = start(&disk, &data, &["--database", &url]);
    let token = server.token.clone();
    fill(&server);
    let mut workers = workers(&server);
    let api = Api::new(&server.url, &token);
    disk.fill(0);
    for worker in &mut workers {
        for _ in 0..20 * dose() {
            assert!(worker.step(), "{worker:?}");
        }
    }
    check::all(&api, &workers);
    postgres.stop();
    until("it says so", || api.resolve().stale.is_some());
    assert_eq!(api.resolve().status, Some(200));
    postgres.start_again();
    disk.free();
    for worker in &mut workers {
        until("a write", || worker.step());
    }
    check::all(&api, &workers);
    // The copy has caught up when a server can start from it.
    until("the copy is whole again", || {
        std::thread::sleep(Duration::from_millis(500));
        run(disk.cuelight(), &["verify", data.to_str().expect("a path")]).code == 0
    });
    assert_eq!(server.terminate(), Some(0));
}

//! The database goes away: every read is answered, every write is refused with its reason, and all goes on when it is back.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::api::Api;
use super::{Cluster, Done, dose, flipped, release_of, until};

/// What a reader saw.
#[derive(Default)]
struct Seen {
    reads: usize,
    stale: usize,
    failures: Vec<String>,
}

fn read_until(done: &AtomicBool, api: &Api) -> Seen {
    let mut seen = Seen::default();
    while !done.load(Ordering::SeqCst) {
        let answer = api.resolve();
        seen.reads += 1;
        if answer.status != Some(200) {
            seen.failures.push(format!("{answer:?}"));
        }
        seen.stale += usize::from(answer.stale.is_some());
        std::thread::sleep(Duration::from_millis(4));
    }
    seen
}

/// Stops the database in some way, waits, and brings it back, while readers read and one writer writes on.
fn outage(stop: impl Fn(&Cluster), start: impl Fn(&Cluster), seconds: u64) {
    let cluster = Cluster::of(2);
    cluster.all_serve(1);
    let done = AtomicBool::new(false);
    let mut acknowledged: BTreeMap<usize, u64> = BTreeMap::new();
    let mut refused = 0;
    let mut recovery = Duration::ZERO;
    std::thread::scope(|scope| {
        let ended = Done(&done);
        let readers: Vec<_> = (0..4)
            .map(|n| {
                let api = cluster.api(n % 2);
                let done = &done;
                scope.spawn(move || read_until(done, &api))
            })
            .collect();
        let writer = cluster.api(0);
        let mut n = 0;
        let mut write = |refusals: &mut usize| {
            // The same key until it is acknowledged: it applies once, whatever became of the tries before.
            let answer = writer.release(&format!("write-{n}"), &release_of(flipped(n)));
            match answer.status {
                Some(200 | 201) => {
                    acknowledged.insert(n, answer.body["generation"].as_u64().expect("a generation"));
                    n += 1;
                    true
                }
                Some(503) => {
                    assert_eq!(answer.body["code"], "unavailable", "{answer:?}");
                    assert!(answer.body["detail"].as_str().is_some_and(|d| d.len() > 20), "{answer:?}");
                    *refusals += 1;
                    false
                }
                _ => panic!("neither done nor refused: {answer:?}"),
            }
        };
        for _ in 0..5 {
            assert!(write(&mut refused));
        }
        stop(&cluster);
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(seconds) {
            write(&mut refused);
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(refused > 0, "no write was refused");
        start(&cluster);
        let back = Instant::now();
        until("a write after the outage", || write(&mut refused));
        recovery = back.elapsed();
        for _ in 0..5 {
            assert!(write(&mut refused));
        }
        cluster.all_serve(acknowledged.values().max().copied().expect("writes"));
        drop(ended);
        for reader in readers {
            let seen = reader.join().expect("a reader ends");
            assert_eq!(seen.failures, Vec::<String>::new(), "of {} reads", seen.reads);
            assert!(seen.stale > 0, "no answer said that the database is silent, in {} reads", seen.reads);
        }
    });
    // Every acknowledged release is there once, in its place, and nothing else.
    let history = cluster.api(1).history();
    let expected: Vec<u64> = (2..=acknowledged.len() as u64 + 1).collect();
    assert_eq!(acknowledged.values().copied().collect::<Vec<_>>(), expected);
    assert_eq!(history.len(), acknowledged.len() + 1);
    println!("{refused} writes were refused; the first write after the outage took {recovery:?}");
}

#[test]
fn a_database_that_is_stopped() {
    outage(|c| c.postgres.stop(), |c| c.postgres.start_again(), 5 * dose() as u64);
}

#[test]
fn a_database_that_is_killed() {
    outage(|c| c.postgres.kill(), |c| c.postgres.start_again(), 5 * dose() as u64);
}

#[test]
fn a_database_that_hangs() {
    outage(|c| c.postgres.freeze(), |c| c.postgres.thaw(), 12 * dose() as u64);
}

#[test]
fn a_server_starts_while_the_database_is_away() {
    let mut cluster = Cluster::of(2);
    cluster.all_serve(1);
    let node = cluster.nodes.pop().expect("two");
    assert_eq!(node.terminate(), Some(0));
    cluster.postgres.stop();
    let again = cluster.start(1);
    let api = Api::new(&again.url, &cluster.token);
    assert_eq!(api.generation(), Some(1));
    let ready = api.get("/readyz");
    assert_eq!(ready.status, Some(200));
    let refused = api.release("cold", &release_of(flipped(0)));
    assert_eq!(refused.status, Some(503), "{refused:?}");
    until("the header", || api.resolve().stale.is_some());
    cluster.postgres.start_again();
    until("a write", || api.release("cold", &release_of(flipped(0))).status == Some(201));
    until("freshness", || api.resolve().stale.is_none());
    cluster.nodes.push(again);
    cluster.all_serve(2);
    // Without a copy there is nothing to start from, and it says so without the password.
    cluster.postgres.stop();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--data"];
    let mut command = crate::support::cuelight();
    command.args(arguments).arg(cluster.data(9));
    let ran = crate::support::run(command, &["--database", &cluster.database.network_url()]);
    assert_eq!(ran.code, 1, "{}", ran.show());
    assert!(ran.stderr.contains("database"), "{}", ran.stderr);
    assert!(!ran.stderr.contains(cluster.database.password()), "{}", ran.stderr);
}

#[test]
fn a_folder_is_of_one_kind() {
    let cluster = Cluster::of(1);
    let own = crate::support::Server::start();
    let data = own.data.clone();
    // The folder goes with the value: keep it.
    let serve = |data: &std::path::Path, more: &[&str]| {
        let mut command = crate::support::cuelight();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        crate::support::run(command, more)
    };
    let refused = serve(&data, &["--database", &cluster.database.network_url()]);
    assert_eq!(refused.code, 1, "{}", refused.show());
    assert!(refused.stderr.contains("installation of its own"), "{}", refused.stderr);
    let refused = serve(&cluster.data(0), &[]);
    assert!(refused.stderr.contains("copy of a database"), "{}", refused.stderr);
    drop(own);
}

//! One server, killed and started again.

use std::time::Duration;

use cuelight_testkit::postgres::{Durability, Server as Postgres};

use super::{Moments, check, fill, kill_while_it_starts, workers};
use crate::nodes::api::Api;
use crate::nodes::until;
use crate::support::{Server, cuelight, dose, run};

/// Kills a server on this folder so many times, with more arguments; `verify` looks at what a kill left.
fn again_and_again(more: &[&str], seed: u64, verify: bool) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut moments = Moments(seed);
    let mut server = Server::with(&data, more);
    let token = server.token.clone();
    fill(&server);
    let mut workers = workers(&server);
    let mut landed = 0;
    for cycle in 0..12 * dose() {
        let from: Vec<_> = workers.iter().map(|w| w.acknowledged.len()).collect();
        std::thread::scope(|scope| {
            for worker in &mut workers {
                worker.api.to(&server.url);
                scope.spawn(|| while worker.step() {});
            }
            moments.wait(Duration::from_millis(400));
            // SIGKILL.
            drop(server);
        });
        if cycle % 3 == 2 {
            kill_while_it_starts(&data, more, &mut moments);
        }
        if verify {
            run(cuelight(), &["verify", data.to_str().expect("a path")]).expect(0);
        }
        server = Server::with(&data, more);
        let api = Api::new(&server.url, &token);
        landed += check::landed(&api, &workers);
        check::acknowledged_again(&api, &workers, &from);
        for worker in &mut workers {
            worker.api.to(&server.url);
            until("what was under way", || worker.step());
        }
        check::all(&api, &workers);
    }
    let api = Api::new(&server.url, &token);
    let begin = vec![0; workers.len()];
    check::acknowledged_again(&api, &workers, &begin);
    check::all(&api, &workers);
    let done: usize = workers.iter().map(|w| w.acknowledged.len()).sum();
    let lost: usize = workers.iter().map(|w| w.lost).sum();
    let refused: usize = workers.iter().map(|w| w.refused).sum();
    assert!(lost > 0, "no kill met any work");
    format!(
        "{done} commands; {lost} answers were lost, of commands that had applied {landed}; {refused} refusals"
    )
}

#[test]
fn a_server_on_sqlite() {
    println!("{}", again_and_again(&[], 0x5eed_1234_5678_9abd, true));
}

#[test]
fn a_server_on_postgres() {
    let postgres = Postgres::start(Durability::Quick, &[]);
    let database = postgres.database();
    println!("{}", again_and_again(&["--database", &database.network_url()], 0x5eed_8765_4321_9abd, false));
}

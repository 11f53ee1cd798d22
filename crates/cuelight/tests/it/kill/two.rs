//! Two servers on one database: one is killed, the other goes on, and takes over what the first left unanswered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cuelight_testkit::postgres::{Durability, Server as Postgres};

use super::{Moments, check, fill, workers};
use crate::nodes::api::Api;
use crate::nodes::{Done, until};
use crate::support::{Server, dose};

#[test]
fn one_of_two_servers() {
    let postgres = Postgres::start(Durability::Quick, &[]);
    let database = postgres.database();
    let url = database.network_url();
    let folder = tempfile::tempdir().expect("a folder");
    let start = |n: usize| Server::with(&folder.path().join(format!("node-{n}")), &["--database", &url]);
    let first = start(0);
    let token = first.token.clone();
    fill(&first);
    let mut workers = workers(&first);
    let mut nodes = [Some(first), Some(start(1))];
    let mut moments = Moments(0x5eed_2222_3333_4445);
    for cycle in 0..6 * dose() {
        let (killed, stays) = (cycle % 2, (cycle + 1) % 2);
        let url_of = |nodes: &[Option<Server>; 2], n: usize| nodes[n].as_ref().expect("it runs").url.clone();
        let (dying, living) = (url_of(&nodes, killed), url_of(&nodes, stays));
        let from: Vec<_> = workers.iter().map(|w| w.acknowledged.len()).collect();
        let (done, gone) = (AtomicBool::new(false), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let ended = Done(&done);
            let reader = Api::new(&living, &token);
            let (stop, gone, living) = (&done, &gone, &living);
            scope.spawn(move || {
                while !stop.load(Ordering::SeqCst) {
                    let answer = reader.resolve();
                    assert_eq!(answer.status, Some(200), "{answer:?}");
                }
            });
            for (n, worker) in workers.iter_mut().enumerate() {
                // Some write where it is safe, the others where they are cut off.
                worker.api.to(if n % 2 == cycle % 2 { &dying } else { living });
                let mut after = 0;
                scope.spawn(move || {
                    while !stop.load(Ordering::SeqCst) || after == 0 {
                        if worker.step() {
                            after += usize::from(gone.load(Ordering::SeqCst));
                        } else {
                            // The same key, at the other one.
                            worker.api.to(living);
                            std::thread::sleep(Duration::from_millis(10));
                        }
                    }
                });
            }
            moments.wait(Duration::from_millis(400));
            drop(nodes[killed].take());
            gone.store(true, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(200));
            drop(ended);
        });
        nodes[killed] = Some(start(killed));
        let newest = Api::new(living.as_str(), &token).history().last().map(|r| r["generation"].as_u64());
        for node in nodes.iter().flatten() {
            let api = Api::new(&node.url, &token);
            until("both serve the newest", || Some(api.generation()) == newest);
            // Both know what the killed one acknowledged.
            check::acknowledged_again(&api, &workers, &from);
        }
        for worker in &mut workers {
            worker.api.to(&living);
            until("what is under way", || worker.step());
        }
        check::all(&Api::new(&living, &token), &workers);
    }
    let lost: usize = workers.iter().map(|w| w.lost).sum();
    println!("{lost} answers were lost");
    assert!(lost > 0, "no kill met any work");
}

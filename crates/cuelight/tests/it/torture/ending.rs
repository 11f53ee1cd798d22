//! A server ends in peace in the middle of mixed work: what it took on it finishes and answers.

use std::time::Duration;

use crate::feeds::Feeds;
use crate::kill::{Moments, check, fill, workers};
use crate::nodes::api::Api;
use crate::nodes::until;
use crate::support::{Server, dose, free_port};

#[test]
fn what_is_under_way_is_finished_and_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let port = free_port();
    let start = || Server::usual(&data, port, &["--rate-serving", "0", "--rate-other", "0"]);
    let mut server = start();
    let token = server.token.clone();
    fill(&server);
    let mut workers = workers(&server);
    let feeds = Feeds::open(&server.url, &token, 30);
    let mut moments = Moments(0x5eed_aaaa_bbbb_cccd);
    for _ in 0..2 * dose() {
        let from: Vec<_> = workers.iter().map(|w| w.acknowledged.len()).collect();
        let code = std::thread::scope(|scope| {
            for worker in &mut workers {
                scope.spawn(|| while worker.step() {});
            }
            moments.wait(Duration::from_millis(300));
            server.terminate()
        });
        assert_eq!(code, Some(0));
        server = start();
        let api = Api::new(&server.url, &token);
        for worker in &mut workers {
            // Connections to the one before are dead, at the same address.
            worker.api = api.clone();
        }
        // Everybody has one command that was not answered: none of these was taken on.
        assert_eq!(check::landed(&api, &workers), 0, "{workers:?}");
        check::acknowledged_again(&api, &workers, &from);
        for worker in &mut workers {
            until("what was not taken on", || worker.step());
        }
        check::all(&api, &workers);
        let newest = api.generation().expect("a generation");
        let took = feeds.all_have(newest, Duration::from_secs(30));
        println!("generation {newest}, on all feeds after {took:?}");
    }
    assert!(workers.iter().all(|w| w.lost > 0), "no end met any work: {workers:?}");
    let told = feeds.end();
    assert!(told.farewells >= 30 * 2 * dose(), "{told}");
    println!("{told}");
}

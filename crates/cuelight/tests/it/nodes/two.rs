//! Two servers under work of all kinds: one straight at the database, and one that the test does something to.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cuelight_testkit::postgres::{Durability, Server as Postgres};
use cuelight_testkit::proxy::Proxy;
use serde_json::json;

use super::api::Api;
use super::{Done, until};
use crate::kill::work::Worker;
use crate::kill::{PAIR, check, fill, workers};
use crate::support::Server;

/// From the end of a fault until everything is served again, at most.
pub(super) const SOON: Duration = Duration::from_secs(5);

pub(super) struct Two {
    _postgres: Postgres,
    _folder: tempfile::TempDir,
    pub(super) around: Around,
    workers: Vec<Worker>,
}

/// What a test can reach while the work goes on.
pub(super) struct Around {
    /// Between the database and the second server.
    pub(super) proxy: Proxy,
    pub(super) straight: Server,
    pub(super) behind: Server,
    pub(super) token: String,
}

/// What the readers of one server saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) reads: usize,
    /// How many answers said that the database is silent.
    pub(super) stale: usize,
    pub(super) slowest: Duration,
}

impl Around {
    pub(super) fn api(&self, server: &Server) -> Api {
        Api::new(&server.url, &self.token)
    }

    /// Waits until the second server is as far as the first is now, and hears its database. Says how long that took.
    pub(super) fn caught_up(&self) -> Duration {
        let began = Instant::now();
        let (straight, behind) = (self.api(&self.straight), self.api(&self.behind));
        let newest = straight.generation().expect("the first server serves");
        until(&format!("generation {newest} on the second server"), || {
            let answer = behind.resolve();
            answer.stale.is_none() && answer.body["generation"].as_u64() >= Some(newest)
        });
        began.elapsed()
    }
}

impl Two {
    pub(super) fn start() -> Self {
        let postgres = Postgres::start(Durability::Quick, &[]);
        let database = postgres.database();
        let proxy = Proxy::before(database.port());
        let folder = tempfile::tempdir().expect("a folder");
        let start = |name: &str, url: &str| Server::with(&folder.path().join(name), &["--database", url]);
        let straight = start("straight", &database.network_url());
        fill(&straight);
        let behind = start("behind", &database.url_through(proxy.port()));
        let workers = workers(&straight);
        let token = straight.token.clone();
        let around = Around { proxy, straight, behind, token };
        around.caught_up();
        Self { _postgres: postgres, _folder: folder, around, workers }
    }

    /// Works and reads on both while `during` runs, and until every command under way has its answer. Every second kind of work
    /// is done at the second server: publishing, yanks and tokens in turn 0, releases and policies in turn 1.
    pub(super) fn work(&mut self, turn: usize, during: impl FnOnce(&Around)) -> [Seen; 2] {
        let from: Vec<_> = self.workers.iter().map(|w| w.acknowledged.len()).collect();
        let (around, done) = (&self.around, AtomicBool::new(false));
        let seen = std::thread::scope(|scope| {
            let ended = Done(&done);
            let stop = &done;
            let readers = [&around.straight, &around.behind].map(|server| {
                let api = around.api(server);
                scope.spawn(move || read(&api, stop))
            });
            for (n, worker) in self.workers.iter_mut().enumerate() {
                let server = if n % 2 == turn % 2 { &around.behind } else { &around.straight };
                worker.api.to(&server.url);
                scope.spawn(move || {
                    while !stop.load(Ordering::SeqCst) {
                        worker.step();
                        // All of it is looked at again afterwards.
                        std::thread::sleep(Duration::from_millis(20));
                    }
                    until("an answer to what is under way", || worker.step());
                });
            }
            during(around);
            drop(ended);
            readers.map(|reader| reader.join().expect("a reader ends"))
        });
        self.check(&from);
        seen
    }

    /// Everything acknowledged is there once, on both, and nothing is half done.
    fn check(&self, from: &[usize]) {
        self.around.caught_up();
        for server in [&self.around.straight, &self.around.behind] {
            let api = self.around.api(server);
            check::acknowledged_again(&api, &self.workers, from);
            check::all(&api, &self.workers);
        }
    }

    /// How many commands were acknowledged, how many refused because the database was away, and how many got no answer.
    pub(super) fn counts(&self) -> (usize, usize, usize) {
        let sum = |of: fn(&Worker) -> usize| self.workers.iter().map(of).sum();
        (sum(|w| w.acknowledged.len()), sum(|w| w.refused), sum(|w| w.lost))
    }
}

/// Reads until told to stop: every read is answered, with one generation, and never with an older one than before.
fn read(api: &Api, stop: &AtomicBool) -> Seen {
    let one = json!({ "inputs": { "question": "Where?" } });
    let body = json!({ "environment": "development", "prompts": { PAIR[0]: one, PAIR[1]: one } });
    let (mut seen, mut newest) = (Seen::default(), 0);
    while !stop.load(Ordering::SeqCst) {
        let began = Instant::now();
        let answer =
            api.call(reqwest::Method::POST, "/api/v1/projects/acme/resolve/batch", Some(&body), None);
        seen.slowest = seen.slowest.max(began.elapsed());
        assert_eq!(
            answer.status,
            Some(200),
            "after {} reads, in {:?}: {answer:?}",
            seen.reads,
            began.elapsed()
        );
        let version = |prompt: &str| &answer.body["prompts"][prompt]["version"];
        assert!(
            version(PAIR[0]).is_string() && version(PAIR[0]) == version(PAIR[1]),
            "a mixture: {answer:?}"
        );
        let generation = answer.body["generation"].as_u64().expect("a generation");
        assert!(generation >= newest, "generation {generation} after {newest}");
        newest = generation;
        seen.reads += 1;
        seen.stale += usize::from(answer.stale.is_some());
        std::thread::sleep(Duration::from_millis(4));
    }
    seen
}

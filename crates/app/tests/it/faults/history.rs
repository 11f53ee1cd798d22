//! What several clients of two nodes saw must have an explanation: writes happen one after another, in an order that
//! real time allows, and nobody sees a generation older than one they have seen on the same node.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use cuelight_app::environment::generations;
use cuelight_app::follow::{Pace, follow};
use cuelight_app::ledger::check;
use cuelight_app::release::{PinItem, ReleaseItem, RollBackInput, open, roll_back};
use cuelight_app::token::authenticate;
use cuelight_app::{App, Code, Ctx};
use cuelight_testkit::TestApp;
use cuelight_testkit::app::release_input;
use cuelight_testkit::files::{GREETING, greeting};
use tokio::sync::watch;

use super::store::Faulty;

/// One write as its client saw it: when it was sent, when it was answered, and what it made.
#[derive(Debug, Clone, Copy)]
struct Write {
    began: u64,
    ended: u64,
    generation: u64,
}

/// The first two writes that no order explains.
fn contradiction(writes: &[Write]) -> Option<(Write, Write)> {
    for a in writes {
        for b in writes {
            if a.ended < b.began && a.generation >= b.generation {
                return Some((*a, *b));
            }
        }
    }
    None
}

#[test]
fn the_checker_finds_what_no_order_explains() {
    let write = |began, ended, generation| Write { began, ended, generation };
    assert!(contradiction(&[write(1, 4, 2), write(2, 3, 1), write(5, 6, 3)]).is_none());
    assert!(contradiction(&[write(1, 2, 2), write(3, 4, 1)]).is_some());
    assert!(contradiction(&[write(1, 2, 1), write(3, 4, 1)]).is_some());
}

/// Numbers that look random and repeat with the seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A client of one node.
struct Client {
    app: Arc<App>,
    test: Arc<TestApp>,
    time: Arc<AtomicU64>,
    id: u64,
    writes: Vec<Write>,
    /// How often storage failed beneath a write.
    failed: u64,
    newest: u64,
}

impl Client {
    fn tick(&self) -> u64 {
        self.time.fetch_add(1, Ordering::SeqCst)
    }

    async fn ctx(&self, n: u64) -> Ctx {
        let principal = authenticate(&self.app, &self.test.admin).await.unwrap();
        let command = Some(format!("client-{}-{n}", self.id).parse().unwrap());
        Ctx { app: self.app.clone(), principal, request_id: "history".into(), command }
    }

    async fn read(&mut self) -> u64 {
        let project = self.app.project(&self.test.project).await.unwrap();
        let seen = project.snapshot(&"development".parse().unwrap()).unwrap().generation;
        assert!(seen >= self.newest, "client {} saw {seen} after {}", self.id, self.newest);
        self.newest = seen;
        seen
    }

    /// Sends a write, and again with the same key until the answer says what became of it.
    async fn write(&mut self, n: u64, forward: bool, version: &str) {
        let began = self.tick();
        let ctx = self.ctx(n).await;
        let seen = self.read().await;
        for _ in 0..100 {
            let done = if forward {
                let version = Some(version.parse().unwrap());
                let pin = PinItem { prompt: "a/hello".parse().unwrap(), version };
                let input = release_input("development", vec![ReleaseItem::Set(pin)]).unwrap();
                open(&ctx, &self.test.project, input).await
            } else {
                // In the only environment that is released to, the numbers of releases are those of generations.
                roll_back(&ctx, &self.test.project, seen, RollBackInput::default()).await
            };
            match done {
                Ok(done) => {
                    let write = Write { began, ended: self.tick(), generation: done.generation };
                    self.writes.push(write);
                    // What a node acknowledged it serves.
                    let after = self.read().await;
                    assert!(after >= done.generation, "client {}: {after} after {write:?}", self.id);
                    return;
                }
                Err(e) if e.code == Code::Unavailable => self.failed += 1,
                Err(e) => {
                    let lost = [Code::NothingToChange, Code::ReleaseNotCurrent, Code::NothingBefore];
                    assert!(lost.contains(&e.code), "client {}: {e}", self.id);
                    return;
                }
            }
        }
        panic!("client {}: never answered", self.id);
    }
}

async fn run(seed: u64, faults: bool) {
    let test = Arc::new(TestApp::new().await.unwrap());
    for word in ["Greet", "Welcome", "Salute"] {
        test.publish(greeting("a/hello", &GREETING.replace("Greet", word))).await.unwrap();
    }
    test.release("development", &["a/hello"]).await.unwrap();
    let (stop, _) = watch::channel(false);
    let over = Arc::new(AtomicBool::new(false));
    let (mut nodes, mut following) = (Vec::new(), Vec::new());
    for n in 0..2 {
        let faulty = Faulty::over(test.store.clone());
        let app = App::start(faulty.ports(&test.clock, 20 + n)).await.unwrap().app;
        let pace = Pace { poll: Duration::from_millis(2), beat: Some(Duration::from_millis(50)) };
        following.push(tokio::spawn(follow(app.clone(), pace, stop.subscribe())));
        nodes.push((app, faulty));
    }
    let time = Arc::new(AtomicU64::new(1));
    let mut clients = Vec::new();
    for id in 0..6 {
        let (app, test, time) = (nodes[id as usize % 2].0.clone(), test.clone(), time.clone());
        let mut client = Client { app, test, time, id, writes: Vec::new(), failed: 0, newest: 0 };
        clients.push(tokio::spawn(async move {
            let mut dice = Dice(seed * 100 + id);
            for n in 0..40 {
                match dice.roll(4) {
                    0 => client.write(n, false, "").await,
                    1 | 2 => {
                        let version = ["1.0.0", "1.1.0", "1.2.0"][dice.roll(3) as usize];
                        client.write(n, true, version).await;
                    }
                    _ => drop(client.read().await),
                }
                tokio::task::yield_now().await;
            }
            (client.writes, client.failed)
        }));
    }
    let trouble = faults.then(|| {
        let (over, stores) = (over.clone(), nodes.iter().map(|n| n.1.clone()).collect::<Vec<_>>());
        tokio::spawn(async move {
            let mut dice = Dice(seed);
            while !over.load(Ordering::SeqCst) {
                let fault = super::store::FAULTS[dice.roll(2) as usize];
                stores[dice.roll(2) as usize].arm(1 + dice.roll(5), fault);
                tokio::time::sleep(Duration::from_micros(500)).await;
            }
            for store in stores {
                store.disarm();
            }
        })
    });
    let (mut writes, mut failed) = (Vec::new(), 0);
    for client in clients {
        let (of_client, its_failed) = client.await.unwrap();
        writes.extend(of_client);
        failed += its_failed;
    }
    assert_eq!(failed > 0, faults, "seed {seed}: storage failed {failed} times");
    over.store(true, Ordering::SeqCst);
    if let Some(trouble) = trouble {
        trouble.await.unwrap();
    }
    assert!(writes.len() > 40, "only {} writes", writes.len());
    assert!(contradiction(&writes).is_none(), "seed {seed}: {:?}", contradiction(&writes));
    let acknowledged: BTreeSet<_> = writes.iter().map(|w| w.generation).collect();
    assert_eq!(acknowledged.len(), writes.len(), "seed {seed}: two writes made one generation");
    // Every generation was acknowledged to exactly one client, beyond the first, which was there.
    let ctx = test.ctx_of(&test.admin).await.unwrap();
    let fresh = test.reopened().await.unwrap();
    let mut fresh_ctx = ctx.clone();
    fresh_ctx.app = fresh;
    let all =
        generations(&fresh_ctx, &test.project, &"development".parse().unwrap(), None, 1_000).await.unwrap();
    let made: BTreeSet<_> = all.iter().map(|g| g.generation).filter(|g| *g > 1).collect();
    assert_eq!(made, acknowledged, "seed {seed}");
    let last = acknowledged.last().copied().unwrap();
    // Both nodes end with the last one.
    for (app, _) in &nodes {
        let project = app.project(&test.project).await.unwrap();
        for _ in 0..4_000 {
            if project.snapshot(&"development".parse().unwrap()).unwrap().generation == last {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert_eq!(
            project.snapshot(&"development".parse().unwrap()).unwrap().generation,
            last,
            "seed {seed}"
        );
    }
    stop.send_replace(true);
    for task in following {
        assert_eq!(task.await.unwrap(), Ok(()));
    }
    assert!(check(&fresh_ctx, &test.project).await.unwrap().sound);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_clients_of_two_nodes_saw_has_an_explanation() {
    for seed in 1..=3 {
        run(seed, false).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn also_while_storage_fails_now_and_then() {
    for seed in 4..=6 {
        run(seed, true).await;
    }
}

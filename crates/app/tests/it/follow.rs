//! Several nodes on one store: all converge, nothing is lost or reordered, nobody serves a mixture, and a store that is away
//! or replaced is noticed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use cuelight_app::follow::{Lost, Pace, follow};
use cuelight_app::node::{AppliedInput, applied, connect, list, propagation};
use cuelight_app::project::{CreateProjectInput, create};
use cuelight_app::release::{PinItem, ReleaseItem, open};
use cuelight_app::serve::feed;
use cuelight_app::serve::resolve::{Render, ResolveManyInput, Values, resolve_many};
use cuelight_app::token::IssueInput;
use cuelight_app::{App, Code, Ctx, Ports, token};
use cuelight_artifact::{Digest, EnvironmentName};
use cuelight_core::ledger::{CommandId, LedgerId, Seq};
use cuelight_core::rights::Role;
use cuelight_store::memory::MemoryStore;
use cuelight_store::{
    Append, Appended, CommandRecord, Head, Ledger, Nodes, Part, SavedState, StoreError, StoredCheckpoint,
    StoredEntry,
};
use cuelight_testkit::app::release_input;
use cuelight_testkit::files::{GREETING, all, greeting};
use cuelight_testkit::{SeededEntropy, TestApp};
use serde_json::json;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// The ledger of a database that can go away, and that hints or does not.
struct Remote {
    store: Arc<MemoryStore>,
    away: AtomicBool,
    hints: bool,
    grown: Notify,
    asked: AtomicU64,
}

impl Remote {
    fn new(store: Arc<MemoryStore>, hints: bool) -> Arc<Self> {
        let (away, grown, asked) = (AtomicBool::new(false), Notify::new(), AtomicU64::new(0));
        Arc::new(Self { store, away, hints, grown, asked })
    }

    fn reachable(&self) -> Result<&MemoryStore, StoreError> {
        if self.away.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable { what: "the cable is cut".into() });
        }
        Ok(&self.store)
    }
}

#[async_trait]
impl Ledger for Remote {
    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        self.reachable()?.append(append).await
    }
    async fn head(&self, ledger: &LedgerId) -> Result<Option<Head>, StoreError> {
        self.reachable()?.head(ledger).await
    }
    async fn read(&self, ledger: &LedgerId, after: Seq, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
        Ledger::read(self.reachable()?, ledger, after, limit).await
    }
    async fn leaf_hashes(
        &self,
        ledger: &LedgerId,
        range: std::ops::Range<Seq>,
    ) -> Result<Vec<Digest>, StoreError> {
        self.reachable()?.leaf_hashes(ledger, range).await
    }
    async fn commands(
        &self,
        ledger: &LedgerId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<CommandRecord>, StoreError> {
        self.reachable()?.commands(ledger, after, limit).await
    }
    async fn command(&self, ledger: &LedgerId, id: &CommandId) -> Result<Option<CommandRecord>, StoreError> {
        self.reachable()?.command(ledger, id).await
    }
    async fn checkpoint(
        &self,
        ledger: &LedgerId,
        at_most: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, StoreError> {
        self.reachable()?.checkpoint(ledger, at_most).await
    }
    async fn checkpoints(
        &self,
        ledger: &LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        self.reachable()?.checkpoints(ledger, after, limit).await
    }
    async fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError> {
        self.reachable()?.ledgers().await
    }
    async fn ends(&self) -> Result<Vec<(LedgerId, Seq)>, StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.reachable()?.ends().await
    }
    async fn hint(&self) {
        if self.hints {
            self.grown.notified().await;
        } else {
            std::future::pending::<()>().await;
        }
    }
    async fn copy_in(&self, part: Part) -> Result<(), StoreError> {
        self.reachable()?.copy_in(part).await
    }
    async fn save_state(&self, ledger: &LedgerId, state: SavedState) -> Result<(), StoreError> {
        self.reachable()?.save_state(ledger, state).await
    }
    async fn saved_state(
        &self,
        ledger: &LedgerId,
        format: u32,
        at_most: Option<Seq>,
    ) -> Result<Option<SavedState>, StoreError> {
        self.reachable()?.saved_state(ledger, format, at_most).await
    }
    async fn drop_saved_states(&self, ledger: &LedgerId, before: Seq) -> Result<u64, StoreError> {
        self.reachable()?.drop_saved_states(ledger, before).await
    }
}

/// A node that follows.
struct Node {
    app: Arc<App>,
    remote: Arc<Remote>,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), Lost>>,
}

/// As quick as tests can be without hints.
const QUICK: Pace = Pace { poll: Duration::from_millis(5), beat: Some(Duration::from_millis(10)) };

async fn start(test: &TestApp, seed: u64, pace: Pace, hints: bool) -> Node {
    let remote = Remote::new(test.store.clone(), hints);
    let ports = Ports {
        ledger: remote.clone(),
        blobs: test.store.clone(),
        observations: test.store.clone(),
        vault: test.store.clone(),
        nodes: test.store.clone(),
        clock: test.clock.clone(),
        entropy: Arc::new(SeededEntropy::new(seed)),
    };
    let app = App::start(ports).await.unwrap().app;
    let (stop, stopping) = watch::channel(false);
    let task = tokio::spawn(follow(app.clone(), pace, stopping));
    Node { app, remote, stop, task }
}

impl Node {
    async fn end(self) -> Result<(), Lost> {
        self.stop.send_replace(true);
        self.task.await.unwrap()
    }

    async fn ctx(&self, test: &TestApp, key: &str) -> Ctx {
        let principal = token::authenticate(&self.app, &test.admin).await.unwrap();
        let command = Some(key.parse().unwrap());
        Ctx { app: self.app.clone(), principal, request_id: key.into(), command }
    }
}

/// Two prompts that are always released together, so that a mixture would show.
fn pair(words: &str) -> BTreeMap<String, String> {
    let files = all([greeting("a/one", GREETING), greeting("a/two", GREETING)]);
    files.into_iter().map(|(path, text)| (path, text.replace("Greet {{", words))).collect()
}

fn environment() -> EnvironmentName {
    "development".parse().unwrap()
}

async fn generation(app: &Arc<App>, test: &TestApp) -> u64 {
    app.project(&test.project).await.unwrap().snapshot(&environment()).unwrap().generation
}

async fn seq(app: &Arc<App>, test: &TestApp, ctx: &Ctx) -> u64 {
    let _loaded = app.project(&test.project).await.unwrap();
    *cuelight_app::project::news(ctx, &test.project).await.unwrap().borrow()
}

/// Waits, with a limit that only a hang reaches.
async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..4_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}

/// Two versions of both prompts; the first is live.
async fn prepared() -> TestApp {
    let test = TestApp::new().await.unwrap();
    test.publish(pair("Greet {{")).await.unwrap();
    test.release("development", &["a/one", "a/two"]).await.unwrap();
    test.publish(pair("Welcome {{")).await.unwrap();
    test
}

/// Makes version `n` of both live from this node.
async fn flip(node: &Node, test: &TestApp, key: &str, n: usize) -> u64 {
    let ctx = node.ctx(test, key).await;
    let version = ["1.0.0", "1.1.0"][n % 2];
    let items = ["a/one", "a/two"].map(|name| {
        ReleaseItem::Set(PinItem { prompt: name.parse().unwrap(), version: Some(version.parse().unwrap()) })
    });
    let input = release_input("development", items.to_vec()).unwrap();
    open(&ctx, &test.project, input).await.unwrap().generation
}

fn both() -> ResolveManyInput {
    let values =
        Values { inputs: json!({ "person": "Ada" }).as_object().unwrap().clone(), ..Values::default() };
    ResolveManyInput {
        environment: environment(),
        subject: None,
        attributes: BTreeMap::new(),
        prompts: ["a/one", "a/two"].map(|name| (name.parse().unwrap(), values.clone())).into(),
        render: Render::Messages,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_on_one_node_is_served_by_the_others() {
    for hints in [false, true] {
        let test = prepared().await;
        // With hints, nobody polls within this test: what arrives arrives by a hint.
        let pace = if hints { Pace { poll: Duration::from_secs(3_600), ..QUICK } } else { QUICK };
        let (a, b, c) = (
            start(&test, 2, pace, hints).await,
            start(&test, 3, pace, hints).await,
            start(&test, 4, pace, hints).await,
        );
        let mut last = 0;
        for n in 1..=10 {
            let from = [&a, &b, &c][n % 3];
            last = flip(from, &test, &format!("flip-{n}"), n).await;
            for node in [&a, &b, &c] {
                // As the database would.
                node.remote.grown.notify_one();
            }
            for node in [&a, &b, &c] {
                until("the new generation", async || generation(&node.app, &test).await == last).await;
            }
        }
        assert_eq!(last, 11);
        for node in [a, b, c] {
            if hints {
                assert!(node.remote.asked.load(Ordering::SeqCst) < 40, "polled although hinted");
            }
            assert_eq!(node.end().await, Ok(()));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn projects_and_tokens_of_one_node_are_those_of_all() {
    let test = prepared().await;
    let (a, b) = (start(&test, 2, QUICK, false).await, start(&test, 3, QUICK, false).await);
    let ctx = a.ctx(&test, "new-project").await;
    let name: cuelight_artifact::ProjectName = "later".parse().unwrap();
    create(&ctx, CreateProjectInput { name: name.clone() }).await.unwrap();
    until("the project", async || b.app.project(&name).await.is_ok()).await;
    let input = IssueInput {
        label: "short".into(),
        role: Role::Serve,
        projects: None,
        environments: None,
        actions: None,
        days: None,
    };
    let issued = token::issue(&a.ctx(&test, "issue").await, input).await.unwrap();
    until("the token", async || token::authenticate(&b.app, &issued.token).await.is_ok()).await;
    token::revoke(&a.ctx(&test, "revoke").await, &issued.id).await.unwrap();
    until("its end", async || token::authenticate(&b.app, &issued.token).await.is_err()).await;
    for node in [a, b] {
        assert_eq!(node.end().await, Ok(()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_ever_sees_a_mixture_or_an_older_generation_again() {
    let test = prepared().await;
    let (a, b) = (start(&test, 2, QUICK, false).await, start(&test, 3, QUICK, false).await);
    let (stop, _) = watch::channel(false);
    let mut readers = Vec::new();
    for (n, node) in [&a, &b, &a, &b].into_iter().enumerate() {
        let ctx = node.ctx(&test, &format!("reader-{n}")).await;
        let (project, stop) = (test.project.clone(), stop.subscribe());
        readers.push(tokio::spawn(async move {
            let (mut reads, mut newest) = (0_u64, 0);
            while !*stop.borrow() {
                let found = resolve_many(&ctx, &project, both()).await.unwrap();
                let seen: Vec<_> =
                    found.prompts.values().map(|p| (p.generation, p.version.clone())).collect();
                assert_eq!(seen[0], seen[1], "a mixture");
                assert!(found.generation >= newest, "generation {} after {newest}", found.generation);
                newest = found.generation;
                reads += 1;
                tokio::task::yield_now().await;
            }
            reads
        }));
    }
    for n in 1..=100 {
        flip(if n % 3 == 0 { &b } else { &a }, &test, &format!("flip-{n}"), n).await;
    }
    for node in [&a, &b] {
        until("the last generation", async || generation(&node.app, &test).await == 101).await;
    }
    stop.send_replace(true);
    let mut reads = 0;
    for reader in readers {
        reads += reader.await.unwrap();
    }
    assert!(reads > 100, "only {reads} reads");
    // What each node tells as history is the same, in the same order, without a gap.
    let feed = async |node: &Node| {
        feed::events(&node.ctx(&test, "feed").await, &test.project, &environment(), 0).await.unwrap().events
    };
    let (of_a, of_b) = (feed(&a).await, feed(&b).await);
    assert_eq!(of_a, of_b);
    assert_eq!(of_a.iter().map(|e| e.generation).collect::<Vec<_>>(), (1..=101).collect::<Vec<_>>());
    for node in [a, b] {
        assert_eq!(node.end().await, Ok(()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_reads_are_answered_and_writes_refused() {
    let test = prepared().await;
    let (a, b) = (start(&test, 2, QUICK, false).await, start(&test, 3, QUICK, false).await);
    until("contact", async || b.remote.asked.load(Ordering::SeqCst) > 2).await;
    assert_eq!(b.app.node().stale_for(test.clock.peek()), None);
    let reader = b.ctx(&test, "reader").await;
    b.remote.away.store(true, Ordering::SeqCst);
    let asked = b.remote.asked.load(Ordering::SeqCst);
    until("notice", async || b.remote.asked.load(Ordering::SeqCst) > asked + 2).await;
    test.clock.advance(30_000_000);
    assert!(b.app.node().stale_for(test.clock.peek()).is_some_and(|s| s >= 30));
    assert_eq!(resolve_many(&reader, &test.project, both()).await.unwrap().generation, 1);
    // The version that is live now, and will not be when the write is tried again.
    let version = Some("1.0.0".parse().unwrap());
    let items = vec![ReleaseItem::Set(PinItem { prompt: "a/one".parse().unwrap(), version })];
    let input = release_input("development", items).unwrap();
    let refused = open(&b.ctx(&test, "once").await, &test.project, input.clone()).await.unwrap_err();
    assert_eq!(refused.code, Code::Unavailable);
    // The other node goes on, and is not stale.
    flip(&a, &test, "meanwhile", 1).await;
    assert_eq!(generation(&b.app, &test).await, 1);
    b.remote.away.store(false, Ordering::SeqCst);
    until("the return", async || generation(&b.app, &test).await == 2).await;
    until("freshness", async || b.app.node().stale_for(test.clock.peek()).is_none()).await;
    // The same command, sent again, applies once.
    let first = open(&b.ctx(&test, "once").await, &test.project, input.clone()).await.unwrap();
    let again = open(&a.ctx(&test, "once").await, &test.project, input).await.unwrap();
    assert_eq!((first.generation, again.generation), (3, 3));
    for node in [a, b] {
        assert_eq!(node.end().await, Ok(()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_was_replaced_ends_the_following() {
    let test = prepared().await;
    let node = start(&test, 2, QUICK, false).await;
    until("contact", async || node.remote.asked.load(Ordering::SeqCst) > 2).await;
    let known = seq(&node.app, &test, &node.ctx(&test, "seq").await).await;
    // A backup of long ago is restored beneath the node.
    test.store.restore(&MemoryStore::new());
    let lost = tokio::time::timeout(Duration::from_secs(20), node.task).await.unwrap().unwrap().unwrap_err();
    let Lost::Replaced { found, known: seen, .. } = lost;
    assert_eq!(found, 0);
    assert!(seen > 0 && known > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_and_clients_are_told_with_what_they_applied() {
    let test = prepared().await;
    let (a, b) = (start(&test, 2, QUICK, false).await, start(&test, 3, QUICK, false).await);
    a.app.node().reached_at("http://a");
    let says = async |node: &Node, client: &str, generation: u64| {
        let input = AppliedInput { client: client.parse().unwrap(), generation };
        applied(&node.ctx(&test, "says").await, &test.project, &environment(), input).await
    };
    for n in 0..10 {
        says(if n < 7 { &a } else { &b }, &format!("app-{n}"), 1).await.unwrap();
    }
    let open_feed = connect(&b.app, &test.project, &environment(), "app-9".parse().unwrap()).unwrap();
    assert_eq!(says(&a, "app-1", 2).await.unwrap_err().code, Code::InvalidRequest);
    assert_eq!(flip(&a, &test, "spread", 1).await, 2);
    until("b", async || generation(&b.app, &test).await == 2).await;
    for n in (0..10).filter(|n| *n != 3) {
        says(if n < 7 { &a } else { &b }, &format!("app-{n}"), 2).await.unwrap();
    }
    let ctx = a.ctx(&test, "ask").await;
    until("both have told", async || {
        let found = propagation(&a.app, &test.project, &environment(), 2).await;
        found.is_some_and(|p| (p.nodes_applied, p.clients, p.clients_applied) == (2, 10, 9))
    })
    .await;
    let found = propagation(&a.app, &test.project, &environment(), 2).await.unwrap();
    assert!(found.nodes == 2 && found.nodes_ms.is_some() && found.clients_ms.is_some(), "{found:?}");
    assert_eq!(propagation(&a.app, &test.project, &environment(), 99).await, None);
    let nodes = list(&ctx).await.unwrap();
    assert_eq!(nodes.iter().map(|n| (n.here, n.alive)).collect::<Vec<_>>(), [(true, true), (false, true)]);
    assert_eq!(nodes[0].address.as_deref(), Some("http://a"));
    assert_eq!(nodes[0].clients[0].client.to_string(), "app-3", "the one furthest behind comes first");
    assert_eq!((nodes[0].clients[0].generation, nodes[0].clients.len()), (1, 7));
    let connected: Vec<_> =
        nodes[1].clients.iter().filter(|c| c.connected).map(|c| c.client.to_string()).collect();
    assert_eq!(connected, ["app-9"]);
    let here = nodes[0].projects.iter().find(|p| p.environment == environment()).unwrap();
    assert_eq!((here.generation, here.behind, here.clients, here.current), (2, 0, 7, 6));
    drop(open_feed);
    // A release's own record says the same.
    let release = cuelight_app::release::get(&ctx, &test.project, 2).await.unwrap();
    assert_eq!(release.propagation.map(|p| (p.nodes, p.clients, p.clients_applied)), Some((2, 10, 9)));
    // A node that ends is not waited for.
    assert_eq!(b.end().await, Ok(()));
    until("b is gone", async || list(&ctx).await.unwrap().len() == 1).await;
    assert_eq!(a.end().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_alone_leaves_no_record() {
    let test = prepared().await;
    let node = start(&test, 2, Pace { poll: QUICK.poll, ..Pace::alone() }, false).await;
    until("some looks", async || node.remote.asked.load(Ordering::SeqCst) > 3).await;
    // One that was killed would be shown as gone until nobody knows when.
    assert_eq!(Nodes::nodes(&*test.store).await.unwrap(), []);
    assert_eq!(node.end().await, Ok(()));
    assert_eq!(Nodes::nodes(&*test.store).await.unwrap(), []);
}

#[tokio::test]
async fn a_report_needs_the_right_and_a_proper_name() {
    let test = prepared().await;
    for name in ["", "with space", "ä", &"x".repeat(65), "a/b"] {
        assert!(name.parse::<cuelight_app::node::ClientId>().is_err(), "{name}");
    }
    let token = test.token(Role::Auditor).await.unwrap();
    let input = AppliedInput { client: "app".parse().unwrap(), generation: 1 };
    let ctx = test.ctx_of(&token).await.unwrap();
    let refused = applied(&ctx, &test.project, &environment(), input.clone()).await.unwrap_err();
    assert_eq!(refused.code, Code::Forbidden);
    let ctx = test.ctx_of(&test.token(Role::Serve).await.unwrap()).await.unwrap();
    applied(&ctx, &test.project, &environment(), input).await.unwrap();
    assert_eq!(list(&ctx).await.unwrap_err().code, Code::Forbidden);
}

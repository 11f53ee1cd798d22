//! Through a pooler that gives every transaction another connection to the server, everything works but hints: through a
//! small one of our own, which always does, and through PgBouncer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use cuelight_store::laws::sample::{Writer, ledger};
use cuelight_store::laws::{Ports, StoreFactory, concurrent, model, observations, vault};
use cuelight_store::memory::MemoryStore;
use cuelight_store::{Ledger as _, StoreError};
use cuelight_store_postgres::{Dump, PostgresOptions, PostgresStore};
use cuelight_testkit::postgres::{Database, PgBouncer};
use futures_util::future::join_all;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use tokio::io::{AsyncReadExt, AsyncWriteExt as _};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::time::timeout;

use crate::support::{Place, check_only};

/// A small pooler in transaction mode.
struct Pooler {
    place: Place,
    port: u16,
    /// How many transactions got another connection than their client's last one.
    moves: Arc<AtomicU64>,
}

struct Backends {
    database: Database,
    idle: Mutex<VecDeque<Backend>>,
    freed: Notify,
    moves: Arc<AtomicU64>,
}

/// A connection to the server. A task of its own reads the answers, so that waiting for one can be given up.
struct Backend {
    number: usize,
    ask: OwnedWriteHalf,
    answers: mpsc::UnboundedReceiver<Vec<u8>>,
}

impl Backend {
    async fn connect(database: &Database, number: usize) -> Self {
        let (mut from_server, mut ask) = UnixStream::connect(database.socket()).await.unwrap().into_split();
        let words = format!("user\0cuelight\0database\0{}\0client_encoding\0UTF8\0\0", database.name());
        let length = u32::try_from(words.len() + 8).unwrap();
        ask.write_all(&length.to_be_bytes()).await.unwrap();
        ask.write_all(&196_608_u32.to_be_bytes()).await.unwrap();
        ask.write_all(words.as_bytes()).await.unwrap();
        while message(&mut from_server).await.unwrap()[0] != b'Z' {}
        let (tell, answers) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(answer) = message(&mut from_server).await {
                if tell.send(answer).is_err() {
                    return;
                }
            }
        });
        Self { number, ask, answers }
    }
}

impl Pooler {
    async fn start(connections: usize) -> Self {
        let place = Place::new();
        let moves = Arc::new(AtomicU64::new(0));
        let mut idle = VecDeque::new();
        for number in 0..connections {
            idle.push_back(Backend::connect(&place.0, number).await);
        }
        let backends = Backends {
            database: place.0.clone(),
            idle: Mutex::new(idle),
            freed: Notify::new(),
            moves: moves.clone(),
        };
        let backends = Arc::new(backends);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(client, backends.clone()));
            }
        });
        Self { place, port, moves }
    }
}

#[async_trait]
impl StoreFactory for Pooler {
    async fn open(&self) -> Result<Ports, StoreError> {
        Ok(Ports::of(PostgresStore::open(&self.options()).await?))
    }
}

/// One message: its type, its length, its body.
async fn message(from: &mut (impl AsyncReadExt + Unpin)) -> Option<Vec<u8>> {
    let mut whole = vec![0; 5];
    from.read_exact(&mut whole).await.ok()?;
    let length = u32::from_be_bytes(whole[1..].try_into().unwrap()) as usize;
    whole.resize(1 + length, 0);
    from.read_exact(&mut whole[5..]).await.ok()?;
    Some(whole)
}

/// Serves a client: no connection to the server while it has no transaction.
async fn serve(mut client: TcpStream, backends: Arc<Backends>) -> Option<()> {
    client.set_nodelay(true).unwrap();
    let mut length = [0; 4];
    client.read_exact(&mut length).await.ok()?;
    let mut startup = vec![0; u32::from_be_bytes(length) as usize - 4];
    client.read_exact(&mut startup).await.ok()?;
    // No password is asked for, and the client is told that it may begin.
    client.write_all(b"R\0\0\0\x08\0\0\0\0K\0\0\0\x0c\0\0\0\0\0\0\0\0Z\0\0\0\x05I").await.ok()?;
    let mut last = usize::MAX;
    loop {
        let first = message(&mut client).await.filter(|m| m[0] != b'X')?;
        let mut backend = loop {
            let freed = backends.freed.notified();
            if let Some(backend) = backends.idle.lock().await.pop_front() {
                break backend;
            }
            freed.await;
        };
        backends.moves.fetch_add(u64::from(backend.number != last), Ordering::Relaxed);
        last = backend.number;
        let done = transaction(&mut client, &mut backend, first).await;
        if done.is_none() {
            // What was cut short ends with its connection.
            backend = Backend::connect(&backends.database, last).await;
        }
        backends.idle.lock().await.push_back(backend);
        backends.freed.notify_waiters();
        done?;
    }
}

/// Passes one transaction on, from its first message until the server says that none is open and nothing is unanswered.
async fn transaction(client: &mut TcpStream, backend: &mut Backend, first: Vec<u8>) -> Option<()> {
    let asks = |m: &[u8]| u64::from(m[0] == b'Q' || m[0] == b'S');
    let (mut from_client, mut to_client) = client.split();
    let mut waiting = asks(&first);
    backend.ask.write_all(&first).await.ok()?;
    let mut open = true;
    while open || waiting > 0 {
        // A byte that can be looked at tells that a message comes, so that none is read by half.
        let mut peek = [0];
        tokio::select! {
            more = from_client.peek(&mut peek) => {
                more.ok().filter(|count| *count > 0)?;
                let next = message(&mut from_client).await.filter(|m| m[0] != b'X')?;
                waiting += asks(&next);
                backend.ask.write_all(&next).await.ok()?;
            }
            answer = backend.answers.recv() => {
                let answer = answer?;
                if answer[0] == b'Z' {
                    waiting -= 1;
                    open = answer[5] != b'I';
                }
                to_client.write_all(&answer).await.ok()?;
            }
        }
    }
    Some(())
}

/// Something that pools connections to a database of its own.
trait Pooling: StoreFactory {
    fn options(&self) -> PostgresOptions;
}

impl Pooling for Pooler {
    fn options(&self) -> PostgresOptions {
        PostgresOptions::new(format!("{}?sslmode=disable", self.place.0.url_through(self.port)))
    }
}

/// PgBouncer itself.
struct Bouncer {
    bouncer: PgBouncer,
    place: Place,
}

impl Bouncer {
    /// None where it is not installed.
    fn start(connections: usize) -> Option<Self> {
        let place = Place::new();
        let bouncer = PgBouncer::before(&place.0, connections)?;
        Some(Self { bouncer, place })
    }
}

#[async_trait]
impl StoreFactory for Bouncer {
    async fn open(&self) -> Result<Ports, StoreError> {
        Ok(Ports::of(PostgresStore::open(&self.options()).await?))
    }
}

impl Pooling for Bouncer {
    fn options(&self) -> PostgresOptions {
        PostgresOptions::new(self.place.0.url_through(self.bouncer.port()))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn laws_hold_through_a_pooler() {
    concurrent::sixteen_writers_make_one_gapless_ledger(&Pooler::start(3).await).await;
    concurrent::equal_batches_count_once(&Pooler::start(3).await).await;
    concurrent::sixteen_counters_lose_no_step(&Pooler::start(2).await).await;
    observations::a_batch_is_read_back_in_order(&Pooler::start(2).await).await;
    vault::value_pages_join(&Pooler::start(2).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn laws_hold_through_pgbouncer() {
    let Some(first) = Bouncer::start(3) else { return };
    let start = |connections| Bouncer::start(connections).expect("it was here a moment ago");
    concurrent::sixteen_writers_make_one_gapless_ledger(&first).await;
    concurrent::equal_batches_count_once(&start(3)).await;
    concurrent::sixteen_counters_lose_no_step(&start(2)).await;
    observations::a_batch_is_read_back_in_order(&start(2)).await;
    vault::value_pages_join(&start(2)).await;
}

/// What the memory store answers to a long series of operations, a pooled one answers too.
async fn model_holds(pooled: &impl StoreFactory) {
    struct Memory(MemoryStore);
    #[async_trait]
    impl StoreFactory for Memory {
        async fn open(&self) -> Result<Ports, StoreError> {
            Ok(Ports::of(self.0.clone()))
        }
    }
    let operations = model::operations(120).new_tree(&mut TestRunner::deterministic()).unwrap().current();
    let expected = model::run(&operations, &Memory(MemoryStore::new())).await;
    assert_eq!(model::run(&operations, pooled).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_model_holds_through_a_pooler() {
    let pooler = Pooler::start(3).await;
    model_holds(&pooler).await;
    assert!(pooler.moves.load(Ordering::Relaxed) > 50, "the transactions stayed where they were");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_model_holds_through_pgbouncer() {
    let Some(bouncer) = Bouncer::start(3) else { return };
    // It makes a connection when it needs one more.
    let store = PostgresStore::open(&bouncer.options()).await.unwrap();
    join_all((0..32).map(|_| store.ends())).await.into_iter().for_each(|ends| assert_eq!(ends, Ok(vec![])));
    model_holds(&bouncer).await;
    let took_part = bouncer.place.0.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query IN ('COMMIT', 'ROLLBACK') \
         AND pid <> pg_backend_pid() AND now() - state_change < interval '1 minute'",
    );
    assert!(took_part.trim().parse::<u32>().unwrap() > 1, "the transactions stayed where they were");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_is_one_transaction_and_hints_are_missing() {
    a_dump_without_hints(&Pooler::start(3).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_is_one_transaction_and_hints_are_missing_with_pgbouncer() {
    let Some(bouncer) = Bouncer::start(3) else { return };
    a_dump_without_hints(&bouncer).await;
}

async fn a_dump_without_hints(pooler: &impl Pooling) {
    let store = PostgresStore::open(&pooler.options()).await.unwrap();
    let mut writer = Writer::new(&ledger("sales"));
    // The first hint says that somebody asked to listen; after it, nothing comes, and nothing fails.
    timeout(Duration::from_secs(60), store.hint()).await.expect("asking to listen hangs");
    for n in 0..5 {
        writer.write(&store, &format!("c-{n}"), 3).await;
    }
    let hinted = timeout(Duration::from_millis(300), store.hint()).await;
    assert!(hinted.is_err(), "a hint came through a pooler");
    assert_eq!(store.ends().await.unwrap(), [(ledger("sales"), 15)]);
    let options = pooler.options();
    let report = tokio::task::spawn_blocking(move || {
        let dump = Dump::open(&options).unwrap();
        assert_eq!(dump.integrity().unwrap(), Vec::<String>::new());
        check_only(&dump, &ledger("sales"))
    });
    let report = report.await.unwrap();
    assert!(report.is_sound() && report.entries == 15, "{:?}", report.findings);
}

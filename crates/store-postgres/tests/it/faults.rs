//! Servers that stop, crash, hang and cut connections under work: nothing acknowledged is lost, nothing applies twice,
//! and nothing waits for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cuelight_core::ledger::LedgerId;
use cuelight_store::laws::sample::{Writer, ledger};
use cuelight_store::{Appended, Ledger, Observation, Observations, StoreError, Vault, VaultKey};
use cuelight_store_postgres::{PostgresOptions, PostgresStore};
use cuelight_testkit::postgres::{Durability, Server};
use tokio::time::{sleep, timeout};

use crate::support::{Place, check};

/// Long after everything should have been answered; a test that waits so long has found a hang.
const NEVER: Duration = Duration::from_secs(60);

/// Whether the server did not answer or had no time. Nothing else comes from a fault that passes.
const fn is_passing(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { .. } | StoreError::Busy { .. })
}

/// Appends until it is stored, as a server does: catches up, and asks again when the database is away. Gives how often
/// it was away, and the end.
async fn insist(store: &PostgresStore, id: &LedgerId, command: &str) -> (u64, Appended) {
    let mut away = 0;
    loop {
        let attempt = async {
            let mut writer = Writer::caught_up(id, store).await?;
            Ledger::append(store, writer.next(command, 2)).await
        };
        match timeout(NEVER, attempt).await.expect("it hangs") {
            Ok(Appended::Behind { .. }) => {}
            Ok(done) => return (away, done),
            Err(error) => {
                // The transaction of a writer that is gone may hold the ledger for a moment.
                assert!(is_passing(&error), "{error:?}");
                away += 1;
                sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// Writers who append without end until told to stop; each gives what was acknowledged to it.
struct Writers {
    tasks: Vec<tokio::task::JoinHandle<(u64, Vec<String>)>>,
    stop: Arc<AtomicBool>,
}

impl Writers {
    fn start(stores: &[PostgresStore], id: &LedgerId) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let task = |(number, store): (usize, &PostgresStore)| {
            let (store, id, stop) = (store.clone(), id.clone(), stop.clone());
            tokio::spawn(async move {
                let (mut away, mut acknowledged) = (0, Vec::new());
                for n in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let command = format!("w{number}-{n}");
                    away += insist(&store, &id, &command).await.0;
                    acknowledged.push(command);
                }
                (away, acknowledged)
            })
        };
        let tasks = stores.iter().enumerate().map(task).collect();
        Self { tasks, stop }
    }

    /// Stops them, and checks that what they were told is so. Gives how often the database was away for them.
    async fn end(self, store: &PostgresStore, options: &PostgresOptions, id: &LedgerId) -> u64 {
        self.stop.store(true, Ordering::SeqCst);
        let (mut away, mut count) = (0, 0);
        for task in self.tasks {
            let (times, acknowledged) = task.await.unwrap();
            away += times;
            for command in acknowledged {
                let record = store.command(id, &command.parse().unwrap()).await.unwrap();
                let record = record.unwrap_or_else(|| panic!("{command} was acknowledged and is lost"));
                assert_eq!(record.last, record.first + 1, "{command} is half there");
                count += 2;
            }
        }
        let report = check(options, id);
        assert!(report.is_sound(), "{:?}", report.findings);
        // Whoever was told nothing asked again, so everything there was acknowledged in the end, once.
        assert_eq!(report.entries, count);
        assert!(count > 0);
        away
    }
}

async fn several(options: &PostgresOptions, count: usize) -> Vec<PostgresStore> {
    let mut stores = Vec::new();
    for _ in 0..count {
        stores.push(PostgresStore::open(options).await.unwrap());
    }
    stores
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_with_sixteen_writers_make_one_ledger() {
    let place = Place::new();
    let two = several(&place.options(), 2).await;
    let id = ledger("sales");
    let sixteen: Vec<PostgresStore> = two.iter().cycle().take(16).cloned().collect();
    let writers = Writers::start(&sixteen, &id);
    sleep(Duration::from_millis(500)).await;
    assert_eq!(writers.end(&two[0], &place.options(), &id).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_lose_nothing() {
    let place = Place::new();
    let stores = several(&place.options(), 4).await;
    let id = ledger("sales");
    let writers = Writers::start(&stores, &id);
    let cut = place.0.clone();
    let cuts = tokio::task::spawn_blocking(move || {
        for n in 0..25_u64 {
            std::thread::sleep(Duration::from_millis(n * 7919 % 30));
            cut.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                 AND pid <> pg_backend_pid() ORDER BY random() LIMIT 2",
            );
        }
    });
    cuts.await.unwrap();
    writers.end(&stores[0], &place.options(), &id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_and_one_that_crashes_lose_nothing() {
    let server = Arc::new(Server::start(Durability::Kept, &[]));
    let options = PostgresOptions::new(server.database().url());
    let stores = several(&options, 3).await;
    let id = ledger("sales");
    let writers = Writers::start(&stores, &id);
    let faults = tokio::task::spawn_blocking({
        let server = server.clone();
        move || {
            for n in 0..4_u64 {
                std::thread::sleep(Duration::from_millis(100 + n * 7919 % 100));
                if n % 2 == 0 {
                    server.stop();
                } else {
                    server.kill();
                }
                std::thread::sleep(Duration::from_millis(50));
                server.start_again();
            }
        }
    });
    faults.await.unwrap();
    assert!(writers.end(&stores[0], &options, &id).await > 0, "the server was never missed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_is_an_error_and_not_a_wait() {
    let server = Server::start(Durability::Quick, &[]);
    let store = PostgresStore::open(&PostgresOptions::new(server.database().url())).await.unwrap();
    let id = ledger("sales");
    let mut writer = Writer::new(&id);
    writer.write(&store, "c-1", 1).await;
    let later = writer.next("c-2", 1);
    server.freeze();
    let key = VaultKey::new("k", "k");
    let asked = async {
        tokio::join!(
            Ledger::append(&store, later.clone()),
            store.head(&id),
            Vault::get(&store, &key),
            Observations::append(&store, vec![observation()]),
        )
    };
    let (append, head, value, observed) = timeout(NEVER, asked).await.expect("it hangs");
    let errors = [append.err(), head.err(), value.err(), observed.err()];
    for error in errors {
        assert!(matches!(error, Some(StoreError::Unavailable { .. })), "{error:?}");
    }
    server.thaw();
    let done = loop {
        match Ledger::append(&store, later.clone()).await {
            Ok(done) => break done,
            Err(error) => assert!(is_passing(&error), "{error:?}"),
        }
    };
    assert!(matches!(done, Appended::Stored | Appended::Duplicate(_)), "{done:?}");
    assert_eq!(store.head(&id).await.unwrap().unwrap().seq, 2);
}

/// More callers than connections, all held up: those who wait in vain are told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_is_held_up_is_an_error_and_not_a_wait() {
    let place = Place::new();
    let options = PostgresOptions { connections: 2, patience: Duration::from_millis(300), ..place.options() };
    let store = PostgresStore::open(&options).await.unwrap();
    let id = ledger("sales");
    let mut writer = Writer::new(&id);
    writer.write(&store, "c-1", 1).await;
    let append = writer.next("c-2", 1);
    let holder = place.0.clone();
    let held = tokio::task::spawn_blocking(move || {
        holder.sql("BEGIN; SELECT id FROM cuelight.ledgers FOR UPDATE; SELECT pg_sleep(2); COMMIT")
    });
    sleep(Duration::from_millis(300)).await;
    let tries = (0..6).map(|_| Ledger::append(&store, append.clone()));
    for error in timeout(NEVER, futures_util::future::join_all(tries)).await.expect("it hangs") {
        let error = error.unwrap_err();
        // It answers: nobody is to think that it is away.
        assert!(matches!(error, StoreError::Busy { .. }), "{error:?}");
    }
    held.await.unwrap();
    assert_eq!(Ledger::append(&store, append).await.unwrap(), Appended::Stored);
}

/// A write goes on although nobody waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_is_done_although_nobody_waits() {
    let place = Place::new();
    let store = place.store().await.unwrap();
    let id = ledger("sales");
    let append = Writer::new(&id).next("c-1", 500);
    assert!(timeout(Duration::from_micros(1), Ledger::append(&store, append)).await.is_err());
    let done = async {
        while store.head(&id).await.unwrap().is_none() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(NEVER, done).await.expect("the write was dropped");
    assert_eq!(store.head(&id).await.unwrap().unwrap().seq, 500);
}

/// Hints come from other stores, and again after the connection they came on was cut.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_come_and_come_again() {
    let place = Place::new();
    let (here, there) = (place.store().await.unwrap(), place.store().await.unwrap());
    let mut writer = Writer::new(&ledger("sales"));
    for n in 0..3 {
        // The first hint says that somebody listens now.
        timeout(NEVER, here.hint()).await.expect("nobody listens");
        while timeout(Duration::from_millis(200), here.hint()).await.is_ok() {}
        writer.write(&there, &format!("c-{n}"), 1).await;
        timeout(NEVER, here.hint()).await.expect("no hint came");
        place.0.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
             AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()",
        );
    }
}

fn observation() -> Observation {
    Observation { id: "o-1".into(), project: "sales".parse().unwrap(), at: 0, kind: "k".into(), body: vec![] }
}

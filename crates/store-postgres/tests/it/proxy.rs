//! Something between store and server that cuts the connection in the worst moments, and what the store says then.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use cuelight_store::laws::sample::{Writer, ledger, text};
use cuelight_store::{Appended, Ledger, StoreError};
use cuelight_store_postgres::{PostgresOptions, PostgresStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};

use crate::support::{Place, check};

/// Passes everything on.
const OFF: u8 = 0;
/// Cuts when the next append asks to commit; the server does not hear of it.
const BEFORE: u8 = 1;
/// Cuts when the server has committed the next append; the store does not hear of it.
const AFTER: u8 = 2;
/// As [`AFTER`], and then lets nobody through any more.
const AFTER_AND_CLOSE: u8 = 3;
/// Lets nobody through.
const CLOSED: u8 = 4;

struct Proxy {
    mode: Arc<AtomicU8>,
    port: u16,
}

impl Proxy {
    async fn start(place: &Place) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mode, socket) = (Arc::new(AtomicU8::new(OFF)), place.0.socket());
        let proxy = Self { mode: mode.clone(), port };
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                if mode.load(Ordering::SeqCst) != CLOSED {
                    let server = UnixStream::connect(&socket).await.unwrap();
                    tokio::spawn(pass(client, server, mode.clone()));
                }
            }
        });
        proxy
    }

    async fn store(&self, place: &Place) -> PostgresStore {
        let url = format!("{}?sslmode=disable", place.0.url_through(self.port));
        PostgresStore::open(&PostgresOptions::new(url)).await.unwrap()
    }
}

/// Passes messages on until it is time to cut.
async fn pass(client: TcpStream, server: UnixStream, mode: Arc<AtomicU8>) -> Option<()> {
    client.set_nodelay(true).unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn({
        let mode = mode.clone();
        async move {
            let mut buffer = vec![0; 1 << 16];
            loop {
                let count = from_server.read(&mut buffer).await.unwrap_or(0);
                let waits = mode.load(Ordering::SeqCst) & 0x80 != 0;
                if count == 0 || waits || to_client.write_all(&buffer[..count]).await.is_err() {
                    return;
                }
            }
        }
    });
    let (mut typed, mut appends) = (false, false);
    loop {
        // The first message has no type.
        let mut head = vec![0; if typed { 5 } else { 4 }];
        from_client.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes(head[head.len() - 4..].try_into().unwrap()) as usize - 4;
        let mut body = vec![0; length];
        from_client.read_exact(&mut body).await.ok()?;
        let commits = typed && head[0] == b'Q' && body.starts_with(b"COMMIT");
        appends |= body.windows(28).any(|w| w == b"INSERT INTO cuelight.entries");
        typed = true;
        let now = mode.load(Ordering::SeqCst);
        if commits && appends && now == BEFORE {
            mode.store(OFF, Ordering::SeqCst);
            back.abort();
            return None;
        }
        let cuts = commits && appends && (now == AFTER || now == AFTER_AND_CLOSE);
        if cuts {
            mode.store(now | 0x80, Ordering::SeqCst);
        }
        to_server.write_all(&head).await.ok()?;
        to_server.write_all(&body).await.ok()?;
        if cuts {
            // It ends with the answer to the commit.
            back.await.ok()?;
            mode.store(if now == AFTER { OFF } else { CLOSED }, Ordering::SeqCst);
            return None;
        }
        appends &= !commits;
    }
}

#[tokio::test]
async fn a_commit_without_an_answer_is_looked_into() {
    for mode in [BEFORE, AFTER] {
        for before in [0, 2] {
            let place = Place::new();
            let proxy = Proxy::start(&place).await;
            let store = proxy.store(&place).await;
            let mut writer = Writer::new(&ledger("sales"));
            for n in 0..before {
                writer.write(&store, &format!("c-{n}"), 1).await;
            }
            proxy.mode.store(mode, Ordering::SeqCst);
            let append = writer.next_with("cut", vec![serde_json::json!({})], vec![text("once")]);
            assert_eq!(
                Ledger::append(&store, append.clone()).await.unwrap(),
                Appended::Stored,
                "mode {mode}"
            );
            assert_eq!(proxy.mode.load(Ordering::SeqCst), OFF, "it was cut");
            let Appended::Duplicate(record) = Ledger::append(&store, append).await.unwrap() else {
                panic!("applied twice");
            };
            assert_eq!((record.first, record.last), (before + 1, before + 1));
            writer.write(&store, "later", 1).await;
            let report = check(&place.options(), &writer.ledger);
            assert!(report.is_sound() && report.entries == before + 2, "{:?}", report.findings);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_known_is_said_and_asking_again_tells() {
    let place = Place::new();
    let proxy = Proxy::start(&place).await;
    let store = proxy.store(&place).await;
    let mut writer = Writer::new(&ledger("sales"));
    writer.write(&store, "c-1", 1).await;
    proxy.mode.store(AFTER_AND_CLOSE, Ordering::SeqCst);
    let append = writer.next("cut", 2);
    let error = Ledger::append(&store, append.clone()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    let expected = "the store cannot be used: the connection was lost during a commit, and whether command cut was \
                    stored is not known; ask for it again under the same id (";
    assert!(error.to_string().starts_with(expected), "{error}");
    assert!(matches!(store.head(&writer.ledger).await, Err(StoreError::Unavailable { .. })));
    proxy.mode.store(OFF, Ordering::SeqCst);
    let Appended::Duplicate(record) = Ledger::append(&store, append).await.unwrap() else {
        panic!("applied twice")
    };
    assert_eq!((record.first, record.last), (2, 3));
}

/// Another server that decided the same command differently stays the one that did.
#[tokio::test]
async fn a_lost_append_is_not_taken_for_anothers() {
    let place = Place::new();
    let proxy = Proxy::start(&place).await;
    let (cut, other) = (proxy.store(&place).await, place.store().await.unwrap());
    let mut writer = Writer::new(&ledger("sales"));
    writer.write(&other, "c-1", 1).await;
    let (mut mine, mut theirs) = (writer.clone(), writer.clone());
    let theirs = theirs.next_with("same", vec![serde_json::json!({ "who": "they" })], vec![]);
    let mine = mine.next_with("same", vec![serde_json::json!({ "who": "I" })], vec![]);
    // The other's append holds the row while mine waits to find out.
    proxy.mode.store(BEFORE, Ordering::SeqCst);
    let (found, stored) = tokio::join!(Ledger::append(&cut, mine), async {
        while proxy.mode.load(Ordering::SeqCst) != OFF {
            tokio::task::yield_now().await;
        }
        Ledger::append(&other, theirs).await
    });
    match (found.unwrap(), stored.unwrap()) {
        (Appended::Duplicate(_), Appended::Stored) | (Appended::Stored, Appended::Duplicate(_)) => {}
        both => panic!("{both:?}"),
    }
    assert_eq!(other.head(&writer.ledger).await.unwrap().unwrap().seq, 2);
}

//! Many clients that follow the feed of one environment, as a program with an event source does: they come back when they are
//! told to, and go on after the last event they had. None may miss an event, or get one twice or out of order.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// Nothing for so long, not even a heartbeat, is a fault.
const SILENCE: Duration = Duration::from_secs(60);
/// Before a client comes back when it was told nothing else.
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) struct Feeds {
    _runtime: Runtime,
    shared: Arc<Shared>,
    place: watch::Sender<String>,
}

struct Shared {
    token: String,
    clients: Vec<Mutex<Client>>,
    faults: Mutex<Vec<String>>,
    /// How often a server answered something else than a feed, by status.
    refused: Mutex<BTreeMap<u16, usize>>,
}

#[derive(Default)]
struct Client {
    /// The newest event.
    id: String,
    generation: u64,
    /// How often the feed was opened.
    opened: usize,
    /// How often it was ended by a server that said so.
    farewells: usize,
}

/// What became of all of them.
pub(crate) struct Told {
    pub(crate) clients: usize,
    pub(crate) opened: usize,
    pub(crate) farewells: usize,
    pub(crate) refused: BTreeMap<u16, usize>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clients, opened, farewells, refused } = self;
        write!(f, "{clients} clients opened {opened} feeds, {farewells} ended in peace, refused: {refused:?}")
    }
}

impl Feeds {
    /// Opens so many and waits until each has the generation that is live.
    pub(crate) fn open(url: &str, token: &str, count: usize) -> Self {
        let shared = Arc::new(Shared {
            token: token.to_owned(),
            clients: (0..count).map(|_| Mutex::default()).collect(),
            faults: Mutex::default(),
            refused: Mutex::default(),
        });
        let place = watch::Sender::new(url.to_owned());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        for n in 0..count {
            runtime.spawn(follow(Arc::clone(&shared), n, place.subscribe()));
        }
        let feeds = Self { _runtime: runtime, shared, place };
        feeds.all_have(1, Duration::from_secs(60));
        feeds
    }

    /// Has all of them leave, and go on at this address.
    pub(crate) fn move_to(&self, url: &str) {
        self.place.send_if_modified(|place| {
            let moves = place != url;
            url.clone_into(place);
            moves
        });
    }

    /// Waits until each has this generation, or a later one. Says how long that took.
    pub(crate) fn all_have(&self, generation: u64, patience: Duration) -> Duration {
        let began = Instant::now();
        loop {
            self.no_faults();
            let have = self.shared.clients.iter().filter(|c| lock(c).generation >= generation).count();
            if have == self.shared.clients.len() {
                return began.elapsed();
            }
            let (all, refused) = (self.shared.clients.len(), lock(&self.shared.refused).clone());
            assert!(
                began.elapsed() < patience,
                "{have} of {all} have generation {generation} after {patience:?}; refused: {refused:?}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn no_faults(&self) {
        let faults = lock(&self.shared.faults);
        assert!(faults.is_empty(), "{} faults, such as {}", faults.len(), faults[0]);
    }

    /// What became of them so far.
    pub(crate) fn told(&self) -> Told {
        self.no_faults();
        let sum = |of: fn(&Client) -> usize| self.shared.clients.iter().map(|c| of(&lock(c))).sum();
        Told {
            clients: self.shared.clients.len(),
            opened: sum(|c| c.opened),
            farewells: sum(|c| c.farewells),
            refused: lock(&self.shared.refused).clone(),
        }
    }

    /// Ends them.
    pub(crate) fn end(self) -> Told {
        self.told()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One client, for ever.
async fn follow(shared: Arc<Shared>, n: usize, mut place: watch::Receiver<String>) {
    // Not all in the same instant at first: how they come back is the server's to say.
    sleep(Duration::from_micros(200 * n as u64)).await;
    loop {
        let url = place.borrow_and_update().clone();
        tokio::select! {
            pause = open(&shared, n, &url) => {
                // A connection that breaks off, or cannot be made, is nobody's fault here.
                sleep(pause.unwrap_or(PAUSE)).await;
            }
            Ok(()) = place.changed() => {}
        }
    }
}

/// One feed, from its beginning to its end. Gives how long to wait before the next.
async fn open(shared: &Shared, n: usize, url: &str) -> io::Result<Duration> {
    let client = &shared.clients[n];
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await?;
    let last = lock(client).id.clone();
    let last = if last.is_empty() { last } else { format!("Last-Event-ID: {last}\r\n") };
    let path = "/api/v1/projects/acme/environments/development/feed";
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n{last}\r\n", shared.token);
    stream.write_all(head.as_bytes()).await?;
    let mut reader = BufReader::with_capacity(1024, stream);
    let mut pause = PAUSE;
    let status = line(shared, &mut reader).await?;
    if !status.starts_with("HTTP/1.1 200 ") {
        let status = status.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_default();
        *lock(&shared.refused).entry(status).or_default() += 1;
        while let Some((name, value)) = line(shared, &mut reader).await?.split_once(": ") {
            if name.eq_ignore_ascii_case("retry-after") {
                pause = Duration::from_secs(value.parse().unwrap_or(1));
            }
        }
        return Ok(pause);
    }
    lock(client).opened += 1;
    let mut id = String::new();
    loop {
        let line = line(shared, &mut reader).await?;
        // The sizes of chunks stand between the events, and an empty one at the end.
        if line == "0" {
            lock(client).farewells += 1;
            return Ok(pause);
        }
        match line.split_once(": ") {
            Some(("retry", value)) => {
                pause = Duration::from_millis(value.parse().unwrap_or(1_000));
            }
            Some(("id", value)) => value.clone_into(&mut id),
            Some(("data", value)) => {
                let event: Value = serde_json::from_str(value).unwrap_or_default();
                got(shared, n, &id, event["generation"].as_u64().unwrap_or_default());
            }
            _ => {}
        }
    }
}

/// The next line. A silent server is a fault.
async fn line(shared: &Shared, reader: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    let Ok(read) = timeout(SILENCE, reader.read_line(&mut line)).await else {
        lock(&shared.faults).push(format!("nothing for {SILENCE:?}"));
        return Err(io::ErrorKind::TimedOut.into());
    };
    // What a killed server was about to send may have come in part.
    if read? == 0 || !line.ends_with('\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

fn got(shared: &Shared, n: usize, id: &str, generation: u64) {
    let mut client = lock(&shared.clients[n]);
    let expected = if client.generation == 0 { generation } else { client.generation + 1 };
    if generation != expected || generation == 0 || id.is_empty() {
        let (had, last) = (client.generation, &client.id);
        let fault = format!("client {n} had generation {had} ({last}) and got {generation} ({id})");
        lock(&shared.faults).push(fault);
    }
    client.generation = generation;
    id.clone_into(&mut client.id);
}

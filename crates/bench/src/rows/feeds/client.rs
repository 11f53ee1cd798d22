//! Many readers of one feed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

use crate::fill::{ENVIRONMENT, PROJECT};
use crate::http::{Connection, find, request};
use crate::stats::Times;

/// Connections that are being made at the same time.
const OPENING: usize = 64;
/// Longest event.
const LONGEST: usize = 256 * 1024;

/// The readers.
pub(super) struct Clients {
    shared: Arc<Shared>,
    readers: JoinSet<Result<()>>,
}

struct Shared {
    epoch: Instant,
    /// For each reader, the newest generation it has and when it got it, in ns since the epoch.
    readers: Vec<(AtomicU64, AtomicU64)>,
    /// What everybody is waited for to have, and how many do.
    wanted: AtomicU64,
    have: AtomicUsize,
    all: Notify,
}

/// When each reader got a generation.
pub(super) struct Got {
    at: Vec<Instant>,
}

impl Got {
    /// How long that was after an instant.
    pub(super) fn since(&self, start: Instant) -> Times {
        let mut times = Times::default();
        self.at.iter().for_each(|at| times.push(at.saturating_duration_since(start)));
        times
    }
}

impl Clients {
    /// Opens so many feeds and waits until each has its first event.
    pub(super) async fn open(address: SocketAddr, token: &str, count: usize) -> Result<Self> {
        let path = format!("/api/v1/projects/{PROJECT}/environments/{ENVIRONMENT}/feed");
        let request: Arc<[u8]> = request("GET", &path, token, &[], None).into();
        let shared = Arc::new(Shared {
            epoch: Instant::now(),
            readers: (0..count).map(|_| Default::default()).collect(),
            wanted: AtomicU64::new(1),
            have: AtomicUsize::new(0),
            all: Notify::new(),
        });
        let gate = Arc::new(Semaphore::new(OPENING));
        let mut readers = JoinSet::new();
        for number in 0..count {
            let (shared, gate, request) = (Arc::clone(&shared), Arc::clone(&gate), Arc::clone(&request));
            readers.spawn(async move {
                let permit = gate.acquire().await?;
                let (stream, begun) = Connection::open(address).await?.follow(&request).await?;
                drop(permit);
                shared.read(number, stream, begun).await
            });
        }
        let mut clients = Self { shared, readers };
        clients.first(Duration::from_secs(120)).await?;
        Ok(clients)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.shared.readers.len()
    }

    /// Waits until every reader has an event, or one fails.
    async fn first(&mut self, patience: Duration) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        tokio::select! {
            ready = shared.wait(patience) => ready,
            ended = self.readers.join_next() => match ended {
                Some(Ok(Err(error))) => Err(error.context("a feed could not be opened")),
                _ => bail!("a feed ended"),
            },
        }
    }

    /// Waits until every reader has this generation, and says when each got it.
    pub(super) async fn all_have(&self, generation: u64, patience: Duration) -> Result<Got> {
        let shared = &self.shared;
        // Whoever has it already is counted here; whoever gets it later counts itself. Nobody is counted twice,
        // for a reader that races with this is found by the loop in `wait`, which counts anew.
        shared.wanted.store(generation, Ordering::SeqCst);
        shared.wait(patience).await.with_context(|| format!("generation {generation}"))?;
        let at = shared.readers.iter().map(|(newest, at)| {
            ensure!(newest.load(Ordering::SeqCst) == generation, "a feed went past generation {generation}");
            Ok(shared.epoch + Duration::from_nanos(at.load(Ordering::SeqCst)))
        });
        Ok(Got { at: at.collect::<Result<_>>()? })
    }
}

impl Shared {
    /// Until everybody has what is wanted.
    async fn wait(&self, patience: Duration) -> Result<()> {
        let end = Instant::now() + patience;
        loop {
            let woken = self.all.notified();
            let wanted = self.wanted.load(Ordering::SeqCst);
            let have =
                self.readers.iter().filter(|(newest, _)| newest.load(Ordering::SeqCst) >= wanted).count();
            self.have.store(have, Ordering::SeqCst);
            if have == self.readers.len() {
                return Ok(());
            }
            if Instant::now() > end {
                bail!("only {have} of {} feeds have it after {} s", self.readers.len(), patience.as_secs());
            }
            // A short look now and then, for a reader that came between counting and waiting.
            let _looked_again = tokio::time::timeout(Duration::from_millis(50), woken).await;
        }
    }

    async fn read(&self, number: usize, mut stream: TcpStream, mut held: Vec<u8>) -> Result<()> {
        let mut buffer = [0; 4096];
        loop {
            while let Some(end) = find(&held, b"\n\n") {
                if let Some(generation) = generation(&held[..end]) {
                    self.got(number, generation);
                }
                held.drain(..end + 2);
            }
            let read = stream.read(&mut buffer).await?;
            ensure!(read > 0, "the server ended a feed");
            held.extend_from_slice(&buffer[..read]);
            ensure!(held.len() < LONGEST, "an event is longer than {LONGEST} bytes");
        }
    }

    fn got(&self, number: usize, generation: u64) {
        let Some((newest, at)) = self.readers.get(number) else { return };
        let now = u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX);
        at.store(now, Ordering::SeqCst);
        newest.store(generation, Ordering::SeqCst);
        if generation >= self.wanted.load(Ordering::SeqCst)
            && self.have.fetch_add(1, Ordering::SeqCst) + 1 >= self.readers.len()
        {
            self.all.notify_one();
        }
    }
}

/// The generation that an event tells of. Its text may be cut into pieces of the transfer coding anywhere between
/// events, never within this number, for the server writes an event as one piece.
fn generation(event: &[u8]) -> Option<u64> {
    const KEY: &[u8] = b"\"generation\":";
    let from = find(event, KEY)? + KEY.len();
    let digits: Vec<u8> = event[from..].iter().copied().take_while(u8::is_ascii_digit).collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

//! What every request has at hand: the application, the limits, and what is counted.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cuelight_app::{App, Aside};
use tokio::sync::{Semaphore, watch};

use crate::budgets::{Budgets, Rates};
use crate::held::Held;
use crate::metrics::Metrics;
use crate::slots::Slots;

/// How much is accepted, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest time until an answer begins, besides the time a body of its size may take. Streams may go on longer.
    pub request: Duration,
    /// Most requests worked on at the same time.
    pub requests: usize,
    /// Most feeds open at the same time.
    pub feeds: usize,
    /// How often a silent feed shows that it is alive.
    pub heartbeat: Duration,
    /// How often a silent feed looks whether its token still holds.
    pub recheck: Duration,
    /// Longest address, in bytes.
    pub address: usize,
    /// Largest body, in bytes, where nothing else is said.
    pub body: usize,
    /// Largest body with files in it, in bytes.
    pub files: usize,
    /// Largest body with observations in it, in bytes.
    pub observations: usize,
    /// For how long the database may be silent before the server says that it is not ready; none for ever.
    pub stale: Option<Duration>,
    /// Most bytes of large bodies in memory at the same time.
    pub held: usize,
    /// Most requests that take long worked on at the same time; others wait for them.
    pub long: usize,
    /// How often one token may ask for what.
    pub rates: Rates,
    /// Most connections open at the same time.
    pub connections: usize,
    /// Longest time the head of a request may take.
    pub head: Duration,
    /// How long a connection stays open without a request.
    pub rest: Duration,
    /// How long a client may leave an answer unread.
    pub stall: Duration,
    /// How long a body may take, besides what its pace earns it.
    pub trickle: Duration,
    /// Slowest pace of a body, in bytes a second.
    pub pace: u64,
}

impl Limits {
    /// How long a request may take until its answer begins, when it announces a body of so many bytes.
    #[must_use]
    pub(crate) fn patience(&self, announced: u64) -> Duration {
        let largest = self.files.max(self.body).max(self.observations) as u64;
        // Whatever fits one network packet or a few is there at once.
        let slow = if announced > SMALL as u64 { announced.min(largest) / self.pace.max(1) } else { 0 };
        self.request + Duration::from_secs(slow)
    }
}

/// Up to this size, in bytes, a body is neither counted nor waited for.
pub(crate) const SMALL: usize = 64 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(30),
            requests: 1_024,
            feeds: 10_000,
            heartbeat: Duration::from_secs(15),
            recheck: Duration::from_secs(30),
            address: 8 * 1024,
            body: 1024 * 1024,
            files: 40 * 1024 * 1024,
            observations: 4 * 1024 * 1024,
            stale: None,
            held: 256 * 1024 * 1024,
            long: std::thread::available_parallelism().map_or(2, |n| n.get().clamp(2, 32)),
            rates: Rates::default(),
            connections: 20_000,
            head: Duration::from_secs(10),
            rest: Duration::from_secs(65),
            stall: Duration::from_secs(30),
            trickle: Duration::from_secs(30),
            pace: 16 * 1024,
        }
    }
}

/// Shared by all requests: one count for all of it, for counts that several processors change are slow.
#[derive(Clone)]
pub struct HttpState(Arc<Shared>);

impl Deref for HttpState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What [`HttpState`] holds.
pub struct Shared {
    pub(crate) app: Arc<App>,
    pub(crate) limits: Limits,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) ids: RequestIds,
    pub(crate) metrics: Metrics,
    pub(crate) requests: Slots,
    pub(crate) pages: Arc<Semaphore>,
    pub(crate) feeds: Arc<Semaphore>,
    pub(crate) held: Held,
    pub(crate) long: Aside,
    pub(crate) releases: Aside,
    pub(crate) budgets: Budgets,
}

impl HttpState {
    /// The state of a server. `nonce` begins every request id made here and should differ between starts;
    /// `stopping` turns true when the server is about to end: it stops being ready, and its feeds end.
    #[must_use]
    pub fn new(app: Arc<App>, limits: Limits, nonce: &str, stopping: watch::Receiver<bool>) -> Self {
        let started = app.now();
        Self(Arc::new(Shared {
            app,
            limits,
            stopping,
            ids: RequestIds { nonce: nonce.to_owned(), next: AtomicU64::new(1) },
            metrics: Metrics::new(started),
            requests: Slots::new(limits.requests),
            pages: Arc::new(Semaphore::new(limits.requests)),
            feeds: Arc::new(Semaphore::new(limits.feeds)),
            held: Held::new(limits.held),
            long: Aside::new(limits.long),
            releases: Aside::new(limits.long),
            budgets: Budgets::new(limits.rates),
        }))
    }
}

/// Makes ids for requests that bring none.
#[derive(Debug)]
pub(crate) struct RequestIds {
    nonce: String,
    next: AtomicU64,
}

impl RequestIds {
    /// A new id.
    pub(crate) fn make(&self) -> String {
        format!("{}-{}", self.nonce, self.number())
    }

    /// A new number.
    pub(crate) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

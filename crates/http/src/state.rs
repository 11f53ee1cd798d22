//! What every request has at hand: the application, the limits, and what is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cuelight_app::App;
use tokio::sync::{Semaphore, watch};

use crate::metrics::Metrics;

/// How much is accepted, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest time until an answer begins. Streams may go on longer.
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
}

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
        }
    }
}

/// Shared by all requests.
#[derive(Clone)]
pub struct HttpState {
    pub(crate) app: Arc<App>,
    pub(crate) limits: Limits,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) ids: Arc<RequestIds>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) requests: Arc<Semaphore>,
    pub(crate) feeds: Arc<Semaphore>,
}

impl HttpState {
    /// The state of a server. `nonce` begins every request id made here and should differ between starts;
    /// `stopping` turns true when the server is about to end: it stops being ready, and its feeds end.
    #[must_use]
    pub fn new(app: Arc<App>, limits: Limits, nonce: &str, stopping: watch::Receiver<bool>) -> Self {
        let started = app.now();
        Self {
            app,
            limits,
            stopping,
            ids: Arc::new(RequestIds { nonce: nonce.to_owned(), next: AtomicU64::new(1) }),
            metrics: Arc::new(Metrics::new(started)),
            requests: Arc::new(Semaphore::new(limits.requests)),
            feeds: Arc::new(Semaphore::new(limits.feeds)),
        }
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

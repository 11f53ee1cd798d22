//! Streams of connections over HTTP/2. Many share one socket, so a client that stops reading one of them shows in that
//! stream only: it is reset, and the others go on.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::rt::Executor;
use tokio::time::{Instant, sleep_until};

tokio::task_local! {
    static STREAM: Arc<Waiting>;
}

/// Runs the streams of connections.
#[derive(Debug, Clone)]
pub(super) struct Streams {
    /// How long a client may leave a stream unread.
    pub(super) stall: Duration,
}

/// Since when a piece of an answer waits to be taken, in milliseconds from the stream's beginning, plus one; zero
/// while none waits.
#[derive(Debug)]
struct Waiting {
    began: Instant,
    since: AtomicU64,
}

/// Tells the stream that an answer is sent on what happens to its pieces. Does nothing over HTTP/1, where the socket
/// says it.
pub(super) struct Handed(Option<Arc<Waiting>>);

impl Handed {
    /// For the stream that this is called on.
    pub(super) fn here() -> Self {
        Self(STREAM.try_with(Arc::clone).ok())
    }

    /// The next piece is asked for: the one before was taken.
    pub(super) fn asked(&self) {
        if let Some(waiting) = &self.0 {
            waiting.since.store(0, Ordering::Release);
        }
    }

    /// A piece was given.
    pub(super) fn gave(&self) {
        if let Some(waiting) = &self.0 {
            let now = u64::try_from(waiting.began.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
            waiting.since.store(now + 1, Ordering::Release);
        }
    }
}

impl Waiting {
    /// When the piece that waits has waited too long.
    fn end(&self, stall: Duration) -> Option<Instant> {
        let since = self.since.load(Ordering::Acquire).checked_sub(1)?;
        Some(self.began + Duration::from_millis(since) + stall)
    }
}

impl<F> Executor<F> for Streams
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, stream: F) {
        let waiting = Arc::new(Waiting { began: Instant::now(), since: AtomicU64::new(0) });
        let stall = self.stall;
        tokio::spawn(STREAM.scope(Arc::clone(&waiting), async move {
            let mut stream = pin!(stream);
            let mut look = pin!(sleep_until(Instant::now() + stall));
            loop {
                tokio::select! {
                    _ended = stream.as_mut() => return,
                    () = look.as_mut() => {
                        let now = Instant::now();
                        match waiting.end(stall) {
                            // Dropped, the stream is reset.
                            Some(end) if end <= now => {
                                tracing::info!("a stream is cut: the client does not read");
                                return;
                            }
                            Some(end) => look.as_mut().reset(end),
                            None => look.as_mut().reset(now + stall),
                        }
                    }
                }
            }
        }));
    }
}

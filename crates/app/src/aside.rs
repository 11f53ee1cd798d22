//! Work that takes long, aside from the threads that answer everybody: a bounded number at once, each on a thread of
//! its own.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tracing::Span;

use crate::error::{AppError, AppResult};

/// Places for long work.
#[derive(Debug, Clone)]
pub struct Aside(Arc<Semaphore>);

impl Aside {
    /// So many at once. Each takes a thread of the runtime's pool for blocking work, which storage needs as well, so
    /// stay far below that pool's size (512).
    #[must_use]
    pub fn new(places: usize) -> Self {
        Self(Arc::new(Semaphore::new(places)))
    }

    /// Waits for a place and does the work there. Whoever stops waiting before it began stops it; what has begun is
    /// done to its end.
    ///
    /// # Errors
    /// `internal` when the work panics.
    pub async fn run<T>(&self, work: impl Future<Output = T> + Send + 'static) -> AppResult<T>
    where
        T: Send + 'static,
    {
        let place = Arc::clone(&self.0).acquire_owned().await.map_err(AppError::internal)?;
        let (handle, span) = (Handle::current(), Span::current());
        let work = tokio::task::spawn_blocking(move || {
            let _place = place;
            let _in_span = span.enter();
            handle.block_on(work)
        });
        work.await.map_err(AppError::internal)
    }
}

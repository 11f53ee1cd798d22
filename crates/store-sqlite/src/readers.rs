//! A few reading connections, each used by one query at a time on a thread that may block.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use cuelight_store::StoreError;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::connection::open_reader;
use crate::failure::Failure;
use crate::folder::shown;

/// The pool. Connections are opened when first needed.
pub(crate) struct Readers {
    path: PathBuf,
    turns: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    /// A pool of at most `count` connections, at least one.
    pub(crate) fn new(path: PathBuf, count: usize) -> Self {
        let turns = Arc::new(Semaphore::new(count.max(1)));
        Self { path, turns, idle: Arc::default() }
    }

    /// Runs `query` on one of them.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let ended =
            || StoreError::Unavailable { what: format!("the readers of {} have ended", shown(&self.path)) };
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| ended())?;
        let (path, idle) = (self.path.clone(), Arc::clone(&self.idle));
        let work = move || {
            let waiting = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let conn = match waiting {
                Some(conn) => conn,
                None => open_reader(&path)?,
            };
            let found = query(&conn).map_err(|failure| failure.at(&shown(&path)));
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
            drop(turn);
            found
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| ended())?
    }
}

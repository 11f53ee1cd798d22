//! The one thread that writes a file. Every job is one transaction.

use std::thread::JoinHandle;

use cuelight_store::StoreError;
use rusqlite::{Connection, Error, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use crate::failure::{Failure, named};
use crate::poison::Poison;

/// Jobs that may wait; more make the callers wait.
const QUEUE: usize = 256;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The way to the writing thread. Dropping it ends the thread and closes the connection.
pub(crate) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    poison: Poison,
    place: String,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(conn: Connection, poison: Poison, place: &str) -> Result<Self, StoreError> {
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        let run = move || {
            while let Some(job) = queue.blocking_recv() {
                job(&conn);
            }
        };
        let thread = std::thread::Builder::new().name("sqlite-writer".into()).spawn(run);
        let thread = thread
            .map_err(|e| StoreError::Unavailable { what: format!("no thread to write {place}: {e}") })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), poison, place: place.to_owned() })
    }

    /// Runs `work` in a transaction that is committed if it succeeds and rolled back if it fails. Runs to its end even
    /// if the caller stops waiting.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.send(|conn, poison, place| transaction(conn, work, poison, place)).await
    }

    /// Empties the write-ahead log into the file, so that what was erased is not left in the log. Does nothing while a
    /// reader holds an old view.
    pub(crate) async fn empty_log(&self) -> Result<(), StoreError> {
        self.send(|conn, _, place| {
            let busy = || {
                // A long reader must not hold up every writer for the usual ten seconds.
                conn.pragma_update(None, "busy_timeout", 200)?;
                let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0))?;
                conn.pragma_update(None, "busy_timeout", 10_000)?;
                Ok(busy)
            };
            match busy() {
                Ok(0) => Ok(()),
                Ok(_) => {
                    tracing::warn!(
                        place,
                        "erased bytes stay in the write-ahead log until its readers have ended"
                    );
                    Ok(())
                }
                Err(e) => Err(named(&e, place)),
            }
        })
        .await
    }

    async fn send<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &Poison, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let gone = || StoreError::Unavailable { what: format!("the writer of {} has ended", self.place) };
        let (answer, done) = oneshot::channel();
        let (poison, place) = (self.poison.clone(), self.place.clone());
        let job: Job = Box::new(move |conn| {
            let result = poison.check().and_then(|()| work(conn, &poison, &place));
            // The caller may have stopped waiting; the work is done all the same.
            let _ = answer.send(result);
        });
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(job).await.map_err(|_| gone())?;
        done.await.map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(place = self.place, "the writing thread panicked");
        }
    }
}

fn transaction<T>(
    conn: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Failure>,
    poison: &Poison,
    place: &str,
) -> Result<T, StoreError> {
    conn.execute_batch("BEGIN IMMEDIATE").map_err(|e| named(&e, place))?;
    let value = match work(conn) {
        Ok(value) => value,
        Err(failure) => {
            roll_back(conn, poison, place);
            return Err(failure.at(place));
        }
    };
    match conn.execute_batch("COMMIT") {
        Ok(()) => Ok(value),
        Err(error) if is_known(&error) => {
            roll_back(conn, poison, place);
            Err(named(&error, place))
        }
        Err(error) => {
            poison.set(format!("{place}: commit: {error}"));
            roll_back(conn, poison, place);
            Err(StoreError::Unavailable {
                what: format!(
                    "{place}: a commit failed with an unknown result ({error}); restart the process"
                ),
            })
        }
    }
}

/// Whether a failed commit has certainly not happened: the log was full before its last frame, or never written to.
fn is_known(error: &Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy))
}

fn roll_back(conn: &Connection, poison: &Poison, place: &str) {
    // SQLite rolls back by itself after some errors.
    if !conn.is_autocommit()
        && let Err(error) = conn.execute_batch("ROLLBACK")
    {
        poison.set(format!("{place}: rollback: {error}"));
    }
}

#[cfg(test)]
mod tests;

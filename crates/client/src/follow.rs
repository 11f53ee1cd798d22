//! The client's thread: fetches bundles, follows the feed, reports what is applied, until told to end.

mod backoff;
mod feed;
mod report;
mod sync;

use tokio::runtime::Builder;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::options::Pace;
use crate::shared::Shared;
use crate::status::{Connection, Trouble};
use crate::wire::{Fault, Naming, Wire};
use backoff::Backoff;
use sync::Refused;

/// Runs until `stopping` turns true.
pub(crate) fn run(shared: &Shared, wire: &Wire, pace: Pace, mut stopping: watch::Receiver<bool>) {
    let _ends = Ends(shared);
    // Made here and not by the caller, who may be in a runtime already, where none may be dropped.
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            shared.trouble(Trouble::Internal, &format!("the client cannot speak to the server: {error}"));
            return shared.tried();
        }
    };
    runtime.block_on(async {
        let mut follower = Follower {
            shared,
            wire,
            pace,
            last_event: None,
            naming: Naming::Told,
            refused: None,
            behind: None,
            backoff: Backoff::new(pace.pause, pace.poll),
        };
        tokio::select! {
            // An error means that the client is gone, which is an end as well.
            _ended = stopping.wait_for(|stop| *stop) => {}
            () = follower.follow() => {}
            () = report::report(shared, wire, pace) => {}
        }
    });
    // Looking up a host's name may hang; nobody waits for it.
    runtime.shutdown_background();
}

/// Says at the end that there is no connection any more, also when the thread ends by a panic.
struct Ends<'a>(&'a Shared);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.connection(Connection::Away);
        if std::thread::panicking() {
            self.0.trouble(
                Trouble::Internal,
                "the client's thread has panicked; what is here goes on, and nothing new comes",
            );
        }
    }
}

/// Who follows one environment, and where it stands.
struct Follower<'a> {
    shared: &'a Shared,
    wire: &'a Wire,
    pace: Pace,
    /// The id of the newest event heard, word for word, to resume after it. Without one the feed begins with what is
    /// served now.
    last_event: Option<String>,
    naming: Naming,
    /// The bundle that was refused, so that it is not fetched over and over.
    refused: Option<Refused>,
    /// Since when the server insists on an older generation.
    behind: Option<tokio::time::Instant>,
    backoff: Backoff,
}

impl Follower<'_> {
    /// Fetches, follows the feed as long as it goes, waits, and begins again: while the feed cannot be had this is
    /// polling.
    async fn follow(&mut self) {
        loop {
            let synced = self.sync().await;
            if synced.is_ok() {
                self.shared.tried();
            }
            let (fault, connection) = match synced {
                Ok(()) => (self.feed().await, Connection::Polling),
                Err(fault) => (Some(fault), Connection::Away),
            };
            let asked = fault.as_ref().and_then(|f| f.retry_after);
            // The reason first: whoever sees that the server is away finds why.
            if let Some(Fault { kind, message, .. }) = &fault {
                self.shared.trouble(*kind, message);
            }
            self.shared.connection(connection);
            // Only then is whoever waits at the start let go, without a word of the server.
            self.shared.tried();
            sleep(self.backoff.pause(&self.shared.jitter, asked)).await;
        }
    }
}

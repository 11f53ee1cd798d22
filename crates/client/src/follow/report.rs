//! Tells the server which generation is applied. Best effort: nothing depends on it here.

use std::future::pending;

use tokio::time::timeout;

use super::backoff::Backoff;
use crate::options::Pace;
use crate::shared::Shared;
use crate::wire::Wire;

/// How often one report is sent before the next one is waited for.
const TRIES: u32 = 5;

/// Reports for ever. A server from before the reports has no such address; it is not asked again.
pub(super) async fn report(shared: &Shared, wire: &Wire, pace: Pace) {
    let mut news = shared.reports.subscribe();
    let mut backoff = Backoff::new(pace.pause, pace.poll);
    // What was applied before the thread started is reported too.
    news.mark_changed();
    loop {
        if news.changed().await.is_err() {
            return pending().await;
        }
        backoff.well();
        for _ in 0..TRIES {
            let Some(generation) = *news.borrow_and_update() else { break };
            let Err(fault) = wire.applied(generation).await else { break };
            if matches!(fault.status, Some(404 | 405)) {
                tracing::debug!("the server takes no reports");
                return pending().await;
            }
            tracing::debug!(message = fault.message, "the report was not taken");
            let pause = backoff.pause(&shared.jitter, fault.retry_after);
            // Newer news need no patience.
            let _newer_or_not = timeout(pause, news.changed()).await;
        }
    }
}

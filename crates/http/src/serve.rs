//! Answers on a listener until told to end. The only place where the server's loop is named, so that nobody else
//! needs the HTTP library.

use std::future::Future;
use std::io;

use tokio::net::TcpListener;

use crate::router;
use crate::state::HttpState;

/// Serves until `until` is over, then takes no new connections and finishes what was begun.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    state: HttpState,
    until: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(state)).with_graceful_shutdown(until).await
}

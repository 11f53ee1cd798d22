//! Answers on a listener until told to end. The only place where the server's loop is named, so that nobody else
//! needs the HTTP library.

use std::future::Future;
use std::io;

use std::collections::BTreeSet;

use axum::Router;
use axum::extract::Request;
use tokio::net::TcpListener;
use tower::ServiceExt as _;
use tower_http::compression::CompressionLayer;

use crate::state::HttpState;
use crate::{operations, router};

/// The API and the pages in one: what begins like an address of the API is the API's, also when there is no such
/// address, so that a program never gets a page as an answer.
pub fn with_pages(state: HttpState, pages: Router) -> Router {
    let api = router(state);
    let pages = pages.layer(CompressionLayer::new());
    let first = |path: &str| path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
    let ours: BTreeSet<String> = operations().iter().map(|o| first(&o.path)).collect();
    Router::new().fallback(move |request: Request| {
        let to = if ours.contains(&first(request.uri().path())) { api.clone() } else { pages.clone() };
        to.oneshot(request)
    })
}

/// Serves the API and the pages until `until` is over, then takes no new connections and finishes what was begun.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    state: HttpState,
    pages: Router,
    until: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, with_pages(state, pages)).with_graceful_shutdown(until).await
}

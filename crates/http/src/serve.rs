//! Answers on a listener until told to end. The only place where the server's loop is named, so that nobody else
//! needs the HTTP library.
//!
//! What bounds the pages from outside is here too: how many requests at once, and how much of what they send is in
//! memory.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use tower::ServiceExt as _;
use tower_http::compression::CompressionLayer;

use crate::held::Counting;
use crate::state::HttpState;
use crate::{connections, operations, router};

/// The API and the pages in one: what begins like an address of the API is the API's, also when there is no such
/// address, so that a program never gets a page as an answer.
pub(crate) struct Site {
    state: HttpState,
    pages: Router,
    /// What addresses of the API begin with.
    ours: BTreeSet<String>,
}

impl Site {
    pub(crate) fn new(state: HttpState, pages: Router) -> Self {
        let ours = operations().iter().map(|o| first(&o.path).to_owned()).collect();
        Self { state, pages: pages.layer(CompressionLayer::new()), ours }
    }

    /// Answers one request from this address.
    pub(crate) async fn answer(&self, mut request: Request, from: SocketAddr) -> Response {
        if self.ours.contains(first(request.uri().path())) {
            return router::answer(&self.state, request, Some(from.ip())).await;
        }
        request.extensions_mut().insert(ConnectInfo(from));
        // Pages are the lesser part of what is asked, and their future is large.
        match Box::pin(bounded(&self.state, self.pages.clone(), request)).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// What an address begins with.
fn first(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// A page, unless the server has as many in hand as it can hold.
async fn bounded(state: &HttpState, pages: Router, request: Request) -> Result<Response, Infallible> {
    let Ok(_place) = Arc::clone(&state.pages).try_acquire_owned() else { return Ok(busy()) };
    let (parts, body) = request.into_parts();
    let (body, counting) = Counting::of(&state.held, body);
    let response = pages.oneshot(Request::from_parts(parts, body)).await?;
    Ok(if counting.failed() { busy() } else { response })
}

fn busy() -> Response {
    let wait = [(header::RETRY_AFTER, "2"), (header::CACHE_CONTROL, "no-store")];
    let say = "Cuelight has as much to do as it can hold. Nothing was changed. Try again in a few seconds.\n";
    (StatusCode::SERVICE_UNAVAILABLE, wait, say).into_response()
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
    let limits = state.limits;
    connections::answer(listener, Site::new(state, pages), limits, until).await;
    Ok(())
}

//! The router, made from the table of routes.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Path, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, get, on};
use cuelight_app::{AppError, Code};
use futures_util::FutureExt as _;
use tracing::Instrument as _;

use crate::dispatch::{self, Arrived, Seen, dispatch};
use crate::route::{Method, Route};
use crate::state::UiState;
use crate::{assets, routes, security};

/// Largest form, in bytes: a draft of a long prompt, percent-encoded.
const FORM: usize = 4 * 1024 * 1024;
/// Longest time until an answer begins.
const PATIENCE: Duration = Duration::from_secs(30);
/// Slowest pace of a body, in bytes a second; the server cuts what is slower.
const PACE: u64 = 16 * 1024;

/// All pages.
pub fn router(state: UiState) -> Router {
    let mut paths: BTreeMap<&'static str, Vec<Arc<Route>>> = BTreeMap::new();
    for route in routes() {
        paths.entry(route.path).or_default().push(Arc::new(route));
    }
    let mut router = Router::new();
    for (path, routes) in paths {
        router = router.route(path, methods(routes));
    }
    router
        .route(
            "/assets/{file}",
            get(
                |Path(file): Path<String>, headers: HeaderMap| async move { assets::answer(&file, &headers) },
            ),
        )
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(FORM))
        .layer(axum::middleware::from_fn_with_state(state.clone(), around))
        .with_state(state)
}

fn methods(routes: Vec<Arc<Route>>) -> MethodRouter<UiState> {
    let mut methods = MethodRouter::new();
    for route in routes {
        let filter = match route.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        let answer = move |State(state): State<UiState>, request: Request| {
            dispatch(state, Arc::clone(&route), request)
        };
        methods = methods.merge(on(filter, answer));
    }
    methods.fallback(wrong_method)
}

/// How long a request may take: longer when it announces a large body, which may come slowly.
fn patience(headers: &HeaderMap) -> Duration {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    PATIENCE + Duration::from_secs(length.unwrap_or_default().min(dispatch::UPLOAD as u64) / PACE)
}

async fn unknown(State(state): State<UiState>, request: Request) -> Response {
    let detail = format!("there is no page `{}`", request.uri().path());
    dispatch::refuse(state, request, AppError::new(Code::UnknownRoute, detail)).await
}

async fn wrong_method(State(state): State<UiState>, request: Request) -> Response {
    let detail = format!("`{}` is not for {}", request.uri().path(), request.method());
    dispatch::refuse(state, request, AppError::new(Code::MethodNotAllowed, detail)).await
}

/// Goes around every request: its id, its span, its time, its headers.
async fn around(State(state): State<UiState>, mut request: Request, next: Next) -> Response {
    let id = state.request_id();
    let began = state.app().now();
    request.extensions_mut().insert(Arrived { id: id.clone() });
    let method = request.method().clone();
    // The pattern and not the address: a sign-in link is a secret.
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("page", %method, route, request_id = id);
    let seen = Seen::of(&request);
    let patience = patience(request.headers());
    let work = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone());
    let mut response = match tokio::time::timeout(patience, work).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            let error = AppError::internal("the page panicked; the log has the place");
            dispatch::sorry(&state, &seen, error).await
        }
        Err(_) => {
            let detail = format!("there was no answer within {} seconds", patience.as_secs());
            dispatch::sorry(&state, &seen, AppError::new(Code::Timeout, detail)).await
        }
    };
    let nonce = response.extensions_mut().remove::<dispatch::StyleNonce>();
    security::finish(response.headers_mut(), &id, nonce.as_ref().map(|n| n.0.as_str()));
    let spent = state.app().now() - began;
    // Milliseconds, as browsers' tools show it.
    #[allow(clippy::cast_precision_loss, reason = "a request's microseconds are far below 2^52")]
    let timing = format!("app;dur={:.3}", spent as f64 / 1000.0);
    if let Ok(value) = timing.parse() {
        response.headers_mut().insert("server-timing", value);
    }
    span.in_scope(|| tracing::info!(status = response.status().as_u16(), "answered"));
    response
}

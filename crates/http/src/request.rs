//! What is done around every request: its id, its span, its time limit, its count, and the headers of its answer.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use cuelight_app::{AppError, Code};
use futures_util::FutureExt;
use tracing::{Instrument, Span, field};

use crate::answer::Exact;
use crate::state::HttpState;
use crate::{body, problem};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// For how many seconds the database has not answered, on answers that may be old.
const STALE: HeaderName = HeaderName::from_static("cuelight-stale");
/// Longest request id that is taken from a request.
const MAX_ID: usize = 64;

/// What is asked, for the log and the counts.
pub(crate) struct Asked {
    /// The request's id: its own, or one made here.
    pub(crate) id: String,
    method: &'static str,
    route: &'static str,
    /// Bytes of the address.
    address: usize,
    /// Bytes of the body that were announced.
    announced: u64,
}

impl Asked {
    pub(crate) fn of(state: &HttpState, route: &'static str, request: &Request) -> Self {
        Self {
            id: given_id(request.headers()).unwrap_or_else(|| state.ids.make()),
            method: known_method(request.method()),
            route,
            address: request.uri().path_and_query().map_or(0, |p| p.as_str().len()),
            announced: body::announced(request.headers()),
        }
    }
}

/// Goes around every request.
pub(crate) async fn around(
    state: &HttpState,
    asked: &Asked,
    work: impl Future<Output = Response>,
) -> Response {
    let Asked { id, method, route, .. } = asked;
    let span = tracing::info_span!("request", method, route, request_id = id, status = field::Empty);
    let mut response = guard(state, asked, work).instrument(span.clone()).await;
    Span::record(&span, "status", response.status().as_u16());
    span.in_scope(|| tracing::info!("answered"));
    state.metrics.count(method, route, response.status().as_u16());
    let exact = response.extensions().get::<Exact>().is_some();
    // What it repeats of the answer that the caller has is what that answer may have changed (RFC 9110, 15.4.5).
    let repeats = response.status() == StatusCode::NOT_MODIFIED;
    finish(response.headers_mut(), id, repeats);
    if let Some(seconds) = state.app.node().stale_for(state.app.now()) {
        response.headers_mut().insert(STALE, HeaderValue::from(seconds));
    }
    if !exact {
        weaken(response.headers_mut());
    }
    response
}

async fn guard(state: &HttpState, asked: &Asked, work: impl Future<Output = Response>) -> Response {
    let (length, id) = (asked.address, asked.id.as_str());
    if length > state.limits.address {
        let most = state.limits.address;
        let error = AppError::new(Code::TooLarge, format!("the address has {length} bytes; at most {most}"));
        return problem::respond(&error, id);
    }
    let patience = state.limits.patience(asked.announced);
    let work = AssertUnwindSafe(work).catch_unwind();
    match tokio::time::timeout(patience, work).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => problem::respond(&AppError::internal(message(&*panic)), id),
        Err(_) => {
            let seconds = patience.as_secs_f64();
            let error = AppError::new(Code::Timeout, format!("there was no answer within {seconds} seconds"));
            problem::respond(&error, id)
        }
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panic: {}", text.unwrap_or("without a text"))
}

fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let fits = (1..=MAX_ID).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    fits.then(|| id.to_owned())
}

/// The method, from a closed list, so that nobody can fill the metrics with inventions.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// Headers of every answer, but for those that an answer has which this one merely repeats.
fn finish(headers: &mut HeaderMap, id: &str, repeats: bool) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    if repeats {
        return;
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// A strong ETag names exact bytes (RFC 9110, 8.8.1); compressed ones are others.
fn weaken(headers: &mut HeaderMap) {
    if !headers.contains_key(header::CONTENT_ENCODING) {
        return;
    }
    let strong = headers.get(header::ETAG).and_then(|v| v.to_str().ok()).filter(|v| v.starts_with('"'));
    if let Some(weak) = strong.and_then(|tag| HeaderValue::from_str(&format!("W/{tag}")).ok()) {
        headers.insert(header::ETAG, weak);
    }
}

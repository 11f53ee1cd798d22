//! Makes answers: JSON, text, nothing, with an ETag where the answer can be recognised again.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use cuelight_app::{AppError, AppResult};
use cuelight_artifact::Digest;
use serde::Serialize;

/// So many headers most answers have at most.
const HEADERS: usize = 12;

/// Marks an answer whose ETag names its bytes as they travel, coded or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exact;

/// A JSON answer.
pub(crate) fn json<T: Serialize>(status: StatusCode, body: &T) -> AppResult<Response> {
    Ok(with_type(status, "application/json", encode(body)?.into()))
}

/// A JSON answer to a reader who may have it already: its ETag is the digest of its bytes.
pub(crate) fn tagged<T: Serialize>(request: &HeaderMap, body: &T) -> AppResult<Response> {
    let bytes = encode(body)?;
    let etag = format!("\"{}\"", Digest::of_bytes(&bytes));
    let mut response = if matches_none(request, &etag) {
        empty(StatusCode::NOT_MODIFIED)
    } else {
        with_type(StatusCode::OK, "application/json", bytes.into())
    };
    set(&mut response, header::ETAG, &etag)?;
    set(&mut response, header::CACHE_CONTROL, "private, no-cache")?;
    Ok(response)
}

/// A text answer.
pub(crate) fn text(media: &'static str, body: String) -> Response {
    with_type(StatusCode::OK, media, body.into())
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response {
    with_room(status, Body::empty())
}

/// An answer with room for the headers that most answers have.
fn with_room(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = HeaderMap::with_capacity(HEADERS);
    response
}

/// An answer of ready bytes.
pub(crate) fn with_type(status: StatusCode, media: &'static str, body: Body) -> Response {
    let mut response = with_room(status, body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// Sets a header.
pub(crate) fn set(response: &mut Response, name: header::HeaderName, value: &str) -> AppResult<()> {
    let value = HeaderValue::from_str(value).map_err(AppError::internal)?;
    response.headers_mut().insert(name, value);
    Ok(())
}

/// Whether `If-None-Match` names this ETag (RFC 9110, 13.1.2: the weak comparison).
pub(crate) fn matches_none(request: &HeaderMap, etag: &str) -> bool {
    let values = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok());
    let mut tags = values.flat_map(|v| v.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// Bytes that somebody else keeps, without a copy.
pub(crate) fn shared<T: AsRef<[u8]> + Send + 'static>(bytes: T) -> Body {
    Body::from(Bytes::from_owner(bytes))
}

fn encode<T: Serialize>(body: &T) -> AppResult<Vec<u8>> {
    // Most answers fit, so that they are not moved while they grow.
    let mut bytes = Vec::with_capacity(4 * 1024);
    serde_json::to_writer(&mut bytes, body).map_err(AppError::internal)?;
    Ok(bytes)
}

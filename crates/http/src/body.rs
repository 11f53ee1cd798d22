//! Reads request bodies: JSON by their media type, uncompressed, within a limit that is checked while they arrive.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use cuelight_app::{AppError, AppResult, Code};
use futures_util::StreamExt;

use crate::operation::RequestBody;
use crate::state::Limits;

/// The body of a request.
///
/// # Errors
/// `unsupported_media`, `too_large`, `invalid_request` when it breaks off.
pub(crate) async fn read(
    expected: &RequestBody,
    limits: &Limits,
    headers: &HeaderMap,
    body: Body,
) -> AppResult<Bytes> {
    let limit = expected.limit.bytes(limits);
    let too_large = || AppError::new(Code::TooLarge, format!("the body has more than {limit} bytes"));
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|n| n > limit as u64) {
        return Err(too_large());
    }
    let mut read = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| AppError::invalid("the body broke off before its end"))?;
        if read.len() + chunk.len() > limit {
            return Err(too_large());
        }
        read.extend_from_slice(&chunk);
    }
    if read.is_empty() && expected.optional {
        return Ok(Bytes::from_static(b"{}"));
    }
    check_media(headers)?;
    Ok(read.into())
}

fn check_media(headers: &HeaderMap) -> AppResult<()> {
    let unsupported = |what: String| Err(AppError::new(Code::UnsupportedMedia, what));
    if let Some(encoding) = headers.get(header::CONTENT_ENCODING)
        && encoding != "identity"
    {
        return unsupported("`Content-Encoding` is not supported: send the body as it is".into());
    }
    let media = headers.get(header::CONTENT_TYPE).map(|v| v.to_str().unwrap_or("?"));
    let Some(media) = media else { return unsupported("the request has no `Content-Type`".into()) };
    let mut parts = media.split(';').map(str::trim);
    let json = parts.next().is_some_and(|m| m.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|p| {
        let charset = p.split_once('=').filter(|(k, _)| k.eq_ignore_ascii_case("charset"));
        charset.is_none_or(|(_, v)| v.trim_matches('"').eq_ignore_ascii_case("utf-8"))
    });
    if json && utf8 { Ok(()) } else { unsupported(format!("the body is sent as `{media}`")) }
}

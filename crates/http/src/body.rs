//! Reads request bodies: JSON by their media type, uncompressed, within a limit that is checked while they arrive, and
//! as far as there is room for them.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use cuelight_app::{AppError, AppResult, Code};
use futures_util::StreamExt;

use crate::connections::TooSlow;
use crate::held::Held;
use crate::operation::RequestBody;
use crate::state::Limits;

/// The body of a request.
///
/// # Errors
/// `unsupported_media`, `too_large`, `too_slow`, `overloaded`, `invalid_request` when it breaks off.
pub(crate) async fn read(
    expected: &RequestBody,
    limits: &Limits,
    held: &Held,
    headers: &HeaderMap,
    body: Body,
) -> AppResult<Bytes> {
    let limit = expected.limit.bytes(limits);
    let too_large = || AppError::new(Code::TooLarge, format!("the body has more than {limit} bytes"));
    let announced = announced(headers);
    if announced > limit as u64 {
        return Err(too_large());
    }
    let mut hold = held.hold();
    // All of it now, so that nobody sends most of a body for nothing.
    hold.grow(usize::try_from(announced).unwrap_or(usize::MAX))?;
    let mut read = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| broken(error, limits))?;
        if read.len() + chunk.len() > limit {
            return Err(too_large());
        }
        hold.grow(read.len() + chunk.len())?;
        read.extend_from_slice(&chunk);
    }
    if read.is_empty() && expected.optional {
        return Ok(Bytes::from_static(b"{}"));
    }
    check_media(headers)?;
    Ok(hold.keep(read))
}

/// How many bytes the body has, as the headers say; 0 when they do not.
pub(crate) fn announced(headers: &HeaderMap) -> u64 {
    let length = headers.get(header::CONTENT_LENGTH);
    length.and_then(|v| v.to_str().ok()?.parse().ok()).unwrap_or_default()
}

fn broken(error: axum::Error, limits: &Limits) -> AppError {
    match error.into_inner().downcast_ref::<TooSlow>() {
        Some(TooSlow { received }) => AppError::new(
            Code::TooSlow,
            format!(
                "{received} bytes of the body came; it may take {} seconds, and longer when {} bytes a second come",
                limits.trickle.as_secs_f64(),
                limits.pace
            ),
        ),
        None => AppError::invalid("the body broke off before its end"),
    }
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

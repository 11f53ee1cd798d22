//! Reads query strings strictly: well-formed percent-encoding, UTF-8, no key twice, no unknown key.

use axum::extract::Query;
use axum::http::Uri;
use cuelight_app::{AppError, AppResult};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

/// The query as a value. Unknown keys are refused by the type itself.
///
/// # Errors
/// `invalid_request` naming the key.
pub(crate) fn parse<T: DeserializeOwned>(uri: &Uri) -> AppResult<T> {
    pairs(uri)?;
    let Query(value) = Query::try_from_uri(uri).map_err(|rejection| {
        let text = rejection.body_text();
        let reason = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
        AppError::invalid(format!("the query: {reason}"))
    })?;
    Ok(value)
}

/// The pairs of the query, decoded, in order.
///
/// # Errors
/// `invalid_request` for broken encoding, or a key that stands twice.
pub(crate) fn pairs(uri: &Uri) -> AppResult<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    for part in uri.query().unwrap_or_default().split('&').filter(|p| !p.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let (key, value) = (decode(key)?, decode(value)?);
        if found.iter().any(|(k, _)| *k == key) {
            return Err(AppError::invalid(format!("the query: `{key}` stands twice")));
        }
        found.push((key, value));
    }
    Ok(found)
}

/// The value of a key with every `+` kept, for values that never hold a space, such as times.
pub(crate) fn plus_kept(uri: &Uri, key: &str) -> AppResult<Option<String>> {
    let parts = uri.query().unwrap_or_default().split('&').filter_map(|p| p.split_once('='));
    let raw = parts.into_iter().find(|(k, _)| *k == key).map(|(_, v)| v.replace('+', "%2B"));
    raw.map(|v| decode(&v)).transpose()
}

fn decode(text: &str) -> AppResult<String> {
    let bad = |why: &str| AppError::invalid(format!("the query: `{text}` {why}"));
    let bytes = text.as_bytes();
    let escapes = bytes.iter().enumerate().filter(|(_, b)| **b == b'%');
    for (i, _) in escapes {
        if !bytes.get(i + 1..i + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
            return Err(bad(
                "has a `%` without two hexadecimal digits after it; write `%25` for the sign itself",
            ));
        }
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| bad("is not UTF-8 when decoded"))
}

#[cfg(test)]
mod tests;

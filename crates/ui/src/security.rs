//! What keeps pages safe in a browser: the headers of every answer, and where a form may come from.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::state::PublicAddress;

/// What a page may load and do. Nothing is allowed inline: all text on pages is untrusted, and this is the second wall
/// behind escaping. `style_nonce` is for the editor, which makes a style element of its own.
#[must_use]
pub fn content_security_policy(style_nonce: Option<&str>) -> String {
    let nonce = style_nonce.map(|n| format!(" 'nonce-{n}'")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types cuelight"
    )
}

/// Headers of every answer of the pages.
pub fn finish(headers: &mut HeaderMap, id: &str, style_nonce: Option<&str>) {
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(style_nonce)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-request-id", id);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// Whether a request that changes something comes from one of our own pages. Browsers say so in `Sec-Fetch-Site`; those
/// that do not send `Origin`, and that must be ours. A request with neither is no browser's form. (The same rule as Go's
/// `CrossOriginProtection`, except that a request with neither header is refused too: no page of ours sends one.)
#[must_use]
pub fn from_here(method: &Method, headers: &HeaderMap, address: &PublicAddress) -> bool {
    if method == Method::GET || method == Method::HEAD {
        return true;
    }
    let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap_or_default());
    match text("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => {
            let host = text("host").unwrap_or_default();
            let scheme = if address.is_secure() { "https" } else { "http" };
            text("origin").is_some_and(|origin| {
                origin == address.origin() || (!host.is_empty() && origin == format!("{scheme}://{host}"))
            })
        }
    }
}

#[cfg(test)]
mod tests;

//! Tests of cookies.

use axum::http::{HeaderMap, HeaderValue, header};

use super::{get, no_session, session, session_name};
use crate::state::PublicAddress;

#[test]
fn values_are_found_by_their_whole_name() {
    let mut headers = HeaderMap::new();
    headers.append(header::COOKIE, HeaderValue::from_static("azone=no; zone=Europe/Berlin; theme=dark"));
    headers.append(header::COOKIE, HeaderValue::from_static("x=1"));
    assert_eq!(get(&headers, "zone"), Some("Europe/Berlin"));
    assert_eq!(get(&headers, "x"), Some("1"));
    assert_eq!(get(&headers, "one"), None);
}

#[test]
fn over_tls_the_cookie_is_bound_to_host_and_tls() {
    let safe = PublicAddress::parse("https://a.example").unwrap();
    let cookie = session(&safe, "s3cret");
    assert!(cookie.starts_with("__Host-cuelight=s3cret; Path=/; HttpOnly; SameSite=Lax; Secure"));
    assert!(!cookie.contains("Domain"));
    assert!(no_session(&safe).contains("Max-Age=0"));
    let plain = PublicAddress::parse("http://127.0.0.1:7301").unwrap();
    assert_eq!(session_name(&plain), "cuelight-7301");
    assert!(!session(&plain, "x").contains("Secure"));
}

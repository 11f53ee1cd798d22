//! Tests of where forms may come from.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::{content_security_policy, from_here};
use crate::state::PublicAddress;

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        map.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    }
    map
}

#[test]
fn only_our_own_pages_change_things() {
    let address = PublicAddress::parse("http://127.0.0.1:7300").unwrap();
    let post = |pairs: &[(&str, &str)]| from_here(&Method::POST, &headers(pairs), &address);
    assert!(post(&[("sec-fetch-site", "same-origin")]));
    assert!(post(&[("origin", "http://127.0.0.1:7300")]));
    assert!(post(&[("host", "localhost:7300"), ("origin", "http://localhost:7300")]));
    assert!(!post(&[]));
    assert!(!post(&[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:7300")]));
    assert!(!post(&[("sec-fetch-site", "same-site")]));
    assert!(!post(&[("sec-fetch-site", "none")]));
    assert!(!post(&[("host", "127.0.0.1:7300"), ("origin", "https://127.0.0.1:7300")]));
    assert!(!post(&[("host", "127.0.0.1:7300"), ("origin", "null")]));
    assert!(from_here(&Method::GET, &headers(&[("sec-fetch-site", "cross-site")]), &address));
}

#[test]
fn the_policy_allows_nothing_inline() {
    for policy in [content_security_policy(None), content_security_policy(Some("abc"))] {
        assert!(!policy.contains("unsafe"));
        assert!(policy.starts_with("default-src 'none'"));
        assert!(policy.contains("frame-ancestors 'none'"));
    }
}

//! The header as clients really send it.

use axum::http::HeaderMap;

use super::wants_gzip;

#[test]
fn gzip_where_it_is_wanted() {
    for (sent, expected) in [
        ("", false),
        ("gzip", true),
        ("x-gzip", true),
        ("GZIP;q=0.5", true),
        ("gzip;q=0", false),
        ("gzip; q=0.000", false),
        ("br, deflate", false),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", true),
        ("*", true),
        ("*;q=0", false),
        ("gzip;q=0, *", false),
        ("identity;q=1, gzip;q=0.5", false),
        ("identity;q=0.5, gzip;q=0.5", true),
        ("gzip;q=nonsense", false),
        ("deflate, gzip, br, zstd", true),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("accept-encoding", sent.parse().unwrap());
        assert_eq!(wants_gzip(&headers), expected, "{sent:?}");
    }
    assert!(!wants_gzip(&HeaderMap::new()));
}

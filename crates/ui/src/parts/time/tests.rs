//! Tests of times.

use axum::http::{HeaderMap, HeaderValue, header};

use super::{ago, exact, shown};
use crate::viewer::Viewer;

fn viewer(cookie: &'static str) -> Viewer {
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, HeaderValue::from_static(cookie));
    Viewer::of(&headers, None)
}

#[test]
fn times_are_the_viewers_with_utc_at_hand() {
    let at = "2026-03-15T13:47:05.123456Z";
    let berlin = shown(&viewer("zone=Europe/Berlin"), at).into_string();
    assert!(berlin.contains("15 Mar 2026, 14:47") && berlin.contains("13:47 UTC"), "{berlin}");
    assert!(berlin.contains(r#"datetime="2026-03-15T13:47:05.123456Z""#));
    let utc = shown(&viewer("zone=UTC"), at).into_string();
    assert!(utc.contains("15 Mar 2026, 13:47 UTC"), "{utc}");
    let exactly = exact(&viewer("zone=Asia/Kolkata"), at).into_string();
    assert!(exactly.contains("15 Mar 2026, 19:17:05</time> Asia/Kolkata ("), "{exactly}");
    assert!(exactly.contains("15 Mar 2026, 13:47:05</time> UTC)"), "{exactly}");
}

#[test]
fn a_zone_that_is_none_is_utc() {
    for cookie in ["zone=Nowhere/City", "zone=\"<script>\"", "zone=", "x=1"] {
        assert_eq!(viewer(cookie).zone_name, "UTC", "{cookie}");
    }
}

#[test]
fn ago_is_in_whole_units() {
    let now = "2026-03-15T12:00:00Z".parse::<jiff::Timestamp>().unwrap().as_microsecond();
    assert_eq!(ago(now, "2026-03-15T11:59:30Z"), "just now");
    assert_eq!(ago(now, "2026-03-15T11:58:30Z"), "1 minute ago");
    assert_eq!(ago(now, "2026-03-15T09:00:00Z"), "3 hours ago");
    assert_eq!(ago(now, "2026-03-05T12:00:00Z"), "10 days ago");
}

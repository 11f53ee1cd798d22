use axum::http::Uri;
use serde::Deserialize;

use super::{pairs, parse, plus_kept};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    limit: Option<u32>,
}

fn uri(query: &str) -> Uri {
    format!("/x?{query}").parse().expect("an address")
}

fn refusal(query: &str) -> String {
    parse::<Sample>(&uri(query)).expect_err("refused").detail
}

#[test]
fn values_are_decoded() {
    let found: Sample = parse(&uri("name=a+b%2Fc&limit=7")).expect("read");
    assert_eq!(found, Sample { name: Some("a b/c".into()), limit: Some(7) });
    assert_eq!(parse::<Sample>(&"/x".parse().expect("an address")).expect("read").limit, None);
}

#[test]
fn what_is_wrong_is_named() {
    assert_eq!(refusal("limit=1&limit=2"), "the query: `limit` stands twice");
    assert_eq!(refusal("limit=1&%6cimit=2"), "the query: `limit` stands twice");
    assert_eq!(refusal("limit=many"), "the query: limit: invalid digit found in string");
    assert_eq!(refusal("limit=-1"), "the query: limit: invalid digit found in string");
    assert_eq!(refusal("nmae=x"), "the query: nmae: unknown field `nmae`, expected `name` or `limit`");
    assert_eq!(refusal("name=%ff"), "the query: `%ff` is not UTF-8 when decoded");
    assert!(refusal("name=100%").contains("without two hexadecimal digits"));
}

#[test]
fn a_plus_in_a_time_stays_a_plus() {
    let uri = uri("time=2026-03-15T14:47:00+01:00&tenant=a+b");
    assert_eq!(plus_kept(&uri, "time").expect("read").as_deref(), Some("2026-03-15T14:47:00+01:00"));
    assert_eq!(pairs(&uri).expect("read")[1], ("tenant".into(), "a b".into()));
}

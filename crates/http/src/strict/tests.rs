use serde_json::Value;

use super::{MAX_DEPTH, parse};

fn refusal(bytes: &[u8]) -> String {
    parse::<Value>(bytes).expect_err("refused").detail
}

#[test]
fn ordinary_values_are_read_as_they_are() {
    let text = r#"{"a":[1,-2,3.5,true,null,"x"],"b":{"a":{}}}"#;
    assert_eq!(parse::<Value>(text.as_bytes()).expect("read").to_string(), text);
}

#[test]
fn a_key_stands_once_in_an_object_and_may_stand_in_another() {
    assert!(parse::<Value>(br#"{"x":{"a":1},"y":{"a":2}}"#).is_ok());
    assert_eq!(
        refusal(b"{\"a\":1,\n \"b\":{\"c\":1,\"c\":1}}"),
        "the body: the key \"c\" stands twice in one object at line 2 column 15"
    );
    // Written differently, it is the same key.
    assert!(refusal(br#"{"a":1,"\u0061":2}"#).contains("twice"));
}

#[test]
fn the_deepest_value_is_read_and_one_level_more_is_not() {
    let nested = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n - 1), "]".repeat(n - 1));
    assert!(parse::<Value>(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(
        refusal(nested(MAX_DEPTH + 1).as_bytes()),
        "the body: objects and arrays are nested deeper than 64 at line 1 column 70"
    );
    assert!(refusal(nested(100_000).as_bytes()).contains("deeper"));
}

#[test]
fn what_is_not_one_json_object_in_utf8_is_refused() {
    for bytes in [
        &b""[..],
        b"{",
        b"{} {}",
        b"nul",
        b"\xff",
        b"\"\xc3\"",
        b"{\"a\":1e999}",
        b"\"\\ud800\"",
        b"[]",
        b" null",
    ] {
        assert!(refusal(bytes).starts_with("the body: "), "{bytes:?}");
    }
}

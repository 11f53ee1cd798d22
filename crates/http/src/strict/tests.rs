use cuelight_app::serve::resolve::ResolveInput;
use serde_json::Value;

use super::{MAX_DEPTH, parse, parse_fields};

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

/// `serde_json` would read the text as JSON, without a look at its keys and its depth.
#[test]
fn a_text_does_not_become_json_by_the_name_of_its_key() {
    let text = br#"{"a": {"$serde_json::private::RawValue": "{\"b\":1,\"b\":2}"}}"#;
    assert_eq!(
        refusal(text),
        "the body: the key \"$serde_json::private::RawValue\" is reserved; choose another name at line 1 column 39"
    );
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

/// Members of what may be asked, right and wrong in every way that is known.
const MEMBERS: &[&str] = &[
    r#""environment":"production""#,
    r#""prompt":"sales/qualify""#,
    r#""prompt":"Sales""#,
    r#""prompt":7"#,
    r#""subject":null"#,
    r#""subject":"u\u0061 \ud83d\ude00""#,
    r#""subject":"\ud800""#,
    r#""attributes":{"tenant":"acme"}"#,
    r#""attributes":{"tenant":"acme","tenant":"other"}"#,
    r#""attributes":{"tenant":1}"#,
    r#""inputs":{"b":1,"a":[{"c":"x"},2.5,-0,-0.0,1e3,18446744073709551615,18446744073709551616,[],{}]}"#,
    r#""\u0069nputs":{"\u0061":true}"#,
    r#""inputs":{"a":1,"\u0061":2}"#,
    r#""inputs":{"a":[{"b":1,"b":1}]}"#,
    r#""inputs":{"a":1e400}"#,
    r#""inputs":{"$serde_json::private::RawValue":"1"}"#,
    r#""inputs":{"$serde_json::private::Number":"1"}"#,
    r#""inputs":{"a":{"$serde_json::private::RawValue":"{\"b\":1,\"b\":2}"}}"#,
    r#""passages":[{"$serde_json::private::RawValue":"{\"b\":1,\"b\":2}"}]"#,
    r#""inputs":[]"#,
    r#""inputs":null"#,
    r#""passages":[{"id":"1","text":"x"},3]"#,
    r#""passages":[{"id":"1","id":"2"}]"#,
    r#""passages":{}"#,
    r#""placeholders":{"history":[{"role":"user","content":"x"}]}"#,
    r#""placeholders":{"history":[["user","x"]]}"#,
    r#""placeholders":{"history":[{"role":"user","role":"user","content":"x"}]}"#,
    r#""render":"none""#,
    r#""render":{"none":null}"#,
    r#""render":"both""#,
    r#""unknown":{"a":1}"#,
    r#""unknown":{"a":1,"a":1}"#,
];

#[test]
fn one_walk_reads_and_refuses_what_two_walks_do() {
    let shown = |read: Result<ResolveInput, cuelight_app::AppError>| match read {
        Ok(input) => serde_json::to_string(&input).unwrap(),
        Err(refused) => format!("{:?} {}", refused.code, refused.detail),
    };
    let same = |text: &[u8]| {
        let once = shown(parse_fields(text, ResolveInput::from_fields));
        assert_eq!(once, shown(parse(text)), "{}", String::from_utf8_lossy(text));
        once.starts_with('{')
    };
    let mut read = 0;
    for first in MEMBERS {
        for second in MEMBERS {
            let text = format!("{{\"environment\":\"e\",\"prompt\":\"a/b\",\n {first} , {second}}}");
            read += usize::from(same(text.as_bytes()));
            same(format!("{{{first},{second},\"environment\":\"e\",\"prompt\":\"a/b\"}} ").as_bytes());
            same(format!("{{{first},{second}}}").as_bytes());
        }
    }
    assert!(read > 50, "{read} were read");
    let whole = format!("{{{},{},{}}}", MEMBERS[0], MEMBERS[1], MEMBERS[10]);
    for end in 0..whole.len() {
        same(&whole.as_bytes()[..end]);
    }
    for depth in [MAX_DEPTH - 2, MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH * 4] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        same(format!("{{\"environment\":\"e\",\"prompt\":\"a/b\",\"inputs\":{{\"a\":{deep}}}}}").as_bytes());
    }
    for text in [
        &b"[]"[..],
        b"[\"e\",\"a/b\"]",
        b"null",
        b"",
        b"{}",
        b"{} {}",
        b"\xff",
        b"{\"environment\":\"\xff\"}",
    ] {
        same(text);
    }
}

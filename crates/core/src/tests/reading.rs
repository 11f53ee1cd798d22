//! Reading entries and events from their text gives what reading them from a JSON tree gives, the errors included.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use super::events::{installation_examples, project_examples};
use super::generate::digest;
use super::parsing::entry;
use crate::event::Event;
use crate::installation::InstallationEvent;
use crate::ledger::entry::read::{is_canonical, read};
use crate::ledger::{Actor, Body, Entry};

/// What stands in a ledger of these events.
fn written(seq: usize, kind: String, body: Value) -> Entry {
    let actor = if seq.is_multiple_of(2) { Actor::System } else { Actor::Token { id: "t1".into() } };
    let (seq, prev) = (u64::try_from(seq).unwrap(), digest("before"));
    Entry { seq, at: 1_760_000_000_000_000, prev, actor, command: "c-1".parse().unwrap(), kind, body }
}

fn examples() -> Vec<Entry> {
    let project = project_examples().into_iter().map(|e| e.encode().unwrap());
    let installation = installation_examples().into_iter().map(|e| e.encode().unwrap());
    project.chain(installation).enumerate().map(|(seq, (kind, body))| written(seq, kind, body)).collect()
}

/// Reading is the same both ways, whatever these bytes are.
fn same(bytes: &[u8]) {
    let shown = String::from_utf8_lossy(bytes);
    let (envelope, body) = match (read(bytes), Entry::decode(bytes)) {
        (Err(one), Err(other)) => {
            assert_eq!(one.to_string(), other.to_string(), "{shown}");
            return;
        }
        (one, other) => {
            let (envelope, body) = one.expect(&shown);
            let entry = other.expect(&shown);
            let around = Entry {
                seq: envelope.seq,
                at: envelope.at,
                prev: envelope.prev,
                actor: envelope.actor.clone(),
                command: envelope.command.clone(),
                kind: envelope.kind.clone(),
                body: body.value(),
            };
            assert_eq!(around, entry, "{shown}");
            let canonical = entry.encode().is_ok_and(|again| again == bytes);
            assert_eq!(is_canonical(bytes, &body), canonical, "{shown}");
            (envelope, body)
        }
    };
    same_event(&envelope.kind, &body);
}

fn same_event(kind: &str, body: &Body<'_>) {
    assert_eq!(Event::read(kind, body), Event::decode(kind, &body.value()));
    assert_eq!(InstallationEvent::read(kind, body), InstallationEvent::decode(kind, &body.value()));
}

/// All places in a tree, as ways from the top.
fn places(value: &Value, way: &mut Vec<String>, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    found.push(way.iter().map(|w| format!("/{}", w.replace('~', "~0").replace('/', "~1"))).collect());
    for (name, value) in inner {
        way.push(name);
        places(value, way, found);
        way.pop();
    }
}

/// Something else in the place of a value.
fn other(value: &Value, how: usize) -> Value {
    match (how, value) {
        (0, _) => Value::Null,
        (1, _) => json!(1),
        (2, _) => json!(-1),
        (3, _) => json!("x"),
        (4, _) => json!([]),
        (5, _) => json!({}),
        (6, Value::Object(fields)) => Value::Array(fields.values().cloned().collect()),
        (6, value) => json!({ "value": value }),
        (7, Value::Object(fields)) => fields.iter().skip(1).map(|(k, v)| (k.clone(), v.clone())).collect(),
        (8, Value::Object(fields)) => {
            let more: Map<_, _> = [("zz".to_owned(), json!({ "unknown": true }))].into_iter().collect();
            Value::Object(fields.clone().into_iter().chain(more).collect())
        }
        (_, Value::String(text)) => json!(text.to_uppercase()),
        (_, Value::Array(items)) => Value::Array(items.iter().chain(items).cloned().collect()),
        (_, Value::Number(n)) => json!(n.as_u64().unwrap_or(0) + 5_000_000_000),
        (_, value) => json!([value]),
    }
}

/// Otherwise the short way would be one that nobody goes.
#[test]
fn every_event_is_read_from_its_text() {
    for entry in examples() {
        let bytes = entry.encode().unwrap();
        let (_, body) = read(&bytes).unwrap();
        assert!(body.text().is_some(), "{}", String::from_utf8_lossy(&bytes));
        same(&bytes);
    }
}

#[test]
fn other_forms_of_the_same_are_told_apart() {
    let canonical = String::from_utf8(examples()[1].encode().unwrap()).unwrap();
    let prev = digest("before").to_string();
    let around = |body: &str| {
        format!(
            r#"{{"actor":{{"kind":"system"}},"at":5,"body":{body},"command":"c-1","kind":"x/1","prev":"{prev}","seq":7}}"#
        )
    };
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    let bodies = [
        "0",
        "-0",
        "00",
        "01",
        "-1",
        "-01",
        "1.0",
        "1e3",
        "1E3",
        "9007199254740991",
        "9007199254740992",
        "-9007199254740991",
        "9007199254740993",
        "18446744073709551615",
        "99999999999999999999",
        "1e999",
        "-",
        "+1",
        "true",
        "True",
        "nul",
        "null",
        "\"\"",
        "\"é\"",
        "\"\u{7f}\"",
        "\"\u{2028}\"",
        "\"\\u00e9\"",
        "\"\\ud800\"",
        "\"\\/\"",
        "\"\\n\"",
        "\"\n\"",
        "\"\u{1}\"",
        "{}",
        "{ }",
        "{\"a\":1,\"b\":2}",
        "{\"b\":1,\"a\":2}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,}",
        "{\"é\":1,\"z\":2}",
        "{\"z\":2,\"é\":1}",
        "{\"\":0}",
        "{1:2}",
        "[]",
        "[1,2]",
        "[1, 2]",
        "[1,]",
        "[1 2]",
        "[[],{}]",
        "\"",
        "",
        "{\"a\"}",
        "{\"a\":}",
    ];
    for body in bodies.into_iter().map(str::to_owned).chain([31, 32, 33, 126, 127, 128, 129].map(deep)) {
        same(around(&body).as_bytes());
    }
    let good = around("{}");
    same(good.as_bytes());
    let changes = [
        (r#""at":5"#, r#""at":-5"#),
        (r#""at":5"#, r#""at":5.0"#),
        (r#""at":5"#, r#""at":9007199254740993"#),
        (r#""at":5"#, r#""at":9223372036854775808"#),
        (r#""seq":7"#, r#""seq":-7"#),
        (r#""seq":7"#, r#""seq":007"#),
        (r#""seq":7"#, r#""seq":18446744073709551615"#),
        (r#"{"kind":"system"}"#, r#"{"id":"x","kind":"system"}"#),
        (r#"{"kind":"system"}"#, r#"{"kind":"system","z":1}"#),
        (r#"{"kind":"system"}"#, r#"["system"]"#),
        (r#"{"kind":"system"}"#, r#"["token","x"]"#),
        (r#"{"kind":"system"}"#, r#"{"id":"x","kind":"token"}"#),
        (r#"{"kind":"system"}"#, r#"{"id":"é","kind":"token"}"#),
        (r#"{"kind":"system"}"#, r#"{"id":5,"kind":"token"}"#),
        (r#""c-1""#, r#""""#),
        (r#""c-1""#, r#""c 1""#),
        (r#""c-1""#, r#""c\"1""#),
        (r#""x/1""#, r#""é""#),
        (r#""x/1""#, r#""""#),
        (r#""x/1""#, "1"),
        ("sha256:", "SHA256:"),
        ("sha256:", "sha256:A"),
        (r#","seq":7}"#, r#","seq":7} "#),
        (r#","seq":7}"#, r#","seq":7}}"#),
        (r#","seq":7}"#, r#","seq":7,"seq":8}"#),
        (r#","seq":7}"#, r#","seq":7,"z":8}"#),
        (r#","seq":7}"#, r"}"),
        (r#"{"actor""#, r#" {"actor""#),
    ];
    for (from, to) in changes {
        assert!(good.contains(from), "{from}");
        same(good.replace(from, to).as_bytes());
    }
    let mut bytes = canonical.clone().into_bytes();
    bytes[canonical.len() / 2] = 0xff;
    same(&bytes);
    same(&serde_json::to_vec(&examples()[1]).unwrap());
    let fields: Value = serde_json::from_str(&canonical).unwrap();
    same(
        json!([fields["seq"], fields["at"], prev, fields["actor"], "c-1", "x/1", {}]).to_string().as_bytes(),
    );
}

proptest! {
    #[test]
    fn an_entry_reads_the_same_both_ways(entry in entry()) {
        same(&entry.encode().unwrap());
        same(&serde_json::to_vec(&entry).unwrap());
    }

    #[test]
    fn changed_bytes_read_the_same_both_ways(
        which in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), 0..3, prop::sample::select(b"\"\\{}[]:,0129-.e \nuntfaz\x80".to_vec())), 1..4),
    ) {
        let mut bytes = which.get(&examples()).encode().unwrap();
        for (at, how, byte) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        same(&bytes);
    }

    #[test]
    fn changed_bodies_read_the_same_both_ways(which in any::<Index>(), changes in prop::collection::vec((any::<Index>(), 0_usize..10), 1..3)) {
        let mut entry = which.get(&examples()).clone();
        for (place, how) in changes {
            let mut found = Vec::new();
            places(&entry.body, &mut Vec::new(), &mut found);
            let value = entry.body.pointer_mut(place.get::<String>(&found)).unwrap();
            *value = other(value, how);
        }
        same(&entry.encode().unwrap());
    }
}

//! What is written as text reads back as the same, and nothing else reads.

use std::collections::BTreeSet;

use cuelight_artifact::name::Word;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::fixture::word;
use super::generate::digest;
use crate::event::MAX_INTEGER;
use crate::ledger::{Actor, CommandId, Entry, LedgerId};
use crate::release::Slot;

/// A part of a name; one in many is reserved and becomes another.
fn part() -> impl Strategy<Value = String> {
    "[a-z0-9]{1,6}(-[a-z0-9]{1,3})?".prop_filter("reserved", |p| p.parse::<Word>().is_ok())
}

fn slot() -> impl Strategy<Value = Slot> {
    (prop::collection::vec(part(), 2..=6), prop::option::of(part())).prop_map(|(parts, over)| {
        let prompt = word(&parts.join("/"));
        over.map_or_else(|| Slot::prompt(word(&parts.join("/"))), |id| Slot::over(prompt, word(&id)))
    })
}

/// Few names, so that prompts share beginnings and overrides.
fn crowded_slot() -> impl Strategy<Value = Slot> {
    let prompt = prop::sample::select(vec!["a/b", "a/b/c", "a/b-c", "a/b0", "a/c"]);
    (prompt, prop::option::of(prop::sample::select(vec!["0", "a", "b-c"])))
        .prop_map(|(prompt, over)| Slot { prompt: word(prompt), over: over.map(word) })
}

fn json_round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
}

fn body() -> impl Strategy<Value = Value> {
    let max = MAX_INTEGER.cast_signed();
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-max..=max).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

pub(super) fn entry() -> impl Strategy<Value = Entry> {
    let actor =
        prop_oneof![Just(Actor::System), "[a-z0-9]{1,20}".prop_map(|id| Actor::Token { id: id.into() })];
    let numbers = (1..=MAX_INTEGER, 0..=MAX_INTEGER.cast_signed());
    (numbers, actor, "[!-~]{1,200}", "[a-z._/0-9]{1,40}", body()).prop_map(
        |((seq, at), actor, command, kind, body)| {
            let prev = digest(&format!("{seq} {at}"));
            Entry { seq, at, prev, actor, command: word(&command), kind, body }
        },
    )
}

proptest! {
    #[test]
    fn slots_round_trip(slot in slot()) {
        prop_assert_eq!(&word::<Slot>(&slot.to_string()), &slot);
        json_round_trip(&slot);
    }

    /// [`crate::environment::Environment::was_live`] looks for the overrides of a prompt right behind it.
    #[test]
    fn overrides_sort_right_behind_their_prompt(slots in prop::collection::vec(crowded_slot(), 0..40)) {
        let mut sorted: Vec<Slot> = slots.iter().flat_map(|s| [s.clone(), Slot::prompt(s.prompt.clone())]).collect();
        sorted.sort();
        let mut met = BTreeSet::new();
        for pair in sorted.windows(2).filter(|p| p[0].prompt != p[1].prompt) {
            prop_assert!(met.insert(pair[0].prompt.clone()), "{:?} is torn apart", pair[0].prompt);
            prop_assert_eq!(&pair[1].over, &None);
        }
    }

    #[test]
    fn any_text_that_parses_is_written_the_same(text in "[a-z0-9/#A -]{0,24}|[!-~]{0,210}|\\PC{0,20}") {
        if let Ok(slot) = text.parse::<Slot>() {
            prop_assert_eq!(slot.to_string(), text.as_str());
        }
        if let Ok(word) = text.parse::<Word>() {
            prop_assert_eq!(word.to_string(), text.as_str());
        }
        let id = text.parse::<CommandId>();
        let visible = text.chars().all(|c| ('!'..='~').contains(&c));
        prop_assert_eq!(id.is_ok(), visible && (1..=200).contains(&text.len()));
        if let Ok(id) = id {
            prop_assert_eq!(id.as_str(), text.as_str());
            json_round_trip(&id);
        }
        if let Ok(ledger) = text.parse::<LedgerId>() {
            prop_assert_eq!(word::<LedgerId>(&ledger.to_string()), ledger);
        }
    }

    #[test]
    fn entries_round_trip_and_have_one_encoding(entry in entry()) {
        let bytes = entry.encode().unwrap();
        let read = Entry::decode(&bytes).unwrap();
        prop_assert_eq!(&read, &entry);
        prop_assert_eq!(read.encode().unwrap(), bytes.clone());
        // A byte less is no entry any more.
        prop_assert!(Entry::decode(&bytes[..bytes.len() - 1]).is_err());
    }
}

#[test]
fn ledger_ids_of_projects_never_meet_the_installations() {
    let cases = [
        ("installation", LedgerId::Installation),
        ("project/shop", LedgerId::Project(word("shop"))),
        ("shop", LedgerId::Project(word("shop"))),
        // A project may have that name; its ledger is another one.
        ("project/installation", LedgerId::Project(word("installation"))),
        ("project", LedgerId::Project(word("project"))),
    ];
    for (text, id) in cases {
        assert_eq!(word::<LedgerId>(text), id);
        assert_eq!(word::<LedgerId>(&id.to_string()), id, "{id} is written so that it reads back");
        json_round_trip(&id);
    }
}

#[test]
fn what_is_no_name_says_why() {
    fn why<T: std::str::FromStr<Err: ToString>>(text: &str) -> String {
        let shown = if text.len() > 40 { "(201 characters)" } else { text };
        format!("{shown:?}: {}", text.parse::<T>().err().map_or_else(|| "IS ONE".into(), |e| e.to_string()))
    }
    let long = "x".repeat(201);
    let slots = ["", "sales", "a/b#", "a/b#x#y", "#x", "a/b#X", "a/b#x/y", "a/b #x"].map(why::<Slot>);
    let ledgers = ["", "project/", "Installation", "project/project/x", "a/b", "../x", "installation\n"];
    let ids = ["", "a b", "é", "a\nb", "\u{7f}", &long].map(why::<CommandId>);
    let all = [slots.join("\n"), ledgers.map(why::<LedgerId>).join("\n"), ids.join("\n")].join("\n\n");
    insta::assert_snapshot!(all);
}

#[test]
fn what_is_no_entry_says_why() {
    let good = json!({
        "seq": 1, "at": 0, "prev": digest("x"), "actor": { "kind": "token", "id": "t1" }, "command": "c-1",
        "kind": "project.opened/1", "body": {},
    });
    let text = good.to_string();
    assert!(Entry::decode(text.as_bytes()).is_ok());
    let with = |field: &str, value: Value| {
        let mut bad = good.clone();
        bad[field] = value;
        bad.to_string()
    };
    let bad = [
        String::new(),
        "[]".into(),
        text.replace("\"seq\":1,", ""),
        text.replace("\"seq\":1,", "\"seq\":1,\"seq\":2,"),
        with("extra", json!(1)),
        with("seq", json!(-1)),
        with("seq", json!(1.5)),
        with("at", json!("2026-01-01")),
        with("prev", json!("sha256:00")),
        with("command", json!("")),
        with("actor", json!({ "kind": "person", "id": "ann" })),
        with("actor", json!({ "kind": "token", "id": "t1", "name": "Ann" })),
        format!("{text} {{}}"),
    ];
    let why = bad.map(|b| Entry::decode(b.as_bytes()).expect_err(&b).to_string());
    insta::assert_snapshot!(why.join("\n"));
}

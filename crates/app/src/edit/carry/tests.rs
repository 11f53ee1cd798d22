//! Laws of carrying an edit over.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_artifact::model::{Message, Owners, Risk, Role};
use proptest::prelude::*;

use super::super::Fields;
use super::carry;

fn words() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("one".to_owned()), Just("two words".to_owned()), "[a-z ]{1,12}"]
}

fn messages() -> impl Strategy<Value = Vec<Message>> {
    let text = (prop_oneof![Just(Role::System), Just(Role::User)], words())
        .prop_map(|(role, text)| Message::Text { role, text });
    let place = Just(Message::Placeholder { name: "history".to_owned(), optional: true });
    prop::collection::vec(prop_oneof![4 => text, 1 => place], 0..3)
}

fn fields() -> impl Strategy<Value = Fields> {
    let texts = (words(), words(), words(), words(), prop::option::of(words()));
    let lists = (
        prop::collection::btree_set(words(), 0..3),
        prop::collection::vec(words(), 0..3),
        messages(),
        prop::collection::btree_map("[a-c]", words(), 0..3),
    );
    let owners = (prop::option::of(words()), prop::option::of(words()), prop::option::of(words()));
    (texts, lists, owners, prop_oneof![Just(Risk::Low), Just(Risk::High)]).prop_map(
        |(
            (title, summary, intent, change_intent, body),
            (tags, limits, messages, constants),
            owners,
            risk,
        )| {
            Fields {
                title,
                summary,
                intent,
                change_intent,
                owners: Owners { business: owners.0, technical: owners.1, rollback: owners.2 },
                risk,
                tags,
                known_limitations: limits,
                messages,
                body,
                constants,
            }
        },
    )
}

/// Every field by name, as text; messages one by one only when all sides have the same frame.
fn flat(fields: &Fields, single: &BTreeSet<String>) -> BTreeMap<String, String> {
    let Ok(serde_json::Value::Object(map)) = serde_json::to_value(fields) else { return BTreeMap::new() };
    let mut out = BTreeMap::new();
    for (key, value) in map {
        match (&value, key.as_str()) {
            (serde_json::Value::Object(inner), "owners") => {
                for (name, value) in inner {
                    out.insert(format!("owners.{name}"), value.to_string());
                }
            }
            (serde_json::Value::Object(inner), "constants") => {
                for (name, value) in inner {
                    out.insert(format!("constants.{name}.value"), value.to_string());
                }
            }
            (serde_json::Value::Array(list), "messages") if single.contains("messages") => {
                for (index, value) in list.iter().enumerate() {
                    out.insert(format!("messages[{index}].text"), value.to_string());
                }
            }
            _ => {
                out.insert(key, value.to_string());
            }
        }
    }
    out
}

proptest! {
    #[test]
    fn what_i_did_not_touch_is_theirs(base in fields(), theirs in fields()) {
        prop_assert_eq!(carry(&base, &base, &theirs), (theirs, Vec::new()));
    }

    #[test]
    fn what_they_did_not_touch_is_mine(base in fields(), mut mine in fields()) {
        // A form has a value for every constant there is, and for no other.
        mine.constants = base.constants.iter()
            .map(|(k, v)| (k.clone(), mine.constants.get(k).unwrap_or(v).clone())).collect();
        prop_assert_eq!(carry(&base, &mine, &base), (mine, Vec::new()));
    }

    #[test]
    fn what_both_did_alike_is_that(base in fields(), both in fields()) {
        prop_assert_eq!(carry(&base, &both, &both), (both, Vec::new()));
    }

    #[test]
    fn no_field_is_lost(base in fields(), mine in fields(), theirs in fields()) {
        let (merged, conflicts) = carry(&base, &mine, &theirs);
        let told: BTreeSet<&str> = conflicts.iter().map(|c| c.field.as_str()).collect();
        let frames = [&base, &mine, &theirs].map(|f| super::frame(&f.messages));
        let alike = frames[0] == frames[1] && frames[0] == frames[2];
        let single = alike.then(|| "messages".to_owned()).into_iter().collect();
        let [base, mine, theirs, merged] = [&base, &mine, &theirs, &merged].map(|f| flat(f, &single));
        let names: BTreeSet<&String> = base.keys().chain(mine.keys()).chain(theirs.keys()).collect();
        for name in names {
            let (b, m, t, got) = (base.get(name), mine.get(name), theirs.get(name), merged.get(name));
            let constant = name.starts_with("constants.");
            if m != b && t != b && m != t {
                prop_assert!(told.contains(name.as_str()), "{name} is not among the conflicts");
            } else if m != b && !(constant && (m.is_none() || t.is_none())) {
                prop_assert_eq!(got, m, "{} is not mine", name);
            } else if m == b {
                prop_assert_eq!(got, t, "{} is not theirs", name);
                prop_assert!(!told.contains(name.as_str()), "{name} is no conflict");
            }
        }
    }
}

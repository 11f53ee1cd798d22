use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::diff::tests::generate::{artifacts, edited_pairs, sample};

/// The sample with values set at JSON pointers; `null` removes.
fn with(edits: &[(&str, Value)]) -> Artifact {
    let mut json = serde_json::to_value(sample()).unwrap();
    for (pointer, value) in edits {
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        let place = json.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}"));
        match (place, value) {
            (Value::Object(object), Value::Null) => {
                object.remove(last);
            }
            (Value::Object(object), value) => {
                object.insert(last.to_owned(), value.clone());
            }
            (Value::Array(list), value) => list[last.parse::<usize>().unwrap()] = value.clone(),
            _ => panic!("{pointer}"),
        }
    }
    serde_json::from_value(json).unwrap()
}

type Edits = Vec<(&'static str, Value)>;

/// Loosenings, each as edits before and edits after.
fn loosenings() -> Vec<(Edits, Edits)> {
    let arguments = "/tools/list/0/parameters/properties";
    let one = |before: (&'static str, Value), after: Value| (vec![before.clone()], vec![(before.0, after)]);
    vec![
        one(("/constants/disqualify_below/value", json!(35)), json!(30)),
        one(("/constants/disqualify_below/stricter", json!("higher")), json!(null)),
        one(("/constants/disqualify_below/stricter", json!("higher")), json!("lower")),
        one(
            ("/constants/disqualify_below", json!({ "type": "integer", "value": 35, "stricter": "higher" })),
            json!(null),
        ),
        one(("/constants/disqualify_below/contract", json!(true)), json!(null)),
        one(("/authority/forbidden", json!(["send-marketing"])), json!([])),
        one(("/authority", json!({ "forbidden": ["x"] })), json!({ "allowed": ["x"] })),
        one(("/authority", json!({ "forbidden": ["x"] })), json!({ "approval_required": ["x"] })),
        one(("/authority", json!({ "approval_required": ["x"] })), json!({ "allowed": ["x"] })),
        one(("/authority/approval_required", json!(["refer"])), json!([])),
        one(("/authority/allowed", json!([])), json!(["send-marketing"])),
        one(
            ("/authority/escalation", json!([{ "id": "a", "when": "It is unclear", "to": "team:x" }])),
            json!([]),
        ),
        one(("/authority/escalation/0/when", json!("It is unclear.")), json!("It is very unclear.")),
        one(("/authority/escalation/0/to", json!("team:sales-desk")), json!("")),
        one(("/authority/escalation/0/to", json!("team:sales-desk")), json!("user:jo")),
        one(("/output/schema/properties/decision/enum", json!(["yes", "no"])), json!(["yes", "no", "later"])),
        one(("/output", json!({ "kind": "json" })), json!({ "kind": "text" })),
        one(("/output/schema", json!({ "type": "object" })), json!(null)),
        one(("/output/schema", json!({ "type": "string" })), json!({ "type": "string", "pattern": "x" })),
        one(("/risk", json!("high")), json!("low")),
        one(("/fragments", json!({ "a": { "name": "safety/no-personal-data", "require": "*" } })), json!({})),
        one(("/retrieval/min_score", json!(0.35)), json!(0.2)),
        one(("/retrieval/min_score", json!(0.35)), json!(null)),
        one(("/retrieval/filters", json!({ "tenant": "{{ tenant }}" })), json!({})),
        one(("/retrieval/filters/region", json!("EMEA")), json!("*")),
        one(("/owners/rollback", json!("team:sales")), json!(null)),
        (
            vec![("/tools/list/0/hidden", json!(["tenant_id"]))],
            vec![
                ("/tools/list/0/hidden", json!([])),
                ("/tools/list/0/parameters/properties/tenant_id", json!({ "type": "string" })),
            ],
        ),
        one(("/tools/list/0/hidden", json!(["tenant_id"])), json!([])),
        one(("/tools/choice", json!("none")), json!("auto")),
        one(("/tools/choice", json!("required")), json!("auto")),
        one(("/tools/list", json!([])), json!([{ "name": "send_email" }])),
        (
            vec![
                (arguments, json!({ "discount": { "type": "integer", "maximum": 10 } })),
                ("/tools/list/0/parameters/required", json!([])),
            ],
            vec![
                (arguments, json!({ "discount": { "type": "integer", "maximum": 50 } })),
                ("/tools/list/0/parameters/required", json!([])),
            ],
        ),
        one(("/model/allow", json!(["gpt-large@2026-*"])), json!(["gpt-large@*"])),
        one(("/model/allow", json!(["gpt-large@2026-*"])), json!([])),
        one(("/overridable", json!([])), json!(["constants.disqualify_below"])),
    ]
}

#[test]
fn every_loosening_is_told_in_plain_words() {
    let mut text = String::new();
    let mut rules = BTreeSet::new();
    for (before, after) in loosenings() {
        let found = boundary(&with(&before), &with(&after));
        assert!(!found.is_empty(), "{before:?} -> {after:?}");
        for change in found {
            let mark = if change.certainty == Certainty::Possible { "possibly " } else { "" };
            text.push_str(&format!("{} {mark}{}\n    {}\n", change.rule, change.path, change.sentence));
            assert!(crate::rules::by_id(&change.rule).is_some());
            rules.insert(change.rule);
        }
    }
    insta::assert_snapshot!(text);
    let all: BTreeSet<String> = crate::rules::boundary::ALL.iter().map(|r| r.id.to_owned()).collect();
    assert_eq!(rules, all, "every rule is exercised");
}

/// Tightening is not a boundary change: the way back from a loosening says nothing for certain, except that turning
/// a threshold's direction round is one either way.
#[test]
fn tightening_says_nothing() {
    let both_ways = ["CL-B-002"];
    for (before, after) in loosenings() {
        let there = boundary(&with(&before), &with(&after));
        let back = boundary(&with(&after), &with(&before));
        let certain = back.iter().filter(|c| c.certainty == Certainty::Certain);
        let surprising: Vec<_> = certain.filter(|c| !both_ways.contains(&c.rule.as_str())).collect();
        assert!(surprising.is_empty(), "{there:?}\nand back: {surprising:?}");
    }
}

proptest! {
    #[test]
    fn no_difference_no_boundary_change(a in artifacts(), (b, c) in edited_pairs()) {
        prop_assert!(boundary(&a, &a).is_empty());
        for change in boundary(&b, &c) {
            prop_assert!(change.sentence.ends_with('.'), "{}", change.sentence);
        }
    }
}

#[test]
fn thresholds_know_their_direction() {
    let constant = |kind: &str, value: Value, stricter: &str| {
        with(&[("/constants", json!({ "t": { "type": kind, "value": value, "stricter": stricter } }))])
    };
    let relaxed = |kind: &str, old: Value, new: Value, stricter: &str| {
        let found = boundary(&constant(kind, old, stricter), &constant(kind, new, stricter));
        found.iter().map(|c| c.certainty).collect::<Vec<_>>()
    };
    assert_eq!(relaxed("number", json!(0.9), json!(0.8), "higher"), [Certainty::Certain]);
    assert_eq!(relaxed("number", json!(0.9), json!(0.95), "higher"), []);
    assert_eq!(relaxed("integer", json!(8), json!(12), "lower"), [Certainty::Certain]);
    assert_eq!(relaxed("integer", json!(8), json!(8.0), "lower"), []);
    assert_eq!(relaxed("boolean", json!(true), json!(false), "higher"), [Certainty::Certain]);
    assert_eq!(relaxed("string", json!("strict"), json!("lenient"), "higher"), [Certainty::Possible]);
}

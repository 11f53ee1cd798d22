//! Random artifacts from a small world, and pairs that differ in one or a few places.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::model::*;
use crate::name::Kind;

/// One artifact that uses every field.
pub fn sample() -> Artifact {
    serde_json::from_value(json!({
        "kind": "prompt",
        "name": "sales/qualify-lead",
        "title": "Qualify a lead",
        "summary": "Scores one lead.",
        "intent": "Sort leads.",
        "change_intent": "First.",
        "owners": { "business": "team:sales", "technical": "user:mara", "rollback": "team:sales" },
        "risk": "high",
        "tags": ["sales"],
        "known_limitations": ["Scores small companies too low."],
        "model": { "family": "gpt-large", "allow": ["gpt-large@2026-*"], "params": { "temperature": 0.1, "stop": ["END"] } },
        "constants": { "disqualify_below": { "type": "integer", "value": 35, "contract": true, "stricter": "higher" } },
        "inputs": { "type": "object", "additionalProperties": false, "required": ["company"], "properties": { "company": { "type": "string" } } },
        "messages": [
            { "type": "text", "role": "system", "text": "You qualify leads." },
            { "type": "placeholder", "name": "history", "optional": true },
            { "type": "text", "role": "user", "text": "Lead: {{ company }}." }
        ],
        "fragments": { "safety": { "name": "safety/no-personal-data", "require": "^1.2", "locked": { "version": "1.2.3", "digest": format!("sha256:{}", "0".repeat(64)) } } },
        "output": { "kind": "json", "schema": { "type": "object", "additionalProperties": false, "required": ["decision"], "properties": { "decision": { "enum": ["yes", "no"] } } } },
        "tools": { "schema_version": "2.1.0", "list": [
            { "name": "crm_lookup", "description": "Reads an account.", "parameters": { "type": "object", "required": ["account_id"], "additionalProperties": false, "properties": { "account_id": { "type": "string" }, "depth": { "type": "integer" } } }, "hidden": ["tenant_id"] },
            { "name": "search", "executed_by": "platform" }
        ] },
        "retrieval": { "index": "crm-notes", "query": "{{ company }}", "top_k": 6, "min_score": 0.35, "filters": { "region": "EMEA" }, "into": "passages" },
        "authority": { "allowed": ["score"], "forbidden": ["send-email"], "approval_required": ["refer"], "escalation": [{ "id": "ambiguous", "when": "Two readings are likely.", "to": "team:sales-desk" }] },
        "integration": { "crm": { "field": "lead_score" } },
        "overridable": ["constants.tone"],
        "tests": [{ "name": "low score", "inputs": { "company": { "region": "EMEA" } }, "expect": { "rendered_contains": ["35"] } }],
        "extensions": { "x-ticket": "A-1" }
    }))
    .unwrap()
}

fn word() -> impl Strategy<Value = String> {
    // keys that need quoting, clash with fields, or look like positions
    prop::sample::select(vec![
        "a",
        "b",
        "choice",
        "schema_version",
        "0",
        "x y",
        "a.b",
        "a#2",
        "[q]",
        "é\"",
        "",
    ])
    .prop_map(str::to_owned)
}

fn setting() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0i64..4).prop_map(Value::from),
        (0i64..4).prop_map(|n| json!(n as f64)),
        Just(json!(0.5)),
        word().prop_map(Value::from)
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(word(), inner, 0..3)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

fn set() -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set(word(), 0..3)
}

fn map<T: std::fmt::Debug>(values: impl Strategy<Value = T>) -> impl Strategy<Value = BTreeMap<String, T>> {
    prop::collection::btree_map(word(), values, 0..3)
}

fn message() -> impl Strategy<Value = Message> {
    let role = prop::sample::select(vec![Role::System, Role::User, Role::Assistant]);
    prop_oneof![
        3 => (role, word()).prop_map(|(role, text)| Message::Text { role, text }),
        1 => (word(), any::<bool>()).prop_map(|(name, optional)| Message::Placeholder { name, optional }),
    ]
}

fn constant() -> impl Strategy<Value = Constant> {
    let kind = prop::sample::select(vec![ConstantType::Integer, ConstantType::Number, ConstantType::Boolean]);
    let stricter = prop::option::of(prop::sample::select(vec![Stricter::Higher, Stricter::Lower]));
    (kind, setting(), word(), any::<bool>(), stricter).prop_map(
        |(kind, value, description, contract, stricter)| Constant {
            kind,
            value,
            description,
            contract,
            stricter,
        },
    )
}

fn tool() -> impl Strategy<Value = Tool> {
    let executor = prop::sample::select(vec![Executor::Caller, Executor::Platform]);
    (word(), word(), executor, prop::option::of(schema()), prop::collection::vec(word(), 0..3)).prop_map(
        |(name, description, executed_by, parameters, hidden)| Tool {
            name,
            description,
            executed_by,
            parameters,
            hidden,
        },
    )
}

fn tools() -> impl Strategy<Value = Tools> {
    let choice = prop::sample::select(vec![ToolChoice::Auto, ToolChoice::None, ToolChoice::Required]);
    (0u64..3, 0u64..2, choice, prop::collection::vec(tool(), 0..4)).prop_map(
        |(major, minor, choice, list)| Tools {
            schema_version: semver::Version::new(major, minor, 0),
            choice,
            list,
        },
    )
}

fn fragment() -> impl Strategy<Value = FragmentUse> {
    let name = prop::sample::select(vec!["safety/one", "safety/two"]);
    let locked = prop::option::of((0u64..3, 0u64..3, 0u64..2, any::<bool>()));
    (name, prop::sample::select(vec!["^1", "*", "=1.2.3"]), locked).prop_map(|(name, require, locked)| {
        FragmentUse {
            name: name.parse().unwrap(),
            require: require.parse().unwrap(),
            locked: locked.map(|(a, b, c, other)| Locked {
                version: semver::Version::new(a, b, c),
                digest: crate::Digest::of_bytes(&[a as u8, b as u8, c as u8, u8::from(other)]),
            }),
        }
    })
}

fn model() -> impl Strategy<Value = Model> {
    let allow = prop::collection::vec(prop::sample::select(vec!["a*", "ab", "*", "c@1"]), 0..3);
    (word(), allow, map(setting())).prop_map(|(family, allow, params)| Model {
        family,
        allow: allow.into_iter().map(str::to_owned).collect(),
        params,
    })
}

fn retrieval() -> impl Strategy<Value = Retrieval> {
    (word(), word(), 0u32..3, prop::option::of(0u32..3), map(word()), word()).prop_map(
        |(index, query, top_k, min_score, filters, into)| Retrieval {
            index,
            query,
            top_k,
            min_score: min_score.map(|s| f64::from(s) / 2.0),
            filters,
            into,
        },
    )
}

fn escalation() -> impl Strategy<Value = Escalation> {
    (word(), word(), word()).prop_map(|(id, when, to)| Escalation { id, when, to })
}

fn schema() -> impl Strategy<Value = Value> {
    let text = json!({ "type": "object", "properties": { "a": { "type": "string", "maxLength": 4 } }, "additionalProperties": false });
    let must = json!({ "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"], "additionalProperties": false });
    let noted = json!({ "type": "object", "description": "words", "properties": { "a": { "type": "string", "title": "A" } }, "required": ["a"], "additionalProperties": false });
    let open = json!({ "type": "object", "properties": { "b": { "enum": [1, 2, 3.0] } } });
    let outside = json!({ "type": "object", "patternProperties": {} });
    prop::sample::select(vec![text, must, noted, open, outside, json!({}), crate::schema::nothing()])
}

fn test_case() -> impl Strategy<Value = TestCase> {
    (word(), setting(), prop::collection::vec(setting(), 0..2), map(setting()))
        .prop_map(|(name, inputs, retrieval, expect)| TestCase { name, inputs, retrieval, expect })
}

/// Any artifact, good or bad.
pub fn artifacts() -> impl Strategy<Value = Artifact> {
    let words = (word(), word(), word(), word(), set(), prop::collection::vec(word(), 0..4));
    let owners = (prop::option::of(word()), prop::option::of(word()), prop::option::of(word()));
    let risk = prop::sample::select(vec![Risk::Low, Risk::Medium, Risk::High]);
    let text = (
        prop::option::of(schema()),
        prop::collection::vec(message(), 0..5),
        prop::option::of(word()),
        map(fragment()),
    );
    let output = (any::<bool>(), prop::option::of(schema()));
    let around = (prop::option::of(model()), prop::option::of(tools()), prop::option::of(retrieval()));
    let authority = (set(), set(), set(), prop::collection::vec(escalation(), 0..3));
    let rest = (map(setting()), set(), prop::collection::vec(test_case(), 0..3), map(setting()));
    let groups = (words, owners, risk, map(constant()), text, output, around, authority, rest);
    groups.prop_map(|(words, owners, risk, constants, text, output, around, authority, rest)| {
        let mut a = Artifact::new(Kind::Prompt, "a/b".parse().unwrap());
        (a.title, a.summary, a.intent, a.change_intent, a.tags, a.known_limitations) = words;
        a.owners = Owners { business: owners.0, technical: owners.1, rollback: owners.2 };
        a.risk = risk;
        a.constants = constants;
        (a.inputs, a.messages, a.body, a.fragments) = text;
        a.output =
            Output { kind: if output.0 { OutputKind::Json } else { OutputKind::Text }, schema: output.1 };
        (a.model, a.tools, a.retrieval) = around;
        let (allowed, forbidden, approval_required, escalation) = authority;
        a.authority = Authority { allowed, forbidden, approval_required, escalation };
        (a.integration, a.overridable, a.tests, a.extensions) = rest;
        a
    })
}

/// An artifact, and the same with one to three fields taken from another.
pub fn edited_pairs() -> impl Strategy<Value = (Artifact, Artifact)> {
    (artifacts(), artifacts(), prop::collection::vec(any::<prop::sample::Index>(), 1..4)).prop_map(
        |(a, b, fields)| {
            let (mut edited, donor) = (super::as_value(&a), super::as_value(&b));
            let names = [
                "title",
                "owners",
                "risk",
                "known_limitations",
                "model",
                "constants",
                "inputs",
                "messages",
                "fragments",
                "output",
                "tools",
                "retrieval",
                "authority",
                "integration",
                "overridable",
                "tests",
                "extensions",
                "tags",
                "body",
            ];
            for index in fields {
                let name = *index.get(&names);
                match donor.get(name) {
                    Some(value) => edited[name] = value.clone(),
                    None => {
                        edited.as_object_mut().unwrap().remove(name);
                    }
                }
            }
            (a, serde_json::from_value(edited).unwrap())
        },
    )
}

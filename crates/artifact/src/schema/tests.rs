mod generate;
mod messages;
mod oracle;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

use super::*;
use generate::{pairs, schemas, values};
use oracle::valid;

fn ok(schema: &Value, value: &Value) -> bool {
    validate(schema, value).is_ok()
}

proptest! {
    #[test]
    fn validation_agrees_with_reading_the_keywords_one_by_one(schema in schemas(), random in prop::collection::vec(values(), 1..12)) {
        prop_assert!(!has_errors(&check(&schema, "s")), "{schema}: {:?}", check(&schema, "s"));
        for value in examples_of(&schema).iter().chain(&random) {
            prop_assert_eq!(ok(&schema, value), valid(&schema, value), "{} on {}", schema, value);
        }
    }

    #[test]
    fn examples_are_valid_and_there_is_always_one(schema in schemas()) {
        let examples = examples_of(&schema);
        prop_assert!(!examples.is_empty(), "{}", schema);
        for value in examples {
            prop_assert!(valid(&schema, &value), "{} on {}", schema, value);
        }
    }

    #[test]
    fn answers_of_inclusion_are_true((old, new) in pairs(), random in prop::collection::vec(values(), 1..12)) {
        match includes(&old, &new) {
            Inclusion::Included => {
                for value in examples_of(&old).iter().chain(&random).filter(|v| valid(&old, v)) {
                    prop_assert!(valid(&new, value), "said included: {} in {}, but {}", old, new, value);
                }
            }
            Inclusion::NotIncluded { counterexample, at, because } => {
                prop_assert!(valid(&old, &counterexample), "{} not valid under {}", counterexample, old);
                prop_assert!(!valid(&new, &counterexample), "{} valid under {}", counterexample, new);
                let first = validate(&new, &counterexample).unwrap_err().remove(0);
                prop_assert_eq!((first.path, first.message), (at, because));
            }
            Inclusion::Unknown { because, .. } => prop_assert!(!because.is_empty()),
        }
    }

    #[test]
    fn a_schema_includes_itself_and_fits_into_any_union_with_it(a in schemas(), b in schemas()) {
        prop_assert_eq!(includes(&a, &a), Inclusion::Included);
        prop_assert_eq!(includes(&a, &json!({ "anyOf": [b, a] })), Inclusion::Included);
        let (ab, ba) = (json!({ "anyOf": [a, b] }), json!({ "anyOf": [b, a] }));
        prop_assert!(equivalent(&ab, &ba));
        // the same thing said through a definition
        let referred = json!({ "$ref": "#/$defs/a", "$defs": { "a": a } });
        prop_assert!(equivalent(&a, &referred));
    }

    #[test]
    fn annotations_change_nothing(schema in schemas()) {
        let mut noted = schema.clone();
        let keywords = noted.as_object_mut().unwrap();
        keywords.insert("description".into(), "words".into());
        keywords.insert("format".into(), "date".into());
        prop_assert!(equivalent(&schema, &noted));
        prop_assert_eq!(stripped(&schema), stripped(&noted));
        prop_assert_ne!(hints(&schema), hints(&noted));
    }
}

/// Random pairs of the subset are decided nearly always; the few others are told as unknown, which is measured here.
#[test]
fn few_pairs_stay_undecided() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = pairs();
    let (mut unknown, mut included) = (Vec::new(), 0);
    let total = 3_000;
    for _ in 0..total {
        let (old, new) = strategy.new_tree(&mut runner).unwrap().current();
        match includes(&old, &new) {
            Inclusion::Unknown { because, .. } => unknown.push(format!("{old}\n  in {new}: {because}")),
            Inclusion::Included => included += 1,
            Inclusion::NotIncluded { .. } => {}
        }
    }
    println!("{total} pairs: {included} included, {} unknown", unknown.len());
    assert!(included > total / 5, "the pairs must exercise proofs, not only refutations: {included}");
    assert!(unknown.len() * 100 <= total, "{} of {total} undecided:\n{}", unknown.len(), unknown.join("\n"));
}

#[test]
fn inclusion_of_unions_splits_where_it_must() {
    let included = [
        // a range cut in two
        (
            json!({"type":"integer","minimum":0,"maximum":100}),
            json!({"anyOf":[{"type":"integer","minimum":0,"maximum":50},{"type":"integer","minimum":51,"maximum":100}]}),
        ),
        (
            json!({"type":"number","minimum":0,"maximum":1}),
            json!({"anyOf":[{"type":"number","minimum":0,"exclusiveMaximum":0.5},{"type":"number","minimum":0.5,"maximum":1}]}),
        ),
        // even and odd numbers together are all of a bounded range
        (json!({"type":"integer","minimum":1,"maximum":2}), json!({"enum":[1,2]})),
        (json!({"type":"integer","multipleOf":6}), json!({"type":"integer","multipleOf":3})),
        // lengths
        (
            json!({"type":"string","maxLength":9}),
            json!({"anyOf":[{"type":"string","maxLength":4},{"type":"string","minLength":5}]}),
        ),
        (
            json!({"type":"array","items":{"type":"integer"}}),
            json!({"anyOf":[{"type":"array","maxItems":0},{"type":"array","items":{"type":"integer"},"minItems":1}]}),
        ),
        // one object split by the value of a field
        (
            json!({"type":"object","required":["kind"],"additionalProperties":false,"properties":{"kind":{"enum":["a","b"]},"n":{"type":"integer"}}}),
            json!({"anyOf":[
                {"type":"object","required":["kind"],"properties":{"kind":{"const":"a"},"n":{"type":"integer"}}},
                {"type":"object","required":["kind"],"properties":{"kind":{"const":"b"}}}
            ]}),
        ),
        // at least one of two fields, written as alternatives of `required`
        (
            json!({"type":"object","properties":{"a":{},"b":{}},"required":["a"]}),
            json!({"type":"object","properties":{"a":{},"b":{}},"anyOf":[{"required":["a"]},{"required":["b"]}]}),
        ),
        (json!({"type":["string","null"]}), json!({"oneOf":[{"type":"null"},{"type":"string"}]})),
        (json!({"type":["boolean","null","array","object","string","number"]}), json!({})),
        (json!({}), json!({"type":["boolean","null","array","object","string","number"]})),
    ];
    for (old, new) in included {
        assert_eq!(includes(&old, &new), Inclusion::Included, "{old} in {new}");
    }
}

#[test]
fn counterexamples_are_small_and_placed() {
    let cases = [
        (
            json!({"type":"integer","minimum":0}),
            json!({"type":"integer","minimum":0,"maximum":100}),
            json!(101),
            "",
            "must be at most 100, is 101",
        ),
        (
            json!({"type":"number"}),
            json!({"type":"integer"}),
            json!(0.5),
            "",
            "must be a whole number, is 0.5",
        ),
        (
            json!({"type":"array","items":{"type":"string"}}),
            json!({"type":"array","items":{"type":"string"},"maxItems":2}),
            json!(["", "", ""]),
            "",
            "must have at most 2 items, has 3",
        ),
        (
            json!({"type":"object","properties":{"region":{"enum":["EMEA","APAC"]}},"required":["region"]}),
            json!({"type":"object","properties":{"region":{"enum":["EMEA"]}},"required":["region"]}),
            json!({"region":"APAC"}),
            "region",
            r#"must be "EMEA"; is "APAC""#,
        ),
        (
            json!({"type":"object","properties":{"a":{"type":"string"}}}),
            json!({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}),
            json!({"b":null}),
            "b",
            "must be a string, is null",
        ),
        (
            json!({"type":"object","properties":{"a":{"type":"string"}}}),
            json!({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}),
            json!({"other":true}),
            "other",
            "is not a known field; known: a",
        ),
        (
            json!({"type":"array","items":{"type":"number","exclusiveMinimum":0}}),
            json!({"type":"array","items":{"type":"number","exclusiveMinimum":0,"multipleOf":2}}),
            json!([1]),
            "[0]",
            "must be a multiple of 2, is 1",
        ),
        (
            json!({"type":"number"}),
            json!({"anyOf":[{"type":"number","maximum":1},{"type":"number","exclusiveMinimum":1.5}]}),
            json!(1.5),
            "",
            "matches none of the 2 alternatives for a number; the closest one says:",
        ),
    ];
    for (old, new, value, place, reason) in cases {
        let expected =
            Inclusion::NotIncluded { counterexample: value, at: place.into(), because: reason.into() };
        assert_eq!(includes(&old, &new), expected, "{old} in {new}");
    }
}

#[test]
fn what_cannot_be_decided_is_said_to_be_unknown() {
    let huge = json!({"type":"array","items":{"type":"string"},"maxItems":1_000_000});
    let answer = includes(&json!({"type":"array","items":{"type":"string"}}), &huge);
    assert!(
        matches!(&answer, Inclusion::Unknown { because, .. } if because.contains("too long to be shown")),
        "{answer:?}"
    );
    let pattern = includes(&json!({"type":"string"}), &json!({"type":"string","pattern":"^a"}));
    let Inclusion::Unknown { because, .. } = pattern else { panic!("{pattern:?}") };
    assert_eq!(
        because,
        "the second schema is outside the decidable subset: schema.pattern: `pattern` is JSON Schema, but not part of \
         the subset that versions can be computed from"
    );
    // unchanged apart from words, so nothing needs to be decided
    let noted = json!({"type":"string","pattern":"^a","description":"starts with a"});
    assert_eq!(includes(&json!({"type":"string","pattern":"^a"}), &noted), Inclusion::Included);
    // steps that only together cover everything
    let even_or_odd = json!({"anyOf":[{"type":"integer","multipleOf":2},{"type":"integer","maximum":0},{"type":"integer","minimum":0}]});
    assert_eq!(includes(&json!({"type":"integer"}), &even_or_odd), Inclusion::Included);
}

#[test]
fn hostile_schemas_end_quickly() {
    // doubling references: 2^40 parts if nobody counted
    let mut defs = serde_json::Map::new();
    for i in 0..30 {
        let next = json!({ "$ref": format!("#/$defs/d{}", i + 1) });
        defs.insert(format!("d{i}"), json!({ "type": "object", "properties": { "a": next, "b": next }, "additionalProperties": false }));
    }
    defs.insert("d30".into(), json!({ "type": "string" }));
    let doubling = json!({ "$ref": "#/$defs/d0", "$defs": defs });
    assert!(check(&doubling, "s").iter().any(|d| d.rule == "CL-J-010"));
    // alternatives beside alternatives: 12^6 combinations
    let mut chain = serde_json::Map::new();
    for level in 0..6 {
        let branches: Vec<Value> = (0..12)
            .map(|i| json!({ "type": "object", "properties": { (format!("f{level}")): { "const": i } }, "required": [format!("f{level}")] }))
            .collect();
        let mut def = json!({ "anyOf": branches });
        if level > 0 {
            def["$ref"] = json!(format!("#/$defs/c{}", level - 1));
        }
        chain.insert(format!("c{level}"), def);
    }
    let chained = json!({ "$ref": "#/$defs/c5", "$defs": chain });
    assert!(check(&chained, "s").iter().any(|d| d.rule == "CL-J-010"), "{:?}", check(&chained, "s"));
    // 60 levels
    let mut deep = json!({ "type": "string" });
    for _ in 0..60 {
        deep = json!({ "type": "array", "items": deep });
    }
    assert!(check(&deep, "s").iter().any(|d| d.rule == "CL-J-009"));
    // thousands of warnings do not hide the one error
    let open: serde_json::Map<String, Value> =
        (0..1_000).map(|i| (format!("f{i}"), json!({ "type": "object", "properties": {} }))).collect();
    let mut crowded = json!({ "type": "object", "properties": open });
    crowded["properties"]["last"] = json!({ "type": "strin" });
    assert!(has_errors(&check(&crowded, "s")));
    let loops = json!({ "$ref": "#/$defs/a", "$defs": { "a": { "type": "array", "items": { "$ref": "#/$defs/a" } } } });
    assert!(check(&loops, "s").iter().any(|d| d.rule == "CL-J-007"));
}

#[test]
fn inputs_must_be_objects() {
    assert!(check_object(&nothing(), "inputs").is_empty());
    let found = check_object(&json!({"type":["object","null"]}), "inputs");
    assert_eq!(found.iter().map(|d| d.rule.as_str()).collect::<Vec<_>>(), ["CL-J-015"]);
}

//! Random schemas over a small world, so that pairs of them often include each other.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

const NAMES: &[&str] = &["a", "b", "c"];

/// Scalars and small containers from the world the schemas speak about.
pub fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-4i64..8).prop_map(Value::from),
        (-8i64..16).prop_map(|n| Value::from(n as f64 / 2.0)),
        "[aé]{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(NAMES), inner), 0..4).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
            }),
        ]
    })
}

fn range(schema: &mut Map<String, Value>, names: [&str; 2], low: Option<i64>, span: Option<i64>) {
    if let Some(low) = low {
        schema.insert(names[0].into(), low.into());
    }
    if let Some(span) = span {
        schema.insert(names[1].into(), (low.unwrap_or(0) + span).into());
    }
}

fn numbers() -> impl Strategy<Value = Value> {
    let bounds = (prop::option::of(-3i64..4), prop::option::of(1i64..6));
    (bounds, prop::sample::select(vec!["integer", "number"]), prop::option::weighted(0.3, 2i64..4), 0..3)
        .prop_map(|((low, span), kind, step, ends)| {
            let mut schema = Map::new();
            schema.insert("type".into(), kind.into());
            // a range as wide as the step always holds a multiple, also with one end left out
            let span = span.map(|s| s + step.unwrap_or(1));
            let names = match ends {
                0 => ["minimum", "maximum"],
                1 => ["exclusiveMinimum", "maximum"],
                _ => ["minimum", "exclusiveMaximum"],
            };
            range(&mut schema, names, low, span);
            if let Some(step) = step {
                schema.insert("multipleOf".into(), step.into());
            }
            Value::Object(schema)
        })
}

fn texts() -> impl Strategy<Value = Value> {
    (prop::option::of(0i64..3), prop::option::of(0i64..3)).prop_map(|(low, span)| {
        let mut schema = Map::new();
        schema.insert("type".into(), "string".into());
        range(&mut schema, ["minLength", "maxLength"], low, span);
        Value::Object(schema)
    })
}

fn leaves() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(json!({})),
        1 => Just(json!({ "type": "null" })),
        1 => Just(json!({ "type": "boolean" })),
        4 => numbers(),
        4 => texts(),
        2 => prop::collection::vec(values(), 1..4).prop_map(|list| json!({ "enum": list })),
        1 => values().prop_map(|v| json!({ "const": v })),
    ]
}

fn lists(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    (inner, prop::option::of(0i64..2), prop::option::of(0i64..3)).prop_map(|(items, low, span)| {
        let mut schema = Map::new();
        schema.insert("type".into(), "array".into());
        schema.insert("items".into(), items);
        range(&mut schema, ["minItems", "maxItems"], low, span);
        Value::Object(schema)
    })
}

fn records(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let field = (prop::sample::select(NAMES), inner, any::<bool>());
    (prop::collection::vec(field, 0..4), prop::option::of(any::<bool>())).prop_map(|(fields, additional)| {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (name, schema, must) in fields {
            if !properties.contains_key(name) && must {
                required.push(name);
            }
            properties.insert(name.to_owned(), schema);
        }
        let mut schema = json!({ "type": "object", "properties": properties, "required": required });
        if let Some(additional) = additional {
            schema["additionalProperties"] = additional.into();
        }
        schema
    })
}

/// Schemas of the subset, each accepting something.
pub fn schemas() -> impl Strategy<Value = Value> {
    leaves().prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            2 => lists(inner.clone()),
            4 => records(inner.clone()),
            1 => prop::collection::vec(inner.clone(), 1..3).prop_map(|list| json!({ "anyOf": list })),
            1 => inner.clone().prop_map(|s| json!({ "anyOf": [s, { "type": "null" }] })),
            1 => inner.prop_map(|s| match s["type"].as_str() {
                Some("string") => {
                    let mut nullable = s.clone();
                    nullable["type"] = json!(["string", "null"]);
                    nullable
                }
                _ => json!({ "oneOf": [{ "type": "object", "required": ["k"], "properties": { "k": { "const": 1 }, "v": s } },
                                       { "type": "object", "required": ["k"], "properties": { "k": { "const": 2 } } }] }),
            }),
        ]
    })
}

/// Two schemas: unrelated, or the second made from the first by one or two edits somewhere inside, in either order.
pub fn pairs() -> impl Strategy<Value = (Value, Value)> {
    prop_oneof![
        1 => (schemas(), schemas()),
        4 => (schemas(), any::<u32>(), any::<u32>(), any::<bool>()).prop_map(|(schema, first, second, swap)| {
            let mut edited = schema.clone();
            edit(&mut edited, first);
            if second % 3 == 0 {
                edit(&mut edited, second / 3);
            }
            if super::has_errors(&super::check(&edited, "s")) {
                edited = schema.clone();
            }
            if swap { (edited, schema) } else { (schema, edited) }
        }),
    ]
}

/// Changes one keyword, chosen by `seed`, somewhere inside.
fn edit(schema: &mut Value, seed: u32) {
    let Some(keywords) = schema.as_object_mut() else { return };
    let mut inside: Vec<&mut Value> = Vec::new();
    let bounded = keywords.contains_key("additionalProperties");
    let kind = keywords.get("type").and_then(Value::as_str).map(str::to_owned);
    let down = seed.is_multiple_of(2);
    for (keyword, value) in keywords.iter_mut() {
        match keyword.as_str() {
            "items" => inside.push(value),
            "properties" => inside.extend(value.as_object_mut().unwrap().values_mut()),
            "anyOf" | "oneOf" => inside.extend(value.as_array_mut().unwrap().iter_mut()),
            _ => {}
        }
    }
    if down && !inside.is_empty() {
        let index = (seed / 2) as usize % inside.len();
        return edit(inside.swap_remove(index), seed / 7);
    }
    let choice = seed / 2;
    let _replaced = match kind.as_deref() {
        Some("integer" | "number") => match choice % 4 {
            0 => keywords.insert("type".into(), "number".into()),
            1 => keywords.insert("minimum".into(), json!(choice % 3)),
            2 => keywords.remove("maximum"),
            _ => keywords.remove("multipleOf"),
        },
        Some("string") => match choice % 3 {
            0 => keywords.insert("maxLength".into(), json!(choice % 5)),
            1 => keywords.remove("minLength"),
            _ => keywords.insert("type".into(), json!(["string", "null"])),
        },
        Some("array") => match choice % 3 {
            0 => keywords.insert("maxItems".into(), json!(choice % 5)),
            1 => keywords.remove("minItems"),
            _ => keywords.insert("items".into(), json!({})),
        },
        Some("object") => match choice % 4 {
            0 => keywords.insert("required".into(), json!([])),
            1 if bounded => keywords.remove("additionalProperties"),
            2 => {
                let properties = keywords["properties"].as_object_mut().unwrap();
                properties.insert("d".into(), json!({ "type": "integer" }))
            }
            _ => keywords.insert("additionalProperties".into(), false.into()),
        },
        _ => {
            let whole = std::mem::take(schema);
            *schema = json!({ "anyOf": [whole, { "type": "null" }, { "type": "integer", "minimum": 2 }] });
            None
        }
    };
}

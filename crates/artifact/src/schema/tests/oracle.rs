//! A second opinion on validity: JSON Schema read keyword by keyword, as the standard words it, sharing nothing
//! with the code under test.

use serde_json::Value;

pub fn valid(schema: &Value, value: &Value) -> bool {
    check(schema, schema, value)
}

fn check(root: &Value, schema: &Value, value: &Value) -> bool {
    let keywords = schema.as_object().unwrap();
    keywords.iter().all(|(keyword, limit)| match keyword.as_str() {
        "type" => match limit {
            Value::Array(types) => types.iter().any(|t| is(t.as_str().unwrap(), value)),
            one => is(one.as_str().unwrap(), value),
        },
        "enum" => limit.as_array().unwrap().iter().any(|v| equal(v, value)),
        "const" => equal(limit, value),
        "minimum" => number(value, |n| n >= limit.as_f64().unwrap()),
        "maximum" => number(value, |n| n <= limit.as_f64().unwrap()),
        "exclusiveMinimum" => number(value, |n| n > limit.as_f64().unwrap()),
        "exclusiveMaximum" => number(value, |n| n < limit.as_f64().unwrap()),
        // steps are whole numbers, so a multiple is whole; dividing alone would take 5e-324 for a multiple of 2
        "multipleOf" => number(value, |n| n.fract() == 0.0 && (n / limit.as_f64().unwrap()).fract() == 0.0),
        "minLength" => value.as_str().is_none_or(|s| s.chars().count() as f64 >= limit.as_f64().unwrap()),
        "maxLength" => value.as_str().is_none_or(|s| s.chars().count() as f64 <= limit.as_f64().unwrap()),
        "minItems" => value.as_array().is_none_or(|l| l.len() as f64 >= limit.as_f64().unwrap()),
        "maxItems" => value.as_array().is_none_or(|l| l.len() as f64 <= limit.as_f64().unwrap()),
        "items" => value.as_array().is_none_or(|list| list.iter().all(|v| check(root, limit, v))),
        "required" => value.as_object().is_none_or(|o| {
            limit.as_array().unwrap().iter().all(|name| o.contains_key(name.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|o| {
            limit.as_object().unwrap().iter().all(|(name, s)| o.get(name).is_none_or(|v| check(root, s, v)))
        }),
        "additionalProperties" => {
            let declared = |name: &String| schema["properties"].get(name).is_some();
            limit == true || value.as_object().is_none_or(|o| o.keys().all(declared))
        }
        "anyOf" => limit.as_array().unwrap().iter().any(|s| check(root, s, value)),
        "oneOf" => limit.as_array().unwrap().iter().filter(|s| check(root, s, value)).count() == 1,
        "$ref" => {
            let name = limit.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
            check(root, &root["$defs"][name], value)
        }
        "$defs" | "description" | "format" | "default" | "title" | "examples" => true,
        other => panic!("the oracle does not know {other}"),
    })
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|n| n.fract() == 0.0),
        other => panic!("{other}"),
    }
}

fn number(value: &Value, holds: impl Fn(f64) -> bool) -> bool {
    value.as_f64().is_none_or(holds)
}

fn equal(a: &Value, b: &Value) -> bool {
    serde_json_canonicalizer::to_vec(a).unwrap() == serde_json_canonicalizer::to_vec(b).unwrap()
}

//! Takes schemas apart into what is enforced and what only informs.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::place;

/// Keywords that say nothing about which values are valid.
const ANNOTATIONS: &[&str] =
    &["$comment", "$id", "$schema", "default", "description", "examples", "format", "title"];

/// The schema without its annotations. Field names, `enum` and `const` are left alone, whatever they are called.
pub(crate) fn stripped(schema: &Value) -> Value {
    mapped(schema, &|keyword, _| !ANNOTATIONS.contains(&keyword))
}

/// The annotations that can change what happens, `default` and `format`, by the place in the value they are about.
/// Definitions count where they are used, alternatives at the place they share.
pub(crate) fn hints(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(schema, schema, "", &mut Vec::new(), &mut found);
    found
}

fn collect<'a>(
    root: &'a Value,
    schema: &'a Value,
    at: &str,
    open: &mut Vec<&'a str>,
    found: &mut BTreeSet<String>,
) {
    let Value::Object(keywords) = schema else { return };
    for (keyword, value) in keywords {
        match (keyword.as_str(), value) {
            ("default" | "format", _) => {
                found.insert(format!("{at} {keyword} {value}"));
            }
            ("properties", Value::Object(fields)) => {
                for (name, field) in fields {
                    collect(root, field, &place::field(at, name), open, found);
                }
            }
            ("items", _) => collect(root, value, &format!("{at}[]"), open, found),
            ("anyOf" | "oneOf" | "allOf", Value::Array(list)) => {
                list.iter().for_each(|branch| collect(root, branch, at, open, found));
            }
            ("$ref", Value::String(reference)) => {
                let target = reference.strip_prefix("#/$defs/").and_then(|name| root.get("$defs")?.get(name));
                // recursion, and expansion beyond any accepted schema, end here: such schemas are never compared
                if let Some(target) =
                    target.filter(|_| !open.contains(&reference.as_str()) && found.len() < 10_000)
                {
                    open.push(reference);
                    collect(root, target, at, open, found);
                    open.pop();
                }
            }
            _ => {}
        }
    }
}

/// The schema as a model is given it: without `$comment`, `$id` and `$schema`.
pub(crate) fn without_remarks(schema: &Value) -> Value {
    mapped(schema, &|keyword, _| !matches!(keyword, "$comment" | "$id" | "$schema"))
}

/// The schema with the keywords that `keep` keeps, at every place where a schema stands.
fn mapped(schema: &Value, keep: &dyn Fn(&str, &Value) -> bool) -> Value {
    let Value::Object(keywords) = schema else { return schema.clone() };
    let map_values = |value: &Value| match value {
        Value::Object(named) => {
            Value::Object(named.iter().map(|(k, v)| (k.clone(), mapped(v, keep))).collect())
        }
        other => other.clone(),
    };
    let kept = keywords.iter().filter(|(keyword, value)| keep(keyword, value));
    let mapped: Map<String, Value> = kept
        .map(|(keyword, value)| {
            let value = match (keyword.as_str(), value) {
                ("properties" | "$defs" | "patternProperties" | "definitions" | "dependentSchemas", _) => {
                    map_values(value)
                }
                ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(list)) => {
                    Value::Array(list.iter().map(|s| mapped(s, keep)).collect())
                }
                ("items" | "not" | "if" | "then" | "else" | "additionalProperties" | "contains", _) => {
                    mapped(value, keep)
                }
                _ => value.clone(),
            };
            (keyword.clone(), value)
        })
        .collect();
    Value::Object(mapped)
}

//! The part of a schema that depends on the type: ranges, lengths, items, fields.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::keyword::{KEYWORDS, distance, short};
use super::number::{Bound, Numbers};
use super::read::{Place, Reading, schema_at, whole, wrong};
use super::shape::{Lengths, Node, Record, Shape};
use super::sorted::{Names, Sorted};
use super::{MAX_NUMBER, place};
use crate::rules::schema as rules;

/// The values that `type` and the limits beside it accept.
pub(super) fn typed<'a>(
    cx: &mut Reading<'a>,
    keywords: &'a Map<String, Value>,
    types: Option<&BTreeSet<&str>>,
    at: &Place,
) -> Node {
    let constrained = KEYWORDS.iter().any(|(k, t)| !t.is_empty() && keywords.contains_key(*k));
    if types.is_none() && !constrained {
        return Node::Any;
    }
    let numbers = numbers(cx, keywords, at);
    let text = lengths(cx, keywords, ["minLength", "maxLength"], at);
    let size = lengths(cx, keywords, ["minItems", "maxItems"], at);
    let items = keywords.get("items").map_or(Node::Any, |items| schema_at(cx, items, &at.below("items")));
    let record = record(cx, keywords, at);
    let has = |name| types.is_none_or(|types| types.contains(name));
    let mut shapes = Vec::new();
    if has("null") {
        shapes.push(Shape::Exact(Value::Null));
    }
    if has("boolean") {
        shapes.extend([Shape::Exact(Value::Bool(false)), Shape::Exact(Value::Bool(true))]);
    }
    if has("number") {
        shapes.extend(Shape::Number(numbers).checked());
    } else if has("integer") {
        match (Numbers { step: Some(1), ..Numbers::default() }).and(&numbers) {
            Some(whole) => shapes.extend(Shape::Number(whole).checked()),
            None => cx.error(
                &rules::TOO_LARGE,
                &at.path,
                "the steps of `multipleOf` have no common multiple small enough",
                rules::TOO_LARGE.fix,
            ),
        }
    }
    if has("string") {
        shapes.extend(Shape::Text(text).checked());
    }
    if has("array") {
        shapes.extend(Shape::List(size, Box::new(items)).checked());
    }
    if has("object") {
        shapes.extend(Shape::Record(record).checked());
    }
    Node::Union(shapes)
}

fn numbers(cx: &mut Reading, keywords: &Map<String, Value>, at: &Place) -> Numbers {
    let mut bound = |keyword: &str, exclusive: bool| {
        let value = keywords.get(keyword)?;
        match value.as_f64() {
            Some(number) if number.abs() <= MAX_NUMBER => Some(Bound::new(number, exclusive)),
            _ => {
                wrong(cx, at, keyword, "a number between -10^15 and 10^15");
                None
            }
        }
    };
    let above = |bound: Option<Bound>, exclusive| Numbers { low: bound.or(exclusive), ..Numbers::default() };
    let (minimum, more_than) = (bound("minimum", false), bound("exclusiveMinimum", true));
    let (maximum, less_than) = (bound("maximum", false), bound("exclusiveMaximum", true));
    let step = keywords.get("multipleOf").and_then(|value| {
        let step = whole(value).filter(|step| (1..=1_000_000_000).contains(step));
        if step.is_none() {
            wrong(
                cx,
                at,
                "multipleOf",
                "a whole number from 1 to 10^9 (for parts such as cents, count in that unit)",
            );
        }
        step
    });
    let low = above(minimum, None).and(&above(None, more_than));
    let high = Numbers { high: maximum, ..Numbers::default() }
        .and(&Numbers { high: less_than, ..Numbers::default() });
    Numbers { step, low: low.and_then(|n| n.low), high: high.and_then(|n| n.high) }
}

fn lengths(cx: &mut Reading, keywords: &Map<String, Value>, [min, max]: [&str; 2], at: &Place) -> Lengths {
    let mut limit = |keyword: &str, absent: u64| match keywords.get(keyword) {
        None => absent,
        Some(value) => whole(value).unwrap_or_else(|| {
            wrong(cx, at, keyword, "a whole number, 0 or more");
            absent
        }),
    };
    Lengths { min: limit(min, 0), max: limit(max, u64::MAX) }
}

fn record<'a>(cx: &mut Reading<'a>, keywords: &'a Map<String, Value>, at: &Place) -> Record {
    let mut fields = Sorted::new();
    match keywords.get("properties") {
        Some(Value::Object(properties)) => {
            let below = at.below("properties");
            let field = |(name, property): (&'a String, &'a Value)| {
                let place = Place { path: place::field(&below.path, name), depth: below.depth, typed: false };
                (name.as_str(), schema_at(cx, property, &place))
            };
            fields = properties.iter().map(field).collect();
            if !keywords.contains_key("additionalProperties") {
                let message = "this object accepts any field that is not declared, so declaring one later breaks callers";
                let fix = "Add `additionalProperties: false`, or `true` if other fields are welcome.";
                cx.warning(&rules::OPEN_OBJECT, &at.path, message, fix);
            }
        }
        Some(_) => wrong(cx, at, "properties", "an object of schemas"),
        None => {}
    }
    let open = match keywords.get("additionalProperties") {
        None => true,
        Some(Value::Bool(open)) => *open,
        Some(_) => {
            wrong(cx, at, "additionalProperties", "true or false");
            true
        }
    };
    let mut required = Names::new();
    match keywords.get("required").map(|r| r.as_array()) {
        None => {}
        Some(Some(names)) if names.iter().all(Value::is_string) => {
            required = names.iter().filter_map(Value::as_str).collect();
        }
        Some(_) => wrong(cx, at, "required", "a list of field names"),
    }
    if keywords.contains_key("properties") || !open {
        for name in required.names().filter(|name| !fields.contains(name)) {
            let message = format!("`{}` is required but not declared under `properties`", short(name));
            let near = fields.names().min_by_key(|k| distance(k, name)).filter(|k| distance(k, name) <= 2);
            let fix = match near {
                Some(near) => format!("Did you mean `{near}`?"),
                None => "Declare it under `properties`, or remove it from `required`.".to_owned(),
            };
            cx.error(&rules::REQUIRED_UNDECLARED, &place::field(&at.path, "required"), message, fix);
        }
    }
    Record { fields, required, open }
}

//! Checks a value against a shape, with messages for people.

use serde_json::Value;

use super::number::Numbers;
use super::shape::{Lengths, Node, Record, Shape};
use super::value::{brief, kind_of, number};
use super::{Violation, place};

/// Most violations collected.
const MAX_VIOLATIONS: usize = 50;

/// Whether the value is in the set.
pub(super) fn accepts(node: &Node, value: &Value) -> bool {
    match node {
        Node::Any => true,
        Node::Union(shapes) => shapes.iter().any(|shape| shape.holds(value)),
    }
}

/// Everything that keeps the value out of the set; empty exactly if it is in.
pub(super) fn violations(node: &Node, value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    visit(node, value, "", &mut found);
    found.truncate(MAX_VIOLATIONS);
    found
}

fn visit(node: &Node, value: &Value, path: &str, found: &mut Vec<Violation>) {
    let Node::Union(shapes) = node else { return };
    if found.len() >= MAX_VIOLATIONS || accepts(node, value) {
        return;
    }
    let mut say = |message: String| found.push(Violation { path: path.to_owned(), message });
    let alike: Vec<&Shape> = shapes.iter().filter(|shape| same_kind(shape, value)).collect();
    let exact: Vec<&Value> =
        alike.iter().filter_map(|s| if let Shape::Exact(v) = s { Some(v) } else { None }).collect();
    let ranges: Vec<&&Shape> = alike.iter().filter(|s| !matches!(s, Shape::Exact(_))).collect();
    match (ranges.as_slice(), exact.is_empty()) {
        ([], true) => say(format!("must be {}, is {}", kinds(shapes), kind_of(value))),
        ([], false) => {
            let all: Vec<&Value> =
                shapes.iter().filter_map(|s| if let Shape::Exact(v) = s { Some(v) } else { None }).collect();
            say(format!("must be {}; is {}", one_of(&all), brief(value)));
        }
        ([only], _) => inside(only, value, path, found),
        _ => {
            // the alternative that complains least, and least near the top, is most likely the one meant
            let closest = ranges
                .iter()
                .map(|shape| {
                    let mut complaints = Vec::new();
                    inside(shape, value, path, &mut complaints);
                    complaints
                })
                .min_by_key(Vec::len);
            say(format!(
                "matches none of the {} alternatives for {}; the closest one says:",
                ranges.len(),
                kind_of(value)
            ));
            found.extend(closest.unwrap_or_default());
        }
    }
}

/// What keeps the value out of a shape of its own kind.
fn inside(shape: &Shape, value: &Value, path: &str, found: &mut Vec<Violation>) {
    match (shape, value) {
        (Shape::Number(numbers), Value::Number(n)) => {
            if let Some(message) = n.as_f64().and_then(|n| number_message(numbers, n)) {
                found.push(Violation { path: path.to_owned(), message });
            }
        }
        (Shape::Text(lengths), Value::String(text)) => {
            let message = length_message(*lengths, text.chars().count(), "character");
            found.extend(message.map(|message| Violation { path: path.to_owned(), message }));
        }
        (Shape::List(lengths, items), Value::Array(list)) => {
            let message = length_message(*lengths, list.len(), "item");
            found.extend(message.map(|message| Violation { path: path.to_owned(), message }));
            for (i, item) in list.iter().enumerate() {
                visit(items, item, &place::item(path, i), found);
            }
        }
        (Shape::Record(record), Value::Object(object)) => {
            for name in record.required.names().filter(|name| !object.contains_key(*name)) {
                found.push(Violation { path: place::field(path, name), message: "is required".to_owned() });
            }
            for (name, value) in object {
                let node = record.field(name);
                let path = place::field(path, name);
                if node.is_never() {
                    found.push(Violation { path, message: unknown_field(record) });
                } else {
                    visit(node, value, &path, found);
                }
            }
        }
        _ => {}
    }
}

fn same_kind(shape: &Shape, value: &Value) -> bool {
    matches!(
        (shape, value),
        (Shape::Number(_), Value::Number(_))
            | (Shape::Text(_), Value::String(_))
            | (Shape::List(..), Value::Array(_))
            | (Shape::Record(_), Value::Object(_))
    ) || matches!(shape, Shape::Exact(exact) if kind_of(exact) == kind_of(value))
}

fn kinds(shapes: &[Shape]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for shape in shapes {
        let name = match shape {
            Shape::Exact(value) => kind_of(value),
            Shape::Number(Numbers { step: Some(_), .. }) => "a whole number",
            Shape::Number(_) => "a number",
            Shape::Text(_) => "a string",
            Shape::List(..) => "a list",
            Shape::Record(_) => "an object",
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // null reads best at the end: "a string or null"
    names.sort_by_key(|name| *name == "null");
    join(&names)
}

fn join(words: &[&str]) -> String {
    match words {
        [] => "absent".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn one_of(values: &[&Value]) -> String {
    const SHOWN: usize = 10;
    let mut shown: Vec<String> = values.iter().take(SHOWN).map(|v| brief(v)).collect();
    if values.len() > SHOWN {
        shown.push(format!("{} more", values.len() - SHOWN));
    }
    match shown.as_slice() {
        [one] => one.clone(),
        _ => format!("one of {}", shown.join(", ")),
    }
}

fn number_message(numbers: &Numbers, is: f64) -> Option<String> {
    let show = |n: f64| number(n).to_string();
    let wrong_step =
        numbers.step.filter(|step| !Numbers { step: Some(*step), ..Numbers::default() }.contains(is));
    if let Some(step) = wrong_step {
        let demanded = if step == 1 { "a whole number".to_owned() } else { format!("a multiple of {step}") };
        return Some(format!("must be {demanded}, is {}", show(is)));
    }
    if let Some(low) = numbers.low.filter(|_| numbers.first().is_some_and(|first| is < first)) {
        let word = if low.exclusive { "more than" } else { "at least" };
        return Some(format!("must be {word} {}, is {}", show(low.at), show(is)));
    }
    let high = numbers.high.filter(|_| numbers.last().is_some_and(|last| is > last))?;
    let word = if high.exclusive { "less than" } else { "at most" };
    Some(format!("must be {word} {}, is {}", show(high.at), show(is)))
}

fn length_message(lengths: Lengths, is: usize, unit: &str) -> Option<String> {
    let count = |n: u64| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
    if (is as u64) < lengths.min {
        Some(format!("must have at least {}, has {is}", count(lengths.min)))
    } else if (is as u64) > lengths.max {
        Some(format!("must have at most {}, has {is}", count(lengths.max)))
    } else {
        None
    }
}

fn unknown_field(record: &Record) -> String {
    let mut known: Vec<&str> =
        record.fields.iter().filter(|(_, node)| !node.is_never()).map(|(name, _)| name).collect();
    if record.open {
        return "is not allowed here".to_owned();
    }
    if known.is_empty() {
        return "is not a known field; no fields are".to_owned();
    }
    if known.len() > 12 {
        known.truncate(12);
        known.push("…");
    }
    format!("is not a known field; known: {}", known.join(", "))
}

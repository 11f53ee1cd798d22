//! Values of a shape: the smallest one, and a spread of values at its edges.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::shape::{Lengths, Node, Record, Shape};
use super::validate::accepts;
use super::value::number;

/// Largest example, counted in characters, items and fields.
const MAX_SIZE: u64 = 20_000;
/// Most examples in a spread.
const MAX_SPREAD: usize = 200;

/// A small value of the set; `None` if there is none, or none small enough to write down.
pub(super) fn least(node: &Node) -> Option<Value> {
    least_within(node, &Cell::new(MAX_SIZE))
}

/// As [`least`], for one shape.
pub(super) fn least_shape(shape: &Shape) -> Option<Value> {
    shape_within(shape, &Cell::new(MAX_SIZE))
}

/// A list of `length` items like `item`; `None` if too large to write down.
pub(super) fn list_of(item: &Value, length: u64) -> Option<Value> {
    let size = size_of(item).checked_mul(length)?;
    (size <= MAX_SIZE).then(|| Value::Array((0..length).map(|_| item.clone()).collect()))
}

/// A text of `length` characters; `None` if too large to write down.
pub(super) fn text_of(letter: &str, length: u64) -> Option<Value> {
    (length <= MAX_SIZE).then(|| Value::from(letter.repeat(usize::try_from(length).unwrap_or(0))))
}

/// Values at the edges of the set, all different, at most [`MAX_SPREAD`].
pub(super) fn spread(node: &Node) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for value in edges(node, 3) {
        if all.len() >= MAX_SPREAD {
            break;
        }
        if accepts(node, &value) && !all.iter().any(|v| super::value::same(v, &value)) {
            all.push(value);
        }
    }
    all
}

fn take(left: &Cell<u64>, size: u64) -> Option<()> {
    left.set(left.get().checked_sub(size)?);
    Some(())
}

fn least_within(node: &Node, left: &Cell<u64>) -> Option<Value> {
    match node {
        Node::Any => Some(Value::Null),
        Node::Union(shapes) => {
            let before = left.get();
            shapes.iter().find_map(|shape| {
                left.set(before);
                shape_within(shape, left)
            })
        }
    }
}

fn shape_within(shape: &Shape, left: &Cell<u64>) -> Option<Value> {
    take(left, 1)?;
    match shape {
        Shape::Exact(value) => take(left, size_of(value)).map(|()| value.clone()),
        Shape::Number(numbers) => Some(number(numbers.sample())),
        Shape::Text(lengths) => {
            take(left, lengths.min)?;
            text_of("a", lengths.min)
        }
        Shape::List(lengths, items) => {
            let mut list = Vec::new();
            for _ in 0..lengths.min {
                list.push(least_within(items, left)?);
            }
            Some(Value::Array(list))
        }
        Shape::Record(record) => {
            let mut object = Map::new();
            for name in record.required.names() {
                object.insert(name.to_owned(), least_within(record.field(name), left)?);
            }
            Some(Value::Object(object))
        }
    }
}

fn size_of(value: &Value) -> u64 {
    match value {
        Value::String(text) => 1 + text.len() as u64,
        Value::Array(list) => 1 + list.iter().map(size_of).sum::<u64>(),
        Value::Object(object) => 1 + object.iter().map(|(k, v)| k.len() as u64 + size_of(v)).sum::<u64>(),
        _ => 1,
    }
}

/// Edge values, varied to `depth` levels and smallest below.
fn edges(node: &Node, depth: usize) -> Vec<Value> {
    if depth == 0 {
        return least(node).into_iter().collect();
    }
    let mut all = Vec::new();
    for shape in node.shapes().iter().take(MAX_SPREAD) {
        match shape {
            Shape::Exact(value) => all.push(value.clone()),
            Shape::Number(numbers) => all.extend(numbers.edges().into_iter().map(number)),
            Shape::Text(lengths) => all.extend(text_edges(*lengths)),
            Shape::List(lengths, items) => all.extend(list_edges(*lengths, items, depth)),
            Shape::Record(record) => all.extend(record_edges(record, depth)),
        }
        all.truncate(MAX_SPREAD);
    }
    all
}

fn text_edges(lengths: Lengths) -> Vec<Value> {
    let near = [lengths.min, lengths.min.saturating_add(1), lengths.max.saturating_sub(1), lengths.max, 3];
    // two bytes each, so that counting bytes instead of characters would be noticed
    near.iter()
        .filter(|n| **n <= 400 && lengths.contains(usize::try_from(**n).unwrap_or(usize::MAX)))
        .filter_map(|n| text_of("é", *n))
        .collect()
}

fn list_edges(lengths: Lengths, items: &Node, depth: usize) -> Vec<Value> {
    let inner = edges(items, depth - 1);
    let near = [lengths.min, lengths.min.saturating_add(1), lengths.max, 2];
    let mut all: Vec<Value> = Vec::new();
    for n in
        near.into_iter().filter(|n| *n <= 60 && lengths.contains(usize::try_from(*n).unwrap_or(usize::MAX)))
    {
        let count = usize::try_from(n).unwrap_or(0);
        if count == 0 {
            all.push(Value::Array(Vec::new()));
        }
        if inner.is_empty() || count == 0 {
            continue;
        }
        for start in 0..inner.len().min(8) {
            all.push(Value::Array(inner.iter().cycle().skip(start).take(count).cloned().collect()));
        }
    }
    all.extend(list_of(&least(items).unwrap_or(Value::Null), lengths.min));
    all
}

fn record_edges(record: &Record, depth: usize) -> Vec<Value> {
    let Some(Value::Object(base)) = least_shape(&Shape::Record(record.clone())) else { return Vec::new() };
    let mut full = base.clone();
    let mut all = vec![Value::Object(base.clone())];
    for (name, node) in record.fields.iter() {
        for value in edges(node, depth - 1) {
            let mut one = base.clone();
            one.insert(name.to_owned(), value.clone());
            all.push(Value::Object(one));
            full.insert(name.to_owned(), value);
        }
        all.push(Value::Object(full.clone()));
    }
    if record.open {
        let mut more = full;
        more.insert(fresh_name(&[record]), Value::Bool(true));
        all.push(Value::Object(more));
    }
    all
}

/// A field name that none of the records declares.
pub(super) fn fresh_name(records: &[&Record]) -> String {
    let mut name = "other".to_owned();
    while records.iter().any(|r| r.fields.contains(&name) || r.required.contains(&name)) {
        name.push('_');
    }
    name
}

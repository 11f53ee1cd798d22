//! JSON to template values by our own hand. The engine's serde support must never be used: with `serde_json`'s
//! `arbitrary_precision` switched on anywhere in the binary, every number would reach templates as an object
//! (`{'$serde_json::private::Number': '30'}`). A test keeps the way closed.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};
use serde_json::Value as Json;

use crate::limits::{LimitKind, Limits};
use crate::lower::{CONSTANTS, METER};
use crate::meter::Meter;
use crate::text::key_order;

/// A list.
#[derive(Debug)]
pub(super) struct List(pub(super) Box<[Value]>);

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get(key.as_usize()?).cloned()
    }

    fn get_value_by_str(self: &Arc<Self>, _: &str) -> Option<Value> {
        None
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }
}

/// An object, its keys in the order of RFC 8785. Keys are values, for the engine keeps short texts without memory of
/// their own.
#[derive(Debug)]
pub(super) struct Map(Box<[(Value, Value)]>);

/// Up to this size a walk is faster than a search.
const WALK: usize = 8;

impl Map {
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        if self.0.len() <= WALK {
            return self.iter().find(|(k, _)| *k == key).map(|(_, v)| v);
        }
        let at = self.0.binary_search_by(|(k, _)| key_order(text(k), key)).ok()?;
        self.0.get(at).map(|(_, v)| v)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(k, v)| (text(k), v))
    }
}

/// The text of a key.
fn text(key: &Value) -> &str {
    key.as_str().unwrap_or_default()
}

impl Object for Map {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get(key.as_str()?).cloned()
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.get(key).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.iter().map(|(k, _)| k.clone()).collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.0.len())
    }
}

/// What templates see: inputs, passages, constants and, under a name they cannot write, the meter.
#[derive(Debug)]
pub(crate) struct Root {
    /// What is the same in every rendering.
    pub(crate) known: Arc<Known>,
    /// The inputs that templates read, converted, each at the place of its name in [`Known::wanted`].
    pub(crate) inputs: Converted,
    /// The variable of the passages, and the passages.
    pub(crate) passages: Option<(Box<str>, Value)>,
    /// The counters of this rendering, a [`Meter`].
    pub(crate) meter: Value,
}

/// What templates may ask for beside what a rendering is given.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The top-level inputs that any template mentions, in order.
    pub(crate) wanted: Box<[Box<str>]>,
    /// A table of constants for every member of the closure.
    pub(crate) constants: Box<[Value]>,
}

impl Known {
    fn place(&self, name: &str) -> Option<usize> {
        self.wanted.binary_search_by(|wanted| (**wanted).cmp(name)).ok()
    }
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key.starts_with("__") {
            if key == METER {
                return Some(self.meter.clone());
            }
            return self.known.constants.get(key.strip_prefix(CONSTANTS)?.parse::<usize>().ok()?).cloned();
        }
        if let Some((name, passages)) = &self.passages
            && **name == *key
        {
            return Some(passages.clone());
        }
        self.inputs.0.get(self.known.place(key)?)?.clone()
    }
}

/// The counters are an object of the engine, so that filters find them.
impl Object for Meter {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

/// Top-level inputs, converted; none where nothing was given.
#[derive(Debug)]
pub(crate) struct Converted(Box<[Option<Value>]>);

/// Measures and converts: the limits are checked for all of `json`, but only fields that are wanted are converted.
pub(crate) fn convert(json: &Json, known: &Known, budget: &mut Budget) -> Result<Converted, LimitKind> {
    budget.measure(json, 0)?;
    let mut inputs: Box<[Option<Value>]> = known.wanted.iter().map(|_| None).collect();
    for (name, json) in json.as_object().into_iter().flatten() {
        if let Some(place) = known.place(name).and_then(|at| inputs.get_mut(at)) {
            *place = Some(value(json));
        }
    }
    Ok(Converted(inputs))
}

/// Measures and converts a list.
pub(crate) fn convert_list(items: &[Json], budget: &mut Budget) -> Result<Value, LimitKind> {
    items.iter().try_for_each(|item| budget.measure(item, 0))?;
    Ok(Value::from_object(List(items.iter().map(value).collect())))
}

/// Converts a table of constants, which is the author's own and bounded by the size of an artifact.
pub(crate) fn table<'j>(fields: impl Iterator<Item = (&'j str, &'j Json)>) -> Value {
    Value::from_object(map(fields))
}

/// The counters for [`Root`].
pub(crate) fn shared_meter(meter: &Arc<Meter>) -> Value {
    Value::from_dyn_object(Arc::clone(meter))
}

/// Converts a value that was measured.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(b) => Value::from(*b),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(n), _) => Value::from(n),
            (None, Some(n)) => Value::from(n),
            (None, None) => Value::from(number.as_f64().unwrap_or(0.0)),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from_object(List(items.iter().map(value).collect())),
        Json::Object(fields) => Value::from_object(map(fields.iter().map(|(k, v)| (k.as_str(), v)))),
    }
}

fn map<'j>(fields: impl Iterator<Item = (&'j str, &'j Json)>) -> Map {
    let mut pairs: Vec<(Value, Value)> = fields.map(|(k, v)| (Value::from(k), value(v))).collect();
    pairs.sort_by(|(a, _), (b, _)| key_order(text(a), text(b)));
    Map(pairs.into_boxed_slice())
}

/// What is left of the limits on data.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes: usize,
    values: usize,
    depth: usize,
}

impl Budget {
    pub(crate) const fn new(limits: &Limits) -> Self {
        Self { bytes: limits.input_bytes, values: limits.input_values, depth: limits.depth }
    }

    /// Takes `json` from the budget.
    pub(crate) fn measure(&mut self, json: &Json, depth: usize) -> Result<(), LimitKind> {
        if depth > self.depth {
            return Err(LimitKind::InputDepth);
        }
        let bytes = match json {
            Json::Null | Json::Bool(_) => 4,
            Json::Number(_) => 8,
            Json::String(text) => text.len() + 2,
            Json::Array(items) => items.len() + 2,
            Json::Object(fields) => fields.keys().map(|k| k.len() + 4).sum::<usize>() + 2,
        };
        self.bytes = self.bytes.checked_sub(bytes).ok_or(LimitKind::InputBytes)?;
        self.values = self.values.checked_sub(1).ok_or(LimitKind::InputValues)?;
        match json {
            Json::Array(items) => items.iter().try_for_each(|item| self.measure(item, depth + 1)),
            Json::Object(fields) => fields.values().try_for_each(|item| self.measure(item, depth + 1)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;

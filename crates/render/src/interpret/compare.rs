//! Comparisons of the reference renderer.

use std::cmp::Ordering;

use serde_json::{Map, Value as Json};

use super::Reason;
use super::value::Val;
use crate::meter::{COMPARISON, Meter};
use crate::syntax::CompareOp;
use crate::text::compare_numbers;

/// Whether `a op b` holds; neither is missing.
pub(super) fn holds(op: CompareOp, a: &Val<'_>, b: &Val<'_>, meter: &Meter) -> Result<bool, Reason> {
    match op {
        CompareOp::Eq => equal(a, b, meter),
        CompareOp::Ne => Ok(!equal(a, b, meter)?),
        CompareOp::Lt => Ok(order(a, b, meter)? == Ordering::Less),
        CompareOp::Le => Ok(order(a, b, meter)? != Ordering::Greater),
        CompareOp::Gt => Ok(order(a, b, meter)? == Ordering::Greater),
        CompareOp::Ge => Ok(order(a, b, meter)? != Ordering::Less),
        CompareOp::In => contains(a, b, meter),
        CompareOp::NotIn => Ok(!contains(a, b, meter)?),
    }
}

fn equal(a: &Val<'_>, b: &Val<'_>, meter: &Meter) -> Result<bool, Reason> {
    meter.compare(COMPARISON)?;
    if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
        if a.len() == b.len() {
            meter.compare(a.len())?;
        }
        return Ok(a == b);
    }
    if let (Some(a), Some(b)) = (a.as_number(), b.as_number()) {
        return Ok(compare_numbers(a, b).is_eq());
    }
    if let (Some(a), Some(b)) = (a.items(), b.items()) {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (a, b) in a.iter().zip(&b) {
            if matches!(a, Val::Undefined) || matches!(b, Val::Undefined) {
                return Err(Reason::Type("a list with a missing element is compared".to_owned()));
            }
            if !equal(a, b, meter)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    match (a, b) {
        (Val::Null, Val::Null) => Ok(true),
        (Val::Bool(a), Val::Bool(b)) => Ok(a == b),
        (Val::Map(a), Val::Map(b)) => same_fields(a, b, meter),
        _ => Ok(false),
    }
}

fn same_fields(a: &Map<String, Json>, b: &Map<String, Json>, meter: &Meter) -> Result<bool, Reason> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (key, value) in a {
        meter.compare(key.len())?;
        match b.get(key) {
            Some(other) if equal(&Val::of(value), &Val::of(other), meter)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn order(a: &Val<'_>, b: &Val<'_>, meter: &Meter) -> Result<Ordering, Reason> {
    meter.compare(COMPARISON)?;
    if let (Some(a), Some(b)) = (a.as_number(), b.as_number()) {
        return Ok(compare_numbers(a, b));
    }
    if let (Some(x), Some(y)) = (a.as_str(), b.as_str()) {
        meter.compare(x.len().min(y.len()))?;
        return Ok(x.cmp(y));
    }
    Err(Reason::Type(format!("{} cannot be ordered against {}", a.name(), b.name())))
}

fn contains(needle: &Val<'_>, holder: &Val<'_>, meter: &Meter) -> Result<bool, Reason> {
    meter.compare(COMPARISON)?;
    if let Some(items) = holder.items() {
        for item in &items {
            if matches!(item, Val::Undefined) {
                return Err(Reason::Type("a list with a missing element is searched".to_owned()));
            }
            if equal(needle, item, meter)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    match (needle.as_str(), holder.as_str(), holder) {
        (Some(part), Some(text), _) => {
            meter.compare(text.len().saturating_add(part.len()))?;
            Ok(text.contains(part))
        }
        (Some(key), None, Val::Map(fields)) => {
            meter.compare(fields.keys().map(String::len).sum())?;
            Ok(fields.contains_key(key))
        }
        _ => Err(Reason::Type(format!("{} cannot be looked for in {}", needle.name(), holder.name()))),
    }
}

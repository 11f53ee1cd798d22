//! Comparisons, counted by the bytes they look at.

use std::cmp::Ordering;

use minijinja::{Error, Value};

use super::filters::fault;
use super::kind::{Kind, kind, within};
use crate::meter::{COMPARISON, Meter};
use crate::text::compare_numbers;

/// `==`: equal kind and content; numbers by value; lists by order; objects by fields.
pub(super) fn equal(a: &Value, b: &Value, meter: &Meter) -> Result<bool, Error> {
    within(meter.compare(COMPARISON))?;
    Ok(match (kind(a), kind(b)) {
        (Kind::Undefined, _) | (_, Kind::Undefined) => return Err(fault("a missing value is compared")),
        (Kind::None, Kind::None) => true,
        (Kind::Bool(a), Kind::Bool(b)) => a == b,
        (Kind::Number(a), Kind::Number(b)) => compare_numbers(a, b) == Ordering::Equal,
        (Kind::Str(a), Kind::Str(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            within(meter.compare(a.len()))?;
            a == b
        }
        (Kind::List(a), Kind::List(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (a, b) in a.iter().zip(b.iter()) {
                if !equal(&a, &b, meter)? {
                    return Ok(false);
                }
            }
            true
        }
        (Kind::Map(a), Kind::Map(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for ((key, a), (other, b)) in a.iter().zip(b.iter()) {
                within(meter.compare(key.len()))?;
                if key != other || !equal(a, b, meter)? {
                    return Ok(false);
                }
            }
            true
        }
        _ => false,
    })
}

/// `<` and its kin: two numbers, or two texts by code points.
pub(super) fn order(a: &Value, b: &Value, meter: &Meter) -> Result<Ordering, Error> {
    within(meter.compare(COMPARISON))?;
    match (kind(a), kind(b)) {
        (Kind::Number(a), Kind::Number(b)) => Ok(compare_numbers(a, b)),
        (Kind::Str(a), Kind::Str(b)) => {
            within(meter.compare(a.len().min(b.len())))?;
            Ok(a.cmp(b))
        }
        (a, b) => Err(fault(format!("{} cannot be ordered against {}", a.name(), b.name()))),
    }
}

/// `in`: an element of a list, a part of a text, a field of an object.
pub(super) fn contains(needle: &Value, holder: &Value, meter: &Meter) -> Result<bool, Error> {
    within(meter.compare(COMPARISON))?;
    match (kind(needle), kind(holder)) {
        (Kind::Undefined, _) => Err(fault("a missing value is looked for")),
        (_, Kind::List(items)) => {
            for item in items.iter() {
                if equal(needle, &item, meter)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        (Kind::Str(part), Kind::Str(text)) => {
            within(meter.compare(text.len().saturating_add(part.len())))?;
            Ok(text.contains(part))
        }
        (Kind::Str(key), Kind::Map(map)) => {
            within(meter.compare(map.iter().map(|(k, _)| k.len()).sum()))?;
            Ok(map.get(key).is_some())
        }
        (needle, holder) => {
            Err(fault(format!("{} cannot be looked for in {}", needle.name(), holder.name())))
        }
    }
}

/// Whether a number or text is so ordered.
pub(super) fn ordered(
    wanted: fn(Ordering) -> bool,
) -> impl Fn(&Value, &Value, &Meter) -> Result<bool, Error> + Copy {
    move |a, b, meter| order(a, b, meter).map(wanted)
}

//! Filters of the reference renderer.

use serde_json::Value as Json;

use super::Reason;
use super::value::Val;
use crate::meter::Meter;
use crate::syntax::Filter;
use crate::text::{key_order, write_json_string};

/// Applies a filter.
pub(super) fn apply<'a>(
    filter: &Filter,
    value: Val<'a>,
    argument: Option<Val<'a>>,
    meter: &Meter,
) -> Result<Val<'a>, Reason> {
    if let Filter::Default(_) = filter {
        return Ok(match value {
            Val::Undefined | Val::Null => argument.unwrap_or(Val::Undefined),
            value => value,
        });
    }
    if matches!(value, Val::Undefined) {
        return Err(Reason::Missing(String::new()));
    }
    match filter {
        Filter::Default(_) => Ok(value),
        Filter::Upper => changed(&value, "upper", str::to_uppercase, meter),
        Filter::Lower => changed(&value, "lower", str::to_lowercase, meter),
        Filter::Trim => changed(&value, "trim", |text| text.trim().to_owned(), meter),
        Filter::Length => length(&value, meter),
        Filter::Join(_) => join(&value, argument.as_ref(), meter),
        Filter::Json => {
            let mut out = String::new();
            json(&value, &mut out, meter)?;
            Ok(Val::Text(out.into()))
        }
    }
}

fn changed<'a>(
    value: &Val<'a>,
    name: &str,
    change: fn(&str) -> String,
    meter: &Meter,
) -> Result<Val<'a>, Reason> {
    let Some(text) = value.as_str() else {
        return Err(Reason::Type(format!("`{name}` takes a text, not {}", value.name())));
    };
    meter.filter(text.len())?;
    let new = change(text);
    meter.filter(new.len().saturating_sub(text.len()))?;
    Ok(Val::Text(new.into()))
}

fn length<'a>(value: &Val<'a>, meter: &Meter) -> Result<Val<'a>, Reason> {
    let length = match value {
        Val::List(items) => items.len(),
        Val::Slice(items) => items.len(),
        Val::Map(fields) => fields.len(),
        other => match other.as_str() {
            Some(text) => {
                meter.compare(text.len())?;
                text.chars().count()
            }
            None => {
                return Err(Reason::Type(format!(
                    "`length` takes a list, object or text, not {}",
                    other.name()
                )));
            }
        },
    };
    Ok(Val::Int(length as i128))
}

fn join<'a>(value: &Val<'a>, separator: Option<&Val<'a>>, meter: &Meter) -> Result<Val<'a>, Reason> {
    let Some(items) = value.items() else {
        return Err(Reason::Type(format!("`join` takes a list, not {}", value.name())));
    };
    let separator = match separator {
        None => "",
        Some(given) => {
            given.as_str().ok_or_else(|| Reason::Type("the argument of `join` is a text".to_owned()))?
        }
    };
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            meter.filter(separator.len())?;
            out.push_str(separator);
        }
        let text = item.print().map_err(|_| {
            Reason::Type(format!("`join` takes a list of plain values; this one holds {}", item.name()))
        })?;
        meter.filter(text.len())?;
        out.push_str(&text);
    }
    Ok(Val::Text(out.into()))
}

fn json(value: &Val<'_>, out: &mut String, meter: &Meter) -> Result<(), Reason> {
    let before = out.len();
    match value {
        Val::Undefined => return Err(Reason::Type("a missing value has no JSON".to_owned())),
        Val::Null => out.push_str("null"),
        Val::Str(text) => push_string(out, text),
        Val::Text(text) => push_string(out, text),
        Val::Bool(_) | Val::Int(_) | Val::Float(_) => out.push_str(&value.print()?),
        Val::List(_) | Val::Slice(_) => {
            let items = value.items().unwrap_or_default();
            return sequence(out, meter, ('[', ']'), items.len(), |out, index| {
                json(&items[index], out, meter)
            });
        }
        Val::Map(fields) => {
            let mut sorted: Vec<(&String, &Json)> = fields.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| key_order(a, b));
            return sequence(out, meter, ('{', '}'), sorted.len(), |out, index| {
                let (key, value) = sorted[index];
                let start = out.len();
                push_string(out, key);
                out.push(':');
                meter.filter(out.len() - start)?;
                json(&Val::of(value), out, meter)
            });
        }
    }
    meter.filter(out.len() - before)?;
    Ok(())
}

fn push_string(out: &mut String, text: &str) {
    // Writing into a String cannot fail.
    let _ = write_json_string(out, text);
}

fn sequence(
    out: &mut String,
    meter: &Meter,
    ends: (char, char),
    count: usize,
    mut element: impl FnMut(&mut String, usize) -> Result<(), Reason>,
) -> Result<(), Reason> {
    meter.filter(2 + count.saturating_sub(1))?;
    out.push(ends.0);
    for index in 0..count {
        if index > 0 {
            out.push(',');
        }
        element(out, index)?;
    }
    out.push(ends.1);
    Ok(())
}

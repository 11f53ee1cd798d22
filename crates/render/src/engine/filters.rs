//! The filters of the subset and our helpers behind loops, indexes and comparisons.

use std::cmp::Ordering;
use std::fmt::{self, Write};
use std::sync::Arc;

use minijinja::{Environment, Error, ErrorKind, Output, State, Value};

use super::compare::{contains, equal, ordered};
use super::kind::{Kind, Passes, kind, within};
use crate::lower::METER;
use crate::meter::{Meter, Tripped};
use crate::text::{Number, write_json_string, write_number};

/// The engine's error for a limit.
pub(super) fn limit(tripped: Tripped) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("limit reached: {:?}", tripped.0))
}

/// The engine's error for a value that does not fit.
pub(super) fn fault(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

fn meter(state: &State) -> Result<Arc<Meter>, Error> {
    state
        .lookup(METER)
        .and_then(|value| value.downcast_object::<Meter>())
        .ok_or_else(|| fault("the counters are missing"))
}

/// Adds everything to the engine.
pub(super) fn register(engine: &mut Environment<'static>) {
    engine.add_filter(
        "default",
        |value: Value, other: Value| {
            if value.is_undefined() || value.is_none() { other } else { value }
        },
    );
    engine
        .add_filter("upper", |state: &State, value: Value| mapped(state, &value, "upper", str::to_uppercase));
    engine
        .add_filter("lower", |state: &State, value: Value| mapped(state, &value, "lower", str::to_lowercase));
    engine.add_filter("trim", |state: &State, value: Value| {
        mapped(state, &value, "trim", |s| s.trim().to_owned())
    });
    engine
        .add_filter("join", |state: &State, value: Value, separator: Value| join(state, &value, &separator));
    engine.add_filter("length", |state: &State, value: Value| length(state, &value));
    engine.add_filter("json", |state: &State, value: Value| json(state, &value));
    engine.add_filter("__iter", |state: &State, value: Value| passes(state, &value));
    engine.add_filter("__item", |value: Value, key: Value| item(&value, &key));
    comparison(engine, "__eq", equal);
    comparison(engine, "__ne", |a, b, m| equal(a, b, m).map(|same| !same));
    comparison(engine, "__lt", ordered(Ordering::is_lt));
    comparison(engine, "__le", ordered(Ordering::is_le));
    comparison(engine, "__gt", ordered(Ordering::is_gt));
    comparison(engine, "__ge", ordered(Ordering::is_ge));
    comparison(engine, "__in", contains);
    comparison(engine, "__nin", |a, b, m| contains(a, b, m).map(|found| !found));
}

fn comparison(
    engine: &mut Environment<'static>,
    name: &'static str,
    compare: impl Fn(&Value, &Value, &Meter) -> Result<bool, Error> + Send + Sync + 'static,
) {
    engine.add_filter(name, move |state: &State, a: Value, b: Value| compare(&a, &b, &*meter(state)?));
}

/// Prints a value: see [`crate::text`].
pub(super) fn print(out: &mut Output<'_>, value: &Value) -> Result<(), Error> {
    match kind(value) {
        Kind::Str(text) => out.write_str(text)?,
        Kind::Undefined => return Err(Error::from(ErrorKind::UndefinedError)),
        Kind::List(_) | Kind::Map(_) | Kind::Other => {
            return Err(fault(format!("{} cannot be printed", kind(value).name())));
        }
        plain => write_plain(out, &plain)?,
    }
    Ok(())
}

/// Writes everything but lists and objects.
fn write_plain(out: &mut impl Write, value: &Kind<'_>) -> fmt::Result {
    match value {
        Kind::Bool(value) => out.write_str(if *value { "true" } else { "false" }),
        // Few whole numbers need the longer way.
        Kind::Number(Number::Int(value)) => match i64::try_from(*value) {
            Ok(short) => write!(out, "{short}"),
            Err(_) => write!(out, "{value}"),
        },
        Kind::Number(Number::Float(value)) => write_number(out, *value),
        Kind::Str(text) => out.write_str(text),
        _ => Ok(()),
    }
}

fn mapped(state: &State, value: &Value, name: &str, change: fn(&str) -> String) -> Result<Value, Error> {
    let Kind::Str(text) = kind(value) else {
        return Err(fault(format!("`{name}` takes a text, not {}", kind(value).name())));
    };
    let meter = meter(state)?;
    within(meter.filter(text.len()))?;
    let changed = change(text);
    // Upper case can be longer than lower case.
    within(meter.filter(changed.len().saturating_sub(text.len())))?;
    Ok(Value::from(changed))
}

fn join(state: &State, value: &Value, separator: &Value) -> Result<Value, Error> {
    let Kind::List(items) = kind(value) else {
        return Err(fault(format!("`join` takes a list, not {}", kind(value).name())));
    };
    let Kind::Str(separator) = kind(separator) else {
        return Err(fault("the argument of `join` is a text"));
    };
    let meter = meter(state)?;
    let mut out = Bounded { text: String::new(), meter: &meter };
    for (index, element) in items.iter().enumerate() {
        if index > 0 {
            out.write_str(separator).map_err(|_| out.stopped())?;
        }
        let written = match kind(&element) {
            Kind::Undefined | Kind::List(_) | Kind::Map(_) | Kind::Other => {
                return Err(fault("`join` takes a list of plain values"));
            }
            plain => write_plain(&mut out, &plain),
        };
        written.map_err(|_| out.stopped())?;
    }
    Ok(Value::from(out.text))
}

fn length(state: &State, value: &Value) -> Result<Value, Error> {
    Ok(Value::from(match kind(value) {
        Kind::Str(text) => {
            within(meter(state)?.compare(text.len()))?;
            text.chars().count()
        }
        Kind::List(items) => items.len(),
        Kind::Map(map) => map.len(),
        other => return Err(fault(format!("`length` takes a list, object or text, not {}", other.name()))),
    }))
}

fn json(state: &State, value: &Value) -> Result<Value, Error> {
    let meter = meter(state)?;
    let mut out = Bounded { text: String::new(), meter: &meter };
    write_json(&mut out, value)?;
    Ok(Value::from(out.text))
}

fn write_json(out: &mut Bounded<'_>, value: &Value) -> Result<(), Error> {
    let written = match kind(value) {
        Kind::Undefined | Kind::Other => return Err(fault("a missing value has no JSON")),
        Kind::None => out.write_str("null"),
        Kind::Str(text) => write_json_string(out, text),
        Kind::List(items) => {
            let mut written = out.write_char('[');
            for (index, element) in items.iter().enumerate() {
                if index > 0 {
                    written = written.and_then(|()| out.write_char(','));
                }
                written.map_err(|_| out.stopped())?;
                write_json(out, &element)?;
                written = Ok(());
            }
            written.and_then(|()| out.write_char(']'))
        }
        Kind::Map(map) => {
            let mut written = out.write_char('{');
            for (index, (key, element)) in map.iter().enumerate() {
                if index > 0 {
                    written = written.and_then(|()| out.write_char(','));
                }
                written =
                    written.and_then(|()| write_json_string(out, key)).and_then(|()| out.write_char(':'));
                written.map_err(|_| out.stopped())?;
                write_json(out, element)?;
                written = Ok(());
            }
            written.and_then(|()| out.write_char('}'))
        }
        plain => write_plain(out, &plain),
    };
    written.map_err(|_| out.stopped())
}

/// A text that grows only while the meter allows it.
struct Bounded<'m> {
    text: String,
    meter: &'m Meter,
}

impl Bounded<'_> {
    fn stopped(&self) -> Error {
        self.meter.tripped().map_or_else(|| fault("writing failed"), |kind| limit(Tripped(kind)))
    }
}

impl Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.meter.filter(text.len()).map_err(|_| fmt::Error)?;
        self.text.push_str(text);
        Ok(())
    }
}

fn passes(state: &State, value: &Value) -> Result<Value, Error> {
    match kind(value) {
        Kind::List(_) | Kind::None => {
            Ok(Value::from_object(Passes { list: value.clone(), meter: meter(state)? }))
        }
        other => Err(fault(format!("`for` loops over a list, not {}", other.name()))),
    }
}

fn item(value: &Value, key: &Value) -> Result<Value, Error> {
    Ok(match (kind(value), kind(key)) {
        (Kind::Undefined, _) => return Err(fault("a missing value has no elements")),
        (Kind::List(items), Kind::Number(Number::Int(index))) => {
            usize::try_from(index).ok().and_then(|index| items.get(index))
        }
        (Kind::Map(map), Kind::Str(key)) => map.get(key).cloned(),
        _ => None,
    }
    .unwrap_or(Value::UNDEFINED))
}

//! Events as the kind and body of an entry, and back; the same for every ledger.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::EventError;
use crate::ledger::Body;

mod text;

/// The largest integer that RFC 8785 writes exactly: 2^53 - 1. A larger one would be rounded without a word, and
/// the entry would say something else than was decided.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Kind and body of an event whose type is tagged by `kind` with its content in `body`.
pub(crate) fn encode<E: Serialize>(event: &E) -> Result<(String, Value), EventError> {
    let fail = |kind: &str, reason: String| EventError { kind: kind.to_owned(), reason };
    let value = serde_json::to_value(event).map_err(|e| fail("unknown", e.to_string()))?;
    let Value::Object(mut map) = value else { return Err(fail("unknown", "an event is an object".into())) };
    match (map.remove("kind"), map.remove("body")) {
        (Some(Value::String(kind)), Some(body)) => match unfit(&body, "body") {
            None => Ok((kind, body)),
            Some(reason) => Err(fail(&kind, reason)),
        },
        _ => Err(fail("unknown", "an event has a kind and a body".into())),
    }
}

/// The event of this kind and body.
pub(crate) fn decode<E: DeserializeOwned>(kind: &str, body: &Value) -> Result<E, EventError> {
    serde_json::from_value(serde_json::json!({ "kind": kind, "body": body }))
        .map_err(|e| EventError { kind: kind.to_owned(), reason: e.to_string() })
}

/// The same of an entry's body as it was read, which mostly is text still.
pub(crate) fn read<E: DeserializeOwned>(kind: &str, body: &Body<'_>) -> Result<E, EventError> {
    match body.text().and_then(|body| text::decode(kind, body).ok()) {
        Some(event) => Ok(event),
        // Whoever reads errors is told the same, whatever the way.
        None => decode(kind, &body.value()),
    }
}

/// The first number that an entry must not hold, with its place.
fn unfit(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::Number(n) if n.is_f64() => Some(format!("`{path}` is {n}; an entry holds whole numbers only")),
        Value::Number(n) => {
            let size = n.as_u64().or_else(|| n.as_i64().map(i64::unsigned_abs));
            let fits = size.is_some_and(|s| s <= MAX_INTEGER);
            (!fits).then(|| format!("`{path}` is {n}; an entry holds numbers up to {MAX_INTEGER} (2^53-1)"))
        }
        Value::Array(items) => items.iter().enumerate().find_map(|(i, v)| unfit(v, &format!("{path}[{i}]"))),
        Value::Object(fields) => fields.iter().find_map(|(k, v)| unfit(v, &format!("{path}.{k}"))),
        Value::Null | Value::Bool(_) | Value::String(_) => None,
    }
}

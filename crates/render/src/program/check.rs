//! The form of what a caller gives, as far as templates depend on it.

use serde_json::Value;

use crate::render::RenderError;

fn wrong(message: String) -> RenderError {
    RenderError::Data { message }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Inputs are an object, or null for none.
pub(super) fn inputs(inputs: &Value) -> Result<(), RenderError> {
    if inputs.is_object() || inputs.is_null() {
        return Ok(());
    }
    Err(wrong(format!("inputs are one JSON object; {} was given", kind(inputs))))
}

/// Passages are objects with the fields that templates may count on; only a prompt that retrieves takes any.
pub(super) fn passages(passages: &[Value], into: Option<&str>) -> Result<(), RenderError> {
    if into.is_none() && !passages.is_empty() {
        return Err(wrong("passages were given, but the prompt retrieves nothing".to_owned()));
    }
    for (index, passage) in passages.iter().enumerate() {
        for field in ["id", "text"] {
            match passage.get(field) {
                Some(Value::String(_)) => {}
                Some(other) => {
                    let message = format!("passage {index}: `{field}` is a text, not {}", kind(other));
                    return Err(wrong(message));
                }
                None => return Err(wrong(format!("passage {index} has no field `{field}`"))),
            }
        }
        if let Some(other) = passage.get("score").filter(|score| !score.is_number()) {
            return Err(wrong(format!("passage {index}: `score` is a number, not {}", kind(other))));
        }
    }
    Ok(())
}

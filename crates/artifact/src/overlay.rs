//! Field patches: what a tenant, brand or region may set differently, and nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diagnostic::Severity;
use crate::files::{Overridable, parse_overridable};
use crate::model::{Artifact, ConstantType, Message, Retrieval};
use crate::text::{normal, scan};

/// New values by field path, such as `constants.tone` or `model.params.temperature`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Patch(pub BTreeMap<String, Value>);

/// A field that cannot be patched like that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {because}")]
pub struct PatchError {
    /// The field.
    pub path: String,
    /// Why not, and what would do.
    pub because: String,
}

/// The artifact with the patch applied.
///
/// # Errors
/// Every field that the artifact does not list under `overridable`, that does not exist, or whose new value has
/// the wrong type.
pub fn apply(artifact: &Artifact, patch: &Patch) -> Result<Artifact, Vec<PatchError>> {
    let mut patched = artifact.clone();
    let mut errors = Vec::new();
    for (path, value) in &patch.0 {
        let done = if artifact.overridable.contains(path) {
            set(&mut patched, path, value)
        } else {
            let allowed = artifact.overridable.iter().cloned().collect::<Vec<_>>().join(", ");
            let allowed = if allowed.is_empty() { "none".to_owned() } else { allowed };
            Err(format!("not a field that may be overridden; this prompt allows: {allowed}"))
        };
        if let Err(because) = done {
            errors.push(PatchError { path: path.clone(), because });
        }
    }
    if errors.is_empty() { Ok(patched) } else { Err(errors) }
}

/// The present value of a field that may be overridden; `None` if the path names no such field of this artifact.
#[must_use]
pub fn get(artifact: &Artifact, path: &str) -> Option<Value> {
    let field = parse_overridable(path).filter(|f| f.exists_in(artifact))?;
    let retrieval = artifact.retrieval.as_ref();
    let model = artifact.model.as_ref();
    match field {
        Overridable::Title => Some(artifact.title.clone().into()),
        Overridable::Body => artifact.body.clone().map(Value::from),
        Overridable::Constant(name) => artifact.constants.get(&name).map(|c| c.value.clone()),
        Overridable::ModelAllow => model.and_then(|m| serde_json::to_value(&m.allow).ok()),
        Overridable::ModelParam(name) => model?.params.get(&name).cloned(),
        Overridable::Retrieval(key) => retrieval.map(|r| match key {
            "index" => r.index.clone().into(),
            "query" => r.query.clone().into(),
            "top_k" => r.top_k.into(),
            _ => r.min_score.map_or(Value::Null, Value::from),
        }),
        Overridable::RetrievalFilter(name) => retrieval?.filters.get(&name).cloned().map(Value::from),
        Overridable::Integration(name) => artifact.integration.get(&name).cloned(),
        Overridable::MessageText(i) => match artifact.messages.get(i)? {
            Message::Text { text, .. } => Some(text.clone().into()),
            Message::Placeholder { .. } => None,
        },
    }
}

const NO_FIELD: &str = "there is no such field in this version";

fn set(artifact: &mut Artifact, path: &str, value: &Value) -> Result<(), String> {
    let field = parse_overridable(path).filter(|f| f.exists_in(artifact)).ok_or(NO_FIELD)?;
    check_texts(value)?;
    match field {
        Overridable::Title => artifact.title = text(value)?,
        Overridable::Body => artifact.body = Some(text(value)?),
        Overridable::Constant(name) => {
            let constant = artifact.constants.get_mut(&name).ok_or(NO_FIELD)?;
            if !fits(constant.kind, value) {
                return Err(format!("must be {}", kind_name(constant.kind)));
            }
            constant.value = value.clone();
        }
        Overridable::ModelAllow => {
            let allow = serde_json::from_value(value.clone()).map_err(|_| "must be a list of model ids")?;
            artifact.model.as_mut().ok_or(NO_FIELD)?.allow = allow;
        }
        Overridable::ModelParam(name) => {
            artifact.model.as_mut().ok_or(NO_FIELD)?.params.insert(name, value.clone());
        }
        Overridable::Retrieval(key) => {
            set_retrieval(artifact.retrieval.as_mut().ok_or(NO_FIELD)?, key, value)?;
        }
        Overridable::RetrievalFilter(name) => {
            artifact.retrieval.as_mut().ok_or(NO_FIELD)?.filters.insert(name, text(value)?);
        }
        Overridable::Integration(name) => {
            artifact.integration.insert(name, value.clone());
        }
        Overridable::MessageText(i) => {
            let new = text(value)?;
            if let Some(Message::Text { text, .. }) = artifact.messages.get_mut(i) {
                *text = new;
            }
        }
    }
    Ok(())
}

fn set_retrieval(retrieval: &mut Retrieval, key: &str, value: &Value) -> Result<(), String> {
    match key {
        "index" => retrieval.index = text(value)?,
        "query" => retrieval.query = text(value)?,
        "top_k" => {
            let number = value.as_u64().and_then(|n| u32::try_from(n).ok());
            retrieval.top_k = number.ok_or("must be a whole number, 0 or more")?;
        }
        _ => {
            if !value.is_null() && !value.is_number() {
                return Err("must be a number or null".into());
            }
            retrieval.min_score = value.as_f64();
        }
    }
    Ok(())
}

/// A text in the form that files have it in.
fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(|t| normal(t).into_owned()).ok_or_else(|| "must be a text".to_owned())
}

/// Texts obey the same hygiene as texts in files: no invisible characters, no secrets.
fn check_texts(value: &Value) -> Result<(), String> {
    match value {
        Value::String(text) => {
            match scan(&normal(text)).into_iter().find(|d| d.severity == Severity::Error) {
                Some(found) => Err(format!("{} [{}]", found.message, found.rule)),
                None => Ok(()),
            }
        }
        Value::Array(items) => items.iter().try_for_each(check_texts),
        Value::Object(map) => map.values().try_for_each(check_texts),
        _ => Ok(()),
    }
}

fn fits(kind: ConstantType, value: &Value) -> bool {
    match kind {
        ConstantType::Integer => value.is_i64() || value.is_u64(),
        ConstantType::Number => value.is_number(),
        ConstantType::String => value.is_string(),
        ConstantType::Boolean => value.is_boolean(),
    }
}

const fn kind_name(kind: ConstantType) -> &'static str {
    match kind {
        ConstantType::Integer => "a whole number",
        ConstantType::Number => "a number",
        ConstantType::String => "a text",
        ConstantType::Boolean => "true or false",
    }
}

#[cfg(test)]
mod tests;

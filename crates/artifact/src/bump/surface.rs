//! The part of an artifact that callers see, as one digest.

use serde_json::{Value, json};

use super::tool;
use crate::canonical::{CanonicalError, Digest};
use crate::model::{Artifact, Executor, Message};
use crate::schema::{nothing, stripped};

/// Digest of the caller-visible contract: inputs, output, tools the caller carries out, contract constants, message
/// layout with placeholders, model family. Annotations in schemas do not count.
///
/// With equal surfaces no change of these fields is major. (Authority, integration settings, retrieval and
/// fragments are not part of it and can still make a change major.)
///
/// # Errors
/// As [`Artifact::digest`].
pub fn surface(artifact: &Artifact) -> Result<Digest, CanonicalError> {
    let constants: Vec<Value> = artifact
        .constants
        .iter()
        .filter(|(_, c)| c.contract)
        .map(|(name, c)| json!({ "name": name, "type": c.kind, "value": c.value }))
        .collect();
    let messages: Vec<Value> = artifact
        .messages
        .iter()
        .map(|message| match message {
            Message::Text { role, .. } => json!({ "role": role }),
            Message::Placeholder { name, optional } => json!({ "placeholder": name, "optional": optional }),
        })
        .collect();
    Digest::of_canonical(&json!({
        "inputs": stripped(artifact.inputs.as_ref().unwrap_or(&nothing())),
        "output": { "kind": artifact.output.kind, "schema": artifact.output.schema.as_ref().map(stripped) },
        "tools": tools(artifact),
        "constants": constants,
        "messages": messages,
        "family": artifact.model.as_ref().map(|m| &m.family),
    }))
}

fn tools(artifact: &Artifact) -> Value {
    let Some(tools) = &artifact.tools else { return Value::Null };
    let list: Vec<Value> = tools
        .list
        .iter()
        .filter(|tool| tool.executed_by == Executor::Caller)
        .map(|tool| {
            let arguments = stripped(tool.parameters.as_ref().unwrap_or(&nothing()));
            json!({ "name": tool.name, "arguments": arguments, "hidden": tool.hidden })
        })
        .collect();
    json!({ "schema_version": tools.schema_version, "answers": tool::answers(Some(tools)), "list": list })
}

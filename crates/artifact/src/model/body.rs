//! What a prompt says and is told: messages, constants, output, golden cases.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::is_default;

/// Who speaks in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The instructions.
    System,
    /// The person or program asking.
    User,
    /// The model, in an example.
    Assistant,
}

impl Role {
    /// `system`, `user` or `assistant`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One element of the conversation a prompt opens. A message is a value of its own; no marker within text can
/// start another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Message {
    /// A templated message.
    Text {
        /// Who speaks.
        role: Role,
        /// The template.
        text: String,
    },
    /// A place where the caller puts earlier messages.
    Placeholder {
        /// The name the caller uses.
        name: String,
        /// Whether the caller may leave it out.
        #[serde(default, skip_serializing_if = "is_default")]
        optional: bool,
    },
}

/// The type of a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConstantType {
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// A text.
    String,
    /// True or false.
    Boolean,
}

/// Which direction of a threshold is the careful one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stricter {
    /// A higher value is stricter; lowering it relaxes the boundary.
    Higher,
    /// A lower value is stricter; raising it relaxes the boundary.
    Lower,
}

/// A named value, used in templates as `constants.name` and handed to callers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ConstantType,
    /// Its value.
    pub value: Value,
    /// What it means, with its unit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether callers rely on the value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub contract: bool,
    /// Which direction is stricter, for a threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stricter: Option<Stricter>,
}

/// Text or JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutputKind {
    /// Free text.
    #[default]
    Text,
    /// One JSON value.
    Json,
}

/// What the model is to answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Text or JSON.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: OutputKind,
    /// JSON Schema (the subset of rules CL-J) of the answer, when it is JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
}

/// One golden case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestCase {
    /// What it shows, unique within the artifact.
    pub name: String,
    /// The inputs to render with.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub inputs: Value,
    /// Passages as retrieval would have found them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retrieval: Vec<Value>,
    /// What must hold, by the name of the check: `rendered_contains`, `rendered_excludes`, `output` and others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expect: BTreeMap<String, Value>,
}

//! Settings around the text: model, tools, retrieval.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::is_default;

/// Which models may run the prompt, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The family the prompt was written for. Another family is another prompt to its users.
    pub family: String,
    /// Models that may run it, as exact ids or with `*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
    /// Sampling parameters by name, such as `temperature`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Value>,
}

/// Who carries out a tool call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Executor {
    /// The application that called the model: a change of the schema can break it.
    #[default]
    Caller,
    /// The platform behind the prompt.
    Platform,
}

/// One tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Its name, unique within the artifact.
    pub name: String,
    /// What the model is told about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Who carries it out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub executed_by: Executor,
    /// JSON Schema (the subset of rules CL-J) of its arguments. Absent means no arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Value>,
    /// Arguments that the application adds and the model never sees.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
}

/// Whether the model must, may or must not call a tool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ToolChoice {
    /// The model decides.
    #[default]
    Auto,
    /// No tool.
    None,
    /// Some tool.
    Required,
}

/// The tools of a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tools {
    /// Version of the tool contract, kept by whoever carries the tools out.
    #[schemars(with = "String")]
    pub schema_version: Version,
    /// Whether the model must, may or must not call one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub choice: ToolChoice,
    /// The tools.
    pub list: Vec<Tool>,
}

/// What is looked up before the prompt is rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retrieval {
    /// Which index.
    pub index: String,
    /// The query, a template over the inputs.
    pub query: String,
    /// How many passages at most.
    pub top_k: u32,
    /// Passages scoring lower are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_score: Option<f64>,
    /// Filters by field; values are templates over the inputs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub filters: BTreeMap<String, String>,
    /// The variable that templates find the passages under: a list of objects with `id`, `text` and, if the
    /// index gives one, `score`.
    pub into: String,
}

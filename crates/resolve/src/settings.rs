//! What a prompt says beside its messages, as answers carry it: the server's, and those of the Rust client.

use std::collections::BTreeMap;

use cuelight_artifact::Artifact;
use cuelight_artifact::model::{Authority, Model, Output, Tools};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a prompt says beside its messages. Shared by all answers of one content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// Model family, allowed models, parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// Tools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Tools>,
    /// What the model is to answer.
    pub output: Output,
    /// What the answer may lead to.
    pub authority: Authority,
    /// Constants by name.
    pub constants: BTreeMap<String, Value>,
    /// Settings for the systems around.
    pub integration: BTreeMap<String, Value>,
}

impl Settings {
    /// Those of an artifact.
    #[must_use]
    pub fn of(artifact: &Artifact) -> Self {
        let Artifact { model, tools, output, authority, constants, integration, .. } = artifact;
        Self {
            model: model.clone(),
            tools: tools.clone(),
            output: output.clone(),
            authority: authority.clone(),
            constants: constants
                .iter()
                .map(|(name, constant)| (name.clone(), constant.value.clone()))
                .collect(),
            integration: integration.clone(),
        }
    }
}

//! What can be written into the installation's ledger.

use cuelight_artifact::ProjectName;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::{EventError, encoding};
use crate::ledger::Micros;
use crate::rights::Scope;

/// One fact about the installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body")]
pub enum InstallationEvent {
    /// The first entry.
    #[serde(rename = "installation.opened/1")]
    Opened(InstallationOpened),
    /// A project came to be.
    #[serde(rename = "project.created/1")]
    ProjectCreated(ProjectCreated),
    /// A token was issued.
    #[serde(rename = "token.issued/1")]
    TokenIssued(TokenIssued),
    /// A token was ended.
    #[serde(rename = "token.revoked/1")]
    TokenRevoked(TokenRevoked),
}

/// Body of `installation.opened/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstallationOpened {
    /// Random id.
    pub id: String,
    /// Verifier key of all checkpoints (C2SP `vkey`).
    pub key: String,
}

/// Body of `project.created/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectCreated {
    /// The project.
    pub project: ProjectName,
}

/// Body of `token.issued/1`. The secret's hash and the token's label are in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenIssued {
    /// Public id.
    pub id: String,
    /// What it may do.
    pub scope: Scope,
    /// When it ends; none for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Micros>,
}

/// Body of `token.revoked/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRevoked {
    /// The token's public id.
    pub id: String,
}

impl InstallationEvent {
    /// Kind and body as an entry holds them.
    ///
    /// # Errors
    /// When the body holds a number beyond [`crate::event::MAX_INTEGER`]: a time after the year 2255.
    pub fn encode(&self) -> Result<(String, Value), EventError> {
        encoding::encode(self)
    }

    /// Reads an entry's kind and body.
    ///
    /// # Errors
    /// When the kind is unknown or the body is not of that kind.
    pub fn decode(kind: &str, body: &Value) -> Result<Self, EventError> {
        encoding::decode(kind, body)
    }
}

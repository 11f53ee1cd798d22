//! What can be written into the installation's ledger.

use cuelight_artifact::{Digest, ProjectName};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::{EventError, encoding};
use crate::ledger::{Body, LedgerId, Micros};
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
    /// The installation goes on from a restored copy.
    #[serde(rename = "recovery.recorded/1")]
    RecoveryRecorded(RecoveryRecorded),
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

/// Body of `recovery.recorded/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryRecorded {
    /// The first is 1.
    pub epoch: u64,
    /// Id of the restored copy, so that each copy is recorded once.
    pub copy: String,
    /// When the backup was made that the copy came from.
    pub made_at: Micros,
    /// Why, as a text blob.
    pub reason: Digest,
    /// How every ledger ended in the copy.
    pub ledgers: Vec<RecoveredLedger>,
}

/// How one ledger ended in a restored copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveredLedger {
    /// Which.
    pub ledger: LedgerId,
    /// How many entries it had; 0 for one that only a checkpoint knows.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
    /// A signed end beyond it that is known from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<KnownEnd>,
}

/// Where a ledger is known to have ended, from a checkpoint that was kept elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownEnd {
    /// How many entries it had.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
}

impl RecoveredLedger {
    /// How many entries are known to be lost.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.known.map_or(0, |known| known.size.saturating_sub(self.size))
    }
}

impl InstallationEvent {
    /// The texts that the event refers to.
    #[must_use]
    pub fn texts(&self) -> Vec<Digest> {
        match self {
            Self::RecoveryRecorded(recovery) => vec![recovery.reason],
            Self::Opened(_) | Self::ProjectCreated(_) | Self::TokenIssued(_) | Self::TokenRevoked(_) => {
                Vec::new()
            }
        }
    }

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

    /// The same of an entry's body as it was read.
    ///
    /// # Errors
    /// As [`InstallationEvent::decode`].
    pub fn read(kind: &str, body: &Body<'_>) -> Result<Self, EventError> {
        encoding::read(kind, body)
    }
}

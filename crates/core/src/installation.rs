//! The installation's own ledger: which projects and tokens there are. Small, and built like a project's.

mod event;

pub use event::{
    InstallationEvent, InstallationOpened, KnownEnd, ProjectCreated, RecoveredLedger, RecoveryRecorded,
    TokenIssued, TokenRevoked,
};

use std::collections::BTreeMap;
use std::sync::Arc;

use cuelight_artifact::{Digest, ProjectName};
use serde::{Deserialize, Serialize};

use crate::ledger::{Actor, Micros, Seq};
use crate::rights::Scope;
use crate::state::Stamp;
use crate::state::saved::{seal, unseal};

/// What can be asked of the installation.
#[derive(Debug, Clone, PartialEq)]
pub enum InstallationCommand {
    /// Starts the installation's ledger.
    Open(InstallationOpened),
    /// Creates a project.
    CreateProject(ProjectName),
    /// Records a token. Its secret never comes here.
    IssueToken(TokenIssued),
    /// Ends a token.
    RevokeToken(String),
    /// Records that the installation goes on from a restored copy.
    RecordRecovery(RecordRecovery),
}

/// A restored copy, to be put on record.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordRecovery {
    /// Id of the copy.
    pub copy: String,
    /// When the backup was made that it came from.
    pub made_at: Micros,
    /// Why, as a text blob.
    pub reason: Digest,
    /// How every ledger ended in it.
    pub ledgers: Vec<RecoveredLedger>,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstallationRefusal {
    /// Opened before.
    #[error("the installation is open already: its ledger has begun, and begins only once")]
    AlreadyOpen,
    /// Not opened yet.
    #[error(
        "the installation is not open yet: its ledger has no first entry; start the server once to open it"
    )]
    NotOpen,
    /// The name is taken.
    #[error("there is a project `{0}` already; choose another name")]
    ProjectExists(ProjectName),
    /// The id is taken.
    #[error("there is a token `{0}` already; ids are never used twice")]
    TokenExists(String),
    /// No such token.
    #[error("there is no token `{0}`; `cuelight token list` shows the ids")]
    UnknownToken(String),
    /// Ended before.
    #[error("nothing to do: the token `{0}` is revoked already")]
    TokenRevoked(String),
    /// On record before.
    #[error("nothing to do: this restored copy is on record as recovery epoch {0}")]
    RecoveryRecorded(u64),
}

/// Everything that is so in the installation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// The last entry folded in.
    pub seq: Seq,
    /// Its time.
    pub at: Micros,
    /// Random id, part of every checkpoint's origin.
    pub id: Option<String>,
    /// Verifier key of all checkpoints.
    pub key: String,
    /// Projects with the time of their creation.
    pub projects: BTreeMap<ProjectName, Micros>,
    /// Tokens by id.
    pub tokens: BTreeMap<String, TokenRecord>,
    /// Every time the installation went on from a restored copy, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recoveries: Vec<Recovery>,
}

/// One time the installation went on from a restored copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// When it was recorded.
    pub at: Micros,
    /// By whom.
    pub actor: Actor,
    /// What was recorded.
    pub recorded: RecoveryRecorded,
}

/// A token as the state knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// What it may do. Shared with all who were recognised by it.
    pub scope: Arc<Scope>,
    /// When it ends.
    pub expires_at: Option<Micros>,
    /// When it was issued.
    pub at: Micros,
    /// By whom.
    pub actor: Actor,
    /// When it was revoked.
    pub revoked_at: Option<Micros>,
}

impl Installation {
    /// The bytes to save: JSON, for there is little of it, and the digest that tells damage.
    #[must_use]
    pub fn save(&self) -> Option<Vec<u8>> {
        Some(seal(serde_json::to_vec(self).ok()?))
    }

    /// Reads saved bytes. None when they are damaged or of another form.
    #[must_use]
    pub fn load(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(unseal(bytes)?).ok()
    }

    /// Decides a command.
    ///
    /// # Errors
    /// Why not.
    pub fn decide(
        &self,
        command: &InstallationCommand,
    ) -> Result<Vec<InstallationEvent>, InstallationRefusal> {
        use InstallationCommand as C;
        use InstallationEvent as E;
        use InstallationRefusal as R;
        match (command, &self.id) {
            (C::Open(_), Some(_)) => Err(R::AlreadyOpen),
            (C::Open(open), None) => Ok(vec![E::Opened(open.clone())]),
            (_, None) => Err(R::NotOpen),
            (C::CreateProject(project), _) if self.projects.contains_key(project) => {
                Err(R::ProjectExists(project.clone()))
            }
            (C::CreateProject(project), _) => {
                Ok(vec![E::ProjectCreated(ProjectCreated { project: project.clone() })])
            }
            (C::IssueToken(token), _) if self.tokens.contains_key(&token.id) => {
                Err(R::TokenExists(token.id.clone()))
            }
            (C::IssueToken(token), _) => Ok(vec![E::TokenIssued(token.clone())]),
            (C::RevokeToken(id), _) => match self.tokens.get(id) {
                None => Err(R::UnknownToken(id.clone())),
                Some(token) if token.revoked_at.is_some() => Err(R::TokenRevoked(id.clone())),
                Some(_) => Ok(vec![E::TokenRevoked(TokenRevoked { id: id.clone() })]),
            },
            (C::RecordRecovery(record), _) => match self.recovery(&record.copy) {
                Some(known) => Err(R::RecoveryRecorded(known.recorded.epoch)),
                None => Ok(vec![E::RecoveryRecorded(RecoveryRecorded {
                    epoch: self.epoch() + 1,
                    copy: record.copy.clone(),
                    made_at: record.made_at,
                    reason: record.reason,
                    ledgers: record.ledgers.clone(),
                })]),
            },
        }
    }

    /// How many times the installation went on from a restored copy. What was said in one epoch by number (a
    /// generation, an entry) need not be so in another.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.recoveries.last().map_or(0, |r| r.recorded.epoch)
    }

    /// The record of a restored copy, if there is one.
    #[must_use]
    pub fn recovery(&self, copy: &str) -> Option<&Recovery> {
        self.recoveries.iter().find(|r| r.recorded.copy == copy)
    }

    /// Folds in one event.
    pub fn evolve(&mut self, stamp: &Stamp, event: &InstallationEvent) {
        self.seq = stamp.seq;
        self.at = stamp.at;
        match event {
            InstallationEvent::Opened(e) => {
                self.id = Some(e.id.clone());
                self.key.clone_from(&e.key);
            }
            InstallationEvent::ProjectCreated(e) => {
                self.projects.insert(e.project.clone(), stamp.at);
            }
            InstallationEvent::TokenIssued(e) => {
                let record = TokenRecord {
                    scope: Arc::new(e.scope.clone()),
                    expires_at: e.expires_at,
                    at: stamp.at,
                    actor: stamp.actor.clone(),
                    revoked_at: None,
                };
                self.tokens.insert(e.id.clone(), record);
            }
            InstallationEvent::TokenRevoked(e) => {
                if let Some(token) = self.tokens.get_mut(&e.id) {
                    token.revoked_at = Some(stamp.at);
                }
            }
            InstallationEvent::RecoveryRecorded(e) => {
                let (at, actor) = (stamp.at, stamp.actor.clone());
                self.recoveries.push(Recovery { at, actor, recorded: e.clone() });
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! The state of a project: the fold of its ledger. There is nothing in it that the ledger does not say.

mod evolve;
mod replay;
pub(crate) mod saved;

pub use replay::{InstallationReplay, ProjectReplay};

use std::collections::{BTreeMap, BTreeSet};

use cuelight_artifact::{ArtifactName, ArtifactRef, EnvironmentName, ProjectName};
use semver::Version;

use crate::environment::Environment;
use crate::ledger::{Actor, Micros, Seq};
use crate::refusal::Refusal;
use crate::release::ReleaseRecord;
use crate::version::{History, VersionRecord};

/// Format of a saved state (1 was JSON). A saved state of another format is ignored and made anew from the ledger.
pub const FORMAT: u32 = 2;

/// Everything that is so in a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct State {
    /// The last entry folded in; 0 before the first.
    pub seq: Seq,
    /// Its time.
    pub at: Micros,
    /// The project, once its first entry is there.
    pub project: Option<ProjectName>,
    /// Verifier key of the ledger's checkpoints.
    pub key: String,
    /// All artifacts with their versions.
    pub artifacts: BTreeMap<ArtifactRef, History>,
    /// Who uses a fragment, by the newest version (pre-releases aside) of each user.
    pub users: BTreeMap<ArtifactName, BTreeSet<ArtifactRef>>,
    /// Environments in path order.
    pub environments: Vec<Environment>,
    /// Releases, from number 1.
    pub releases: Vec<ReleaseRecord>,
}

/// What is known of an entry besides its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Its place in the ledger.
    pub seq: Seq,
    /// When.
    pub at: Micros,
    /// Who.
    pub actor: Actor,
}

impl State {
    /// The environment of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn environment(&self, name: &EnvironmentName) -> Result<&Environment, Refusal> {
        self.environments
            .iter()
            .find(|e| &e.name == name)
            .ok_or_else(|| Refusal::UnknownEnvironment(name.clone()))
    }

    /// Its place in the path, from 0.
    ///
    /// # Errors
    /// When there is none.
    pub fn position(&self, name: &EnvironmentName) -> Result<usize, Refusal> {
        self.environments
            .iter()
            .position(|e| &e.name == name)
            .ok_or_else(|| Refusal::UnknownEnvironment(name.clone()))
    }

    /// The environment before this one in the path.
    #[must_use]
    pub fn before(&self, name: &EnvironmentName) -> Option<&Environment> {
        let position = self.position(name).ok()?;
        self.environments.get(position.checked_sub(1)?)
    }

    /// The versions of an artifact.
    ///
    /// # Errors
    /// When there is no such artifact.
    pub fn history(&self, artifact: &ArtifactRef) -> Result<&History, Refusal> {
        self.artifacts.get(artifact).ok_or_else(|| Refusal::UnknownArtifact(artifact.clone()))
    }

    /// One version of an artifact.
    ///
    /// # Errors
    /// When artifact or version do not exist.
    pub fn version(&self, artifact: &ArtifactRef, version: &Version) -> Result<&VersionRecord, Refusal> {
        let history = self.history(artifact)?;
        history.get(version).ok_or_else(|| Refusal::UnknownVersion {
            artifact: artifact.clone(),
            version: version.clone(),
            newest: history.newest().map(|v| v.version.clone()),
        })
    }

    /// A release by its number.
    ///
    /// # Errors
    /// When there is none.
    pub fn release(&self, number: u64) -> Result<&ReleaseRecord, Refusal> {
        number
            .checked_sub(1)
            .and_then(|i| self.releases.get(usize::try_from(i).ok()?))
            .ok_or(Refusal::UnknownRelease(number))
    }
}

//! Versions: published once, never changed, sometimes yanked.

pub mod publish;
pub mod yank;

pub use publish::{NewVersion, Publish};
pub use yank::{Unyank, Yank};

use std::sync::Arc;

use cuelight_artifact::model::Risk;
use cuelight_artifact::{ArtifactName, Digest};
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::event::{ChosenClass, ClosureEntry};
use crate::ledger::{Actor, Micros, Seq};

/// What a difference demands of the version number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "VersionClass")]
pub enum Class {
    /// Nobody notices.
    Patch,
    /// Behaviour may differ; callers keep working.
    Minor,
    /// A caller may break.
    Major,
    /// The first version: there is nothing to compare with.
    First,
}

/// How bad a yanked version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "YankSeverity")]
pub enum Severity {
    /// No new resolution or release picks it; what runs keeps running.
    Avoid,
    /// A safety matter: those who still serve it are warned, or refused where the policy says so.
    Block,
}

/// A version as the state knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Serialize))]
pub struct VersionRecord {
    /// Its number.
    pub version: Version,
    /// Its content.
    pub digest: Digest,
    /// Its caller-visible contract.
    pub surface: Digest,
    /// What it was compared with.
    pub previous: Option<Version>,
    /// The computed class.
    pub class: Class,
    /// The rules that said so.
    pub rules: Vec<String>,
    /// Boundary changes, by rule.
    pub boundary: Vec<String>,
    /// The author's choice, if it differs.
    pub chosen: Option<Box<ChosenClass>>,
    /// Its fragments. Most versions have those of the version before them, and share them with it.
    pub closure: Arc<[ClosureEntry]>,
    /// Its risk.
    pub risk: Risk,
    /// Release notes.
    pub notes: Option<Digest>,
    /// The entry that published it.
    pub seq: Seq,
    /// When.
    pub at: Micros,
    /// Who.
    pub actor: Actor,
    /// Whether it is yanked.
    pub yank: Option<Box<YankRecord>>,
}

impl VersionRecord {
    /// The locked version of this fragment, if the version contains it.
    #[must_use]
    pub fn locked(&self, fragment: &ArtifactName) -> Option<&ClosureEntry> {
        self.closure.iter().find(|c| &c.name == fragment)
    }
}

/// A yank as the state knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Serialize))]
pub struct YankRecord {
    /// How bad.
    pub severity: Severity,
    /// Why: a text blob.
    pub reason: Digest,
    /// The entry that yanked it.
    pub seq: Seq,
    /// When.
    pub at: Micros,
}

/// All versions of one artifact, in the order they were published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(Serialize))]
pub struct History {
    /// The versions.
    pub versions: Vec<VersionRecord>,
}

/// These fragments, shared with the version before if it has the same.
pub(crate) fn shared(before: Option<&VersionRecord>, closure: &[ClosureEntry]) -> Arc<[ClosureEntry]> {
    match before.filter(|before| *before.closure == *closure) {
        Some(before) => Arc::clone(&before.closure),
        None => closure.into(),
    }
}

impl History {
    /// The version of this number.
    #[must_use]
    pub fn get(&self, version: &Version) -> Option<&VersionRecord> {
        self.versions.iter().rev().find(|v| &v.version == version)
    }

    /// The newest version that is not a pre-release: what `main` says.
    #[must_use]
    pub fn head(&self) -> Option<&VersionRecord> {
        self.versions.iter().rev().find(|v| v.version.pre.is_empty())
    }

    /// The newest version, pre-releases included.
    #[must_use]
    pub fn newest(&self) -> Option<&VersionRecord> {
        self.versions.last()
    }

    /// The newest pre-release under this label.
    #[must_use]
    pub fn prerelease(&self, label: &str) -> Option<&VersionRecord> {
        self.versions
            .iter()
            .rev()
            .find(|v| v.version.pre.as_str().rsplit_once('.').is_some_and(|(l, _)| l == label))
    }
}

//! What can be written into a project's ledger. A kind carries its version; a kind, once written, is read for
//! ever: old ones are upcast here when they are read, never rewritten.

pub(crate) mod encoding;

pub use encoding::MAX_INTEGER;

use cuelight_artifact::model::{Locked, Risk};
use cuelight_artifact::name::Word;
use cuelight_artifact::{ArtifactName, ArtifactRef, Digest, EnvironmentName, ProjectName};
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::environment::Policy;
use crate::ledger::Body;
use crate::release::{Cause, SlotChange, Urgency};
use crate::version::{Class, Severity};

/// One fact about a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body")]
pub enum Event {
    /// The first entry of every project's ledger.
    #[serde(rename = "project.opened/1")]
    ProjectOpened(ProjectOpened),
    /// An environment joined the path.
    #[serde(rename = "environment.created/1")]
    EnvironmentCreated(EnvironmentCreated),
    /// An environment's demands changed.
    #[serde(rename = "environment.policy_set/1")]
    PolicySet(PolicySet),
    /// An immutable version came to be.
    #[serde(rename = "version.published/1")]
    VersionPublished(Box<VersionPublished>),
    /// A version was taken out of new resolutions.
    #[serde(rename = "version.yanked/1")]
    VersionYanked(VersionYanked),
    /// That was taken back.
    #[serde(rename = "version.unyanked/1")]
    VersionUnyanked(VersionUnyanked),
    /// An environment got a new generation, by a release or by going back.
    #[serde(rename = "release.opened/1")]
    ReleaseOpened(Box<ReleaseOpened>),
}

/// Body of `project.opened/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectOpened {
    /// The project.
    pub project: ProjectName,
    /// Verifier key of the ledger's checkpoints (C2SP `vkey`).
    pub key: String,
}

/// Body of `environment.created/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentCreated {
    /// Its name.
    pub environment: EnvironmentName,
    /// Its place in the path, from 0.
    pub position: u32,
    /// What it demands of a release.
    pub policy: Policy,
}

/// Body of `environment.policy_set/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySet {
    /// The environment.
    pub environment: EnvironmentName,
    /// The new policy, whole.
    pub policy: Policy,
}

/// Body of `version.published/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionPublished {
    /// Which artifact.
    pub artifact: ArtifactRef,
    /// Its number.
    pub version: Version,
    /// Its content: the resolved artifact's canonical bytes are a blob of this digest.
    pub digest: Digest,
    /// Digest of the caller-visible contract alone.
    pub surface: Digest,
    /// The version it was compared with; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Version>,
    /// What the differences demand of the number.
    pub class: Class,
    /// The rules that said so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Boundary changes against the previous version, by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boundary: Vec<String>,
    /// When the author chose another class than computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<ChosenClass>,
    /// Every fragment in it, direct or not, with its locked version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closure: Vec<ClosureEntry>,
    /// Its risk.
    pub risk: Risk,
    /// Release notes: a text blob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Digest>,
}

/// A class the author chose in place of the computed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChosenClass {
    /// The class chosen.
    pub class: Class,
    /// Why a lower class than computed is right: a text blob. Required when lower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Digest>,
}

/// One fragment of a closure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosureEntry {
    /// The fragment.
    pub name: ArtifactName,
    /// The version in use.
    pub locked: Locked,
    /// Whether the artifact names it itself, or only through another fragment.
    pub direct: bool,
}

/// Body of `version.yanked/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionYanked {
    /// Which artifact.
    pub artifact: ArtifactRef,
    /// Which version.
    pub version: Version,
    /// How bad.
    pub severity: Severity,
    /// Why: a text blob.
    pub reason: Digest,
}

/// Body of `version.unyanked/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionUnyanked {
    /// Which artifact.
    pub artifact: ArtifactRef,
    /// Which version.
    pub version: Version,
    /// Why: a text blob.
    pub reason: Digest,
}

/// Body of `release.opened/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseOpened {
    /// Number of the release within the project, from 1.
    pub release: u64,
    /// Where.
    pub environment: EnvironmentName,
    /// The generation it makes, from 1.
    pub generation: u64,
    /// A release, or going back.
    pub cause: Cause,
    /// Every place that changes, with what was there and what is there now.
    pub changes: Vec<SlotChange>,
    /// The generation that going back from here returns to.
    pub way_back: u64,
    /// Planned, or break-glass.
    #[serde(default, skip_serializing_if = "Urgency::is_planned")]
    pub urgency: Urgency,
    /// The policy it was judged by, as it stood.
    pub policy: Policy,
    /// What the policy would have demanded and break-glass passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<String>,
    /// Why: a text blob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Digest>,
    /// A label for people, such as a campaign; a word, not free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Word>,
}

/// The entry's kind or body is not one this binary knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an entry of kind `{kind}` does not fit this version of Cuelight: {reason}")]
pub struct EventError {
    /// The kind.
    pub kind: String,
    /// What is wrong.
    pub reason: String,
}

impl Event {
    /// Kind and body as an entry holds them.
    ///
    /// # Errors
    /// When the body holds a number that is not whole or beyond [`MAX_INTEGER`].
    pub fn encode(&self) -> Result<(String, Value), EventError> {
        encoding::encode(self)
    }

    /// Reads an entry's kind and body, upcasting old kinds.
    ///
    /// # Errors
    /// When the kind is unknown or the body is not of that kind.
    pub fn decode(kind: &str, body: &Value) -> Result<Self, EventError> {
        let (kind, body) = upcast(kind, body);
        encoding::decode(kind, body)
    }

    /// The same of an entry's body as it was read.
    ///
    /// # Errors
    /// As [`Event::decode`].
    pub fn read(kind: &str, body: &Body<'_>) -> Result<Self, EventError> {
        // No kind is upcast yet. One that is must not be read from the text: it is no variant any more then.
        encoding::read(kind, body)
    }

    /// The digests of blobs this event speaks of: artifacts that must exist, and texts that may be erased.
    #[must_use]
    pub fn references(&self) -> References {
        let mut found = References::default();
        match self {
            Self::ProjectOpened(_) | Self::EnvironmentCreated(_) | Self::PolicySet(_) => {}
            Self::VersionPublished(e) => {
                found.artifacts.push(e.digest);
                found.texts.extend(e.notes);
                found.texts.extend(e.chosen.as_ref().and_then(|c| c.reason));
            }
            Self::VersionYanked(e) => found.texts.push(e.reason),
            Self::VersionUnyanked(e) => found.texts.push(e.reason),
            Self::ReleaseOpened(e) => {
                for placed in e.changes.iter().filter_map(|c| c.after.as_ref()) {
                    found.artifacts.push(placed.digest);
                    found.artifacts.extend(placed.patch);
                }
                found.texts.extend(e.notes);
                if let Urgency::BreakGlass { reason } = &e.urgency {
                    found.texts.push(*reason);
                }
            }
        }
        found
    }
}

/// Blobs an event speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// Must exist.
    pub artifacts: Vec<Digest>,
    /// May have been erased.
    pub texts: Vec<Digest>,
}

/// Brings an old kind to the newest one. No kind has a second version yet.
fn upcast<'a>(kind: &'a str, body: &'a Value) -> (&'a str, &'a Value) {
    (kind, body)
}

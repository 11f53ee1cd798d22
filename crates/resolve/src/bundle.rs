//! The bundle: everything an application needs to resolve and render one environment by itself.

use std::collections::BTreeMap;

use cuelight_artifact::name::Word;
use cuelight_artifact::{Artifact, ArtifactName, Digest, EnvironmentName, ProjectName};
use semver::Version;
use serde::{Deserialize, Serialize};

/// Format number of [`Bundle`].
pub const FORMAT: u32 = 1;

/// One generation of one environment, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// [`FORMAT`].
    pub format: u32,
    /// The project.
    pub project: ProjectName,
    /// The environment.
    pub environment: EnvironmentName,
    /// The recovery epoch that the numbers below were given in; 0 unless the installation ever went on from a backup.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub epoch: u64,
    /// The generation; 0 before the first release.
    pub generation: u64,
    /// The ledger entry that made it.
    pub seq: u64,
    /// When that was, µs since 1970 UTC.
    pub at: i64,
    /// The prompts that are live.
    pub prompts: BTreeMap<ArtifactName, BundledPrompt>,
    /// Every artifact named by a digest here, fragments included, but for those that are blocked. A reader checks each against its digest.
    pub artifacts: BTreeMap<Digest, Artifact>,
}

/// One live prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundledPrompt {
    /// Its version.
    pub version: Version,
    /// Its content.
    pub digest: Digest,
    /// The release that brought it.
    pub release: u64,
    /// The token that observations of it carry.
    pub cue: String,
    /// Whether it was yanked as unsafe and must be refused; its content is then not in the bundle.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
    /// Whether the version was yanked, and how badly; absent also in what older servers send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<Yanked>,
    /// Overrides, the one to try first in front.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<BundledOverride>,
}

/// One override of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundledOverride {
    /// Its id.
    pub id: Word,
    /// Attributes that must all be equal.
    pub when: BTreeMap<String, String>,
    /// The version it is or is made from.
    pub version: Version,
    /// What is really served.
    pub digest: Digest,
    /// The release that brought it.
    pub release: u64,
    /// The token that observations of it carry.
    pub cue: String,
    /// Whether it was yanked as unsafe and must be refused; its content is then not in the bundle.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
    /// Whether the version was yanked, and how badly; absent also in what older servers send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<Yanked>,
}

/// How badly a version was yanked, itself or by a fragment in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Yanked {
    /// Something better is there.
    Avoid,
    /// It is unsafe.
    Block,
}

impl Yanked {
    /// What whoever is served the version is told.
    #[must_use]
    pub fn warning(self, prompt: &ArtifactName, version: &Version) -> String {
        match self {
            Self::Avoid => format!("{prompt} {version} is yanked; plan to move on"),
            Self::Block => {
                format!("{prompt} {version} was yanked as unsafe; go back or release another version")
            }
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

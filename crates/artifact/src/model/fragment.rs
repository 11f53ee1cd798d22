//! The use of a fragment by another artifact.

use schemars::JsonSchema;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

use crate::canonical::Digest;
use crate::name::ArtifactName;

/// A fragment an artifact includes: which one, which versions will do, and, once resolved, which one it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FragmentUse {
    /// The fragment's name.
    pub name: ArtifactName,
    /// Acceptable versions, as Cargo writes them (`^1.2`, `~1.2.3`, `=1.2.3`, `*`).
    #[schemars(with = "String")]
    pub require: VersionReq,
    /// The version chosen. Absent in files; present in everything the registry stores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<Locked>,
}

/// A version chosen by resolution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// Its number.
    #[schemars(with = "String")]
    pub version: Version,
    /// Its content.
    pub digest: Digest,
}

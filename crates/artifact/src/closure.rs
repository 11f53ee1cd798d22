//! Fragments of fragments: which version each requirement gets, and in which order artifacts build on each other.

mod order;
mod resolve;

use std::collections::BTreeMap;

use semver::Version;

use crate::canonical::Digest;
use crate::model::{Artifact, Locked};
use crate::name::ArtifactName;

pub use order::order;
pub use resolve::resolve;

/// Most levels of fragments within fragments; a fragment that an artifact uses itself is the first.
pub const MAX_DEPTH: usize = 8;

/// What has been published of fragments.
pub trait Catalog {
    /// Every published version of the fragment, in any order; none if it does not exist.
    fn versions(&self, name: &ArtifactName) -> Vec<CatalogVersion>;
}

/// A published version of a fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogVersion {
    /// Its number.
    pub version: Version,
    /// Its content.
    pub digest: Digest,
    /// Whether it was withdrawn: only those who are locked to it still get it.
    pub yanked: bool,
    /// The fragments it uses itself, as they were locked when it was published.
    pub fragments: Vec<(ArtifactName, Locked)>,
}

/// An artifact with every fragment locked.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The artifact; each of its fragments has a version and digest.
    pub artifact: Artifact,
    /// Every fragment in it, however it is reached, with its one version.
    pub closure: BTreeMap<ArtifactName, Locked>,
}

#[cfg(test)]
mod tests;

//! Arithmetic of version numbers.

use semver::{BuildMetadata, Prerelease, Version};

use super::Class;
use crate::name::Word;

/// The number after `previous` for a change of this class. The first version is 1.0.0. Below 1.0.0 the leftmost
/// digit that is not zero is the breaking one, as in Cargo: after 0.2.3 a major change gives 0.3.0, anything less
/// 0.2.4. A pre-release or build suffix of `previous` is dropped before counting.
#[must_use]
pub fn next(previous: Option<&Version>, class: Class) -> Version {
    let Some(previous) = previous else { return Version::new(1, 0, 0) };
    let Version { major, minor, patch, .. } = *previous;
    match (class, major, minor) {
        (Class::None, ..) => previous.clone(),
        (Class::Major, 0, 0) => Version::new(0, 0, patch + 1),
        (Class::Major, 0, _) => Version::new(0, minor + 1, 0),
        (Class::Major, ..) => Version::new(major + 1, 0, 0),
        (_, 0, _) | (Class::Patch, ..) => Version::new(major, minor, patch + 1),
        (Class::Minor, ..) => Version::new(major, minor + 1, 0),
    }
}

/// The label cannot stand in a version number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot label a pre-release: a label of digits alone must not begin with 0; add a letter")]
pub struct PrereleaseError(String);

/// The `n`-th pre-release of `next` on the branch or under the label `label`: `2.1.0-label.3`. It sorts before
/// `next`, and pre-releases of one label sort by `n`.
///
/// # Errors
/// When the label is a number with a leading zero.
pub fn prerelease(next: &Version, label: &Word, n: u64) -> Result<Version, PrereleaseError> {
    let pre = Prerelease::new(&format!("{label}.{n}")).map_err(|_| PrereleaseError(label.to_string()))?;
    Ok(Version { pre, build: BuildMetadata::EMPTY, ..next.clone() })
}

/// Whether the breaking part of the numbers differs: the leftmost digit that is not zero.
pub(super) fn breaks(a: &Version, b: &Version) -> bool {
    match (a.major, a.minor) {
        (0, 0) => (a.major, a.minor, a.patch) != (b.major, b.minor, b.patch),
        (0, _) => (a.major, a.minor) != (b.major, b.minor),
        _ => a.major != b.major,
    }
}

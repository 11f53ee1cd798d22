//! Yanks a version: it stays, but nothing new picks it. And takes that back.

use cuelight_artifact::{ArtifactRef, Digest};
use semver::Version;

use crate::event::{Event, VersionUnyanked, VersionYanked};
use crate::refusal::Refusal;
use crate::state::State;
use crate::version::{Severity, VersionRecord};

/// Takes a version out of new resolutions and releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Yank {
    /// Which artifact.
    pub artifact: ArtifactRef,
    /// Which version.
    pub version: Version,
    /// How bad.
    pub severity: Severity,
    /// Why: a text blob.
    pub reason: Digest,
}

/// Takes a yank back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unyank {
    /// Which artifact.
    pub artifact: ArtifactRef,
    /// Which version.
    pub version: Version,
    /// Why: a text blob.
    pub reason: Digest,
}

pub(crate) fn decide(state: &State, yank: &Yank) -> Result<Vec<Event>, Refusal> {
    let record = state.version(&yank.artifact, &yank.version)?;
    if record.yank.as_ref().is_some_and(|y| y.severity == yank.severity) {
        return Err(already(&yank.artifact, record, "yanked with that severity"));
    }
    Ok(vec![Event::VersionYanked(VersionYanked {
        artifact: yank.artifact.clone(),
        version: yank.version.clone(),
        severity: yank.severity,
        reason: yank.reason,
    })])
}

pub(crate) fn decide_undo(state: &State, unyank: &Unyank) -> Result<Vec<Event>, Refusal> {
    let record = state.version(&unyank.artifact, &unyank.version)?;
    if record.yank.is_none() {
        return Err(already(&unyank.artifact, record, "not yanked"));
    }
    Ok(vec![Event::VersionUnyanked(VersionUnyanked {
        artifact: unyank.artifact.clone(),
        version: unyank.version.clone(),
        reason: unyank.reason,
    })])
}

fn already(artifact: &ArtifactRef, record: &VersionRecord, state: &'static str) -> Refusal {
    Refusal::AlreadySo { artifact: artifact.clone(), version: record.version.clone(), state }
}

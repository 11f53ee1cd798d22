//! Makes new versions: all of a set, or none.

use std::collections::BTreeMap;

use cuelight_artifact::ArtifactRef;
use semver::Version;

use crate::event::{Event, VersionPublished};
use crate::refusal::Refusal;
use crate::state::State;
use crate::version::Class;

/// Publishes a set of versions that were planned against known heads.
#[derive(Debug, Clone, PartialEq)]
pub struct Publish {
    /// The newest version (pre-releases included) of every artifact the plan looked at.
    pub seen: BTreeMap<ArtifactRef, Option<Version>>,
    /// The new versions, fragments before those who use them.
    pub versions: Vec<NewVersion>,
}

/// One new version: the event body it will become.
pub type NewVersion = VersionPublished;

pub(crate) fn decide(state: &State, publish: &Publish) -> Result<Vec<Event>, Refusal> {
    for (artifact, planned) in &publish.seen {
        let found = state.artifacts.get(artifact).and_then(|h| h.newest()).map(|v| v.version.clone());
        if &found != planned {
            return Err(Refusal::StalePlan { artifact: artifact.clone(), planned: planned.clone(), found });
        }
    }
    if publish.versions.is_empty() {
        return Err(Refusal::NothingToChange("the files are what the registry has".into()));
    }
    let mut new: BTreeMap<&ArtifactRef, &NewVersion> = BTreeMap::new();
    for version in &publish.versions {
        check(state, &new, version)?;
        new.insert(&version.artifact, version);
    }
    Ok(publish.versions.iter().map(|v| Event::VersionPublished(Box::new(v.clone()))).collect())
}

fn check(
    state: &State,
    new: &BTreeMap<&ArtifactRef, &NewVersion>,
    version: &NewVersion,
) -> Result<(), Refusal> {
    let bad = |because: String| Refusal::BadVersion {
        artifact: version.artifact.clone(),
        version: version.version.clone(),
        because,
    };
    if new.contains_key(&version.artifact) {
        return Err(bad("it is in the set twice; keep one of the two".into()));
    }
    if !version.version.build.is_empty() {
        return Err(bad("build metadata (`+…`) has no place in a version here".into()));
    }
    let history = state.artifacts.get(&version.artifact);
    if history.and_then(|h| h.get(&version.version)).is_some() {
        return Err(bad("that number exists, and a version never changes; take the next one".into()));
    }
    let head = history.and_then(|h| h.head());
    if version.previous.as_ref() != head.map(|h| &h.version) {
        let compared = version.previous.as_ref().map_or_else(|| "nothing".into(), ToString::to_string);
        let newest = head.map_or_else(
            || "there is no full version yet".into(),
            |h| format!("the newest is {}", h.version),
        );
        return Err(bad(format!("it was compared with {compared}, but {newest}; make a new plan")));
    }
    match head {
        Some(head) if head.version >= version.version => {
            return Err(bad(format!("it is not greater than the newest, {}", head.version)));
        }
        Some(head) if head.digest == version.digest => {
            return Err(bad(format!("its content is that of {}, the newest", head.version)));
        }
        Some(head) if version.class == Class::First => {
            return Err(bad(format!("its class is `first`, but there is {} to compare with", head.version)));
        }
        None if version.class != Class::First => {
            return Err(bad("there is no earlier version to compare with, so its class is `first`".into()));
        }
        _ => {}
    }
    if let Some(chosen) = &version.chosen
        && chosen.class < version.class
        && chosen.reason.is_none()
    {
        return Err(bad(
            "a class below the computed one needs a recorded reason; give one, or take the computed class"
                .into(),
        ));
    }
    for (i, entry) in version.closure.iter().enumerate() {
        if version.closure[..i].iter().any(|other| other.name == entry.name) {
            return Err(bad(format!(
                "it contains its fragment {} twice; lock one version of it",
                entry.name
            )));
        }
        let fragment = ArtifactRef::fragment(entry.name.clone());
        if fragment == version.artifact {
            return Err(bad(
                "it contains itself, directly or through another fragment; break the circle".into()
            ));
        }
        let in_set = new
            .get(&fragment)
            .is_some_and(|v| v.version == entry.locked.version && v.digest == entry.locked.digest);
        let in_registry = state
            .artifacts
            .get(&fragment)
            .and_then(|h| h.get(&entry.locked.version))
            .is_some_and(|v| v.digest == entry.locked.digest);
        if !in_set && !in_registry {
            return Err(bad(format!(
                "its fragment {} {} is not in the registry with that content; publish the fragment before it, or lock anew",
                entry.name, entry.locked.version
            )));
        }
    }
    Ok(())
}

//! The fragments a plan can choose from: the registry's, and those the plan itself would make.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_artifact::closure::{Catalog, CatalogVersion};
use cuelight_artifact::lock::{LockEntry, Lockfile};
use cuelight_artifact::model::Locked;
use cuelight_artifact::{ArtifactName, ArtifactRef};
use cuelight_core::State;
use cuelight_core::event::ClosureEntry;
use semver::{Prerelease, Version};

/// A catalog for one plan.
#[derive(Debug, Default)]
pub(super) struct PlanCatalog {
    versions: BTreeMap<ArtifactName, Vec<CatalogVersion>>,
    /// Fragments in the files, by the number resolution sees, with what it stands for.
    planned: BTreeMap<ArtifactName, (Version, Locked)>,
    lock: Lockfile,
    upgrade: BTreeSet<ArtifactName>,
}

impl PlanCatalog {
    /// What the registry has, and what the lockfile prefers.
    pub(super) fn new(state: &State, lock: Option<&Lockfile>, upgrade: &BTreeSet<ArtifactName>) -> Self {
        let mut catalog = Self::default();
        for (id, history) in &state.artifacts {
            if id.kind != cuelight_artifact::Kind::Fragment {
                continue;
            }
            let versions = history.versions.iter().map(|v| CatalogVersion {
                version: v.version.clone(),
                digest: v.digest,
                yanked: v.yank.is_some(),
                fragments: pairs(&v.closure),
            });
            catalog.versions.insert(id.name.clone(), versions.collect());
        }
        catalog.lock = lock.cloned().unwrap_or_default();
        catalog.upgrade = upgrade.clone();
        catalog
    }

    /// Adds a fragment of the files under the version the plan gives it.
    pub(super) fn plan(&mut self, name: &ArtifactName, locked: &Locked, closure: &[ClosureEntry]) {
        // A requirement such as `^1.2` does not match `1.3.0-branch.1`; within its own plan a branch's fragment
        // stands for the number it will get.
        let mut seen = locked.version.clone();
        seen.pre = Prerelease::EMPTY;
        let entry = CatalogVersion {
            version: seen.clone(),
            digest: locked.digest,
            yanked: false,
            fragments: pairs(closure),
        };
        let versions = self.versions.entry(name.clone()).or_default();
        versions.retain(|v| v.version != seen);
        versions.push(entry);
        self.planned.insert(name.clone(), (seen, locked.clone()));
    }

    /// What is to be preferred: the files' own fragment, then the lockfile.
    pub(super) fn preferred(&self, user: &ArtifactRef, name: &ArtifactName) -> Option<Locked> {
        if let Some((seen, locked)) = self.planned.get(name) {
            return Some(Locked { version: seen.clone(), digest: locked.digest });
        }
        if self.upgrade.contains(name) { None } else { self.lock.preferred(user, name) }
    }

    /// The version that what resolution chose stands for.
    pub(super) fn real(&self, name: &ArtifactName, chosen: &Locked) -> Locked {
        match self.planned.get(name) {
            Some((seen, locked)) if seen == &chosen.version && locked.digest == chosen.digest => {
                locked.clone()
            }
            _ => chosen.clone(),
        }
    }

    /// Lock entries that contradict the registry: name, version.
    pub(super) fn contradictions(&self, state: &State) -> Vec<(ArtifactRef, Version)> {
        let differs = |entry: &LockEntry| {
            let known = state.artifacts.get(&entry.name)?.get(&entry.version)?;
            (known.digest != entry.digest).then(|| (entry.name.clone(), entry.version.clone()))
        };
        self.lock.entries().filter_map(differs).collect()
    }
}

fn pairs(closure: &[ClosureEntry]) -> Vec<(ArtifactName, Locked)> {
    closure.iter().filter(|c| c.direct).map(|c| (c.name.clone(), c.locked.clone())).collect()
}

impl Catalog for PlanCatalog {
    fn versions(&self, name: &ArtifactName) -> Vec<CatalogVersion> {
        self.versions.get(name).cloned().unwrap_or_default()
    }
}

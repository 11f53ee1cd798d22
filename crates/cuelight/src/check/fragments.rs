//! Fragments for checking and rendering: the workspace's own first, the registry's where it has none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cuelight_app::Code;
use cuelight_app::prompt::{ArtifactDetail, VersionInfo};
use cuelight_artifact::model::FragmentUse;
use cuelight_artifact::{Artifact, ArtifactName, ArtifactRef, Digest};
use cuelight_render::FragmentSource;
use semver::{Version, VersionReq};

use crate::failure::Failure;
use crate::remote::segment;
use crate::session::{Project, Session};
use crate::workspace::Workspace;

/// Versions asked for at a time.
const PAGE: usize = 100;

/// Fragments at hand.
#[derive(Debug, Default)]
pub struct Fragments {
    own: BTreeMap<ArtifactName, Arc<Artifact>>,
    /// What the registry has for a requirement; `None` for nothing.
    foreign: BTreeMap<(ArtifactName, String), Option<Arc<Artifact>>>,
    /// What locked fragments of the registry are made of.
    locked: BTreeMap<Digest, Arc<Artifact>>,
}

impl Fragments {
    /// Gathers all fragments that the workspace's artifacts need. The server is asked only for those the workspace
    /// has not, and not at all with `--offline`.
    pub async fn gather(session: &Session, workspace: &Workspace) -> Result<Self, Failure> {
        let mut fragments = Self::default();
        for (id, artifact) in &workspace.loaded.artifacts {
            if id.kind == cuelight_artifact::Kind::Fragment {
                fragments.own.insert(id.name.clone(), Arc::new(artifact.clone()));
            }
        }
        let wanted: BTreeSet<_> =
            workspace.loaded.artifacts.values().flat_map(|a| a.fragments.values()).map(key).collect();
        // A fragment whose own files have errors is in the workspace too; its errors are reported already.
        let in_files = |name: &ArtifactName| {
            workspace.loaded.source.file(&ArtifactRef::fragment(name.clone())).is_some()
        };
        let foreign: Vec<_> = wanted.into_iter().filter(|(name, _)| !in_files(name)).collect();
        if foreign.is_empty() || session.global.offline {
            return Ok(fragments);
        }
        let project = session.project().map_err(|f| explain(f, &foreign))?;
        for (name, require) in foreign {
            let lock = workspace.loaded.lock.as_ref();
            let preferred =
                lock.and_then(|l| l.newest(&ArtifactRef::fragment(name.clone()))).map(|e| e.version.clone());
            let found = fragments.fetch(&project, &name, &require, preferred).await;
            let found = found.map_err(|f| explain(f, &[(name.clone(), require.clone())]))?;
            fragments.foreign.insert((name, require), found);
        }
        Ok(fragments)
    }

    async fn fetch(
        &mut self,
        project: &Project,
        name: &ArtifactName,
        require: &str,
        preferred: Option<Version>,
    ) -> Result<Option<Arc<Artifact>>, Failure> {
        let Ok(require) = require.parse::<VersionReq>() else { return Ok(None) };
        let version = match preferred.filter(|v| require.matches(v)) {
            Some(version) => Some(version),
            None => newest(project, name, &require).await?,
        };
        match version {
            Some(version) => self.load(project, name, &version).await,
            None => Ok(None),
        }
    }

    /// One version with everything below it.
    async fn load(
        &mut self,
        project: &Project,
        name: &ArtifactName,
        version: &Version,
    ) -> Result<Option<Arc<Artifact>>, Failure> {
        let mut first = None;
        let mut waiting = vec![(name.clone(), version.clone())];
        while let Some((name, version)) = waiting.pop() {
            let path = project.path(&format!("/fragments/{}/versions/{}", segment(&name), segment(&version)));
            let found = match project.remote.get::<ArtifactDetail>(&path).await {
                Ok(found) => found,
                Err(f) if f.is(Code::UnknownArtifact) || f.is(Code::UnknownVersion) => return Ok(None),
                Err(f) => return Err(f),
            };
            let artifact = Arc::new(found.artifact);
            for locked in
                artifact.fragments.values().filter_map(|f| Some((f.name.clone(), f.locked.clone()?)))
            {
                if !self.locked.contains_key(&locked.1.digest) {
                    waiting.push((locked.0, locked.1.version));
                }
            }
            self.locked.insert(found.version.digest, Arc::clone(&artifact));
            first.get_or_insert(artifact);
        }
        Ok(first)
    }

    /// The first fragment of the artifact, at any depth within the workspace, that is not at hand because the
    /// server was not asked.
    pub fn not_at_hand(&self, artifact: &Artifact) -> Option<ArtifactName> {
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<&FragmentUse> = artifact.fragments.values().collect();
        while let Some(used) = waiting.pop() {
            if !seen.insert(&used.name) {
                continue;
            }
            match self.own.get(&used.name) {
                Some(inner) => waiting.extend(inner.fragments.values()),
                None if !self.foreign.contains_key(&key(used)) => return Some(used.name.clone()),
                None => {}
            }
        }
        None
    }
}

impl FragmentSource for Fragments {
    fn fragment(&self, used: &FragmentUse) -> Option<Arc<Artifact>> {
        if let Some(locked) = &used.locked {
            return self.locked.get(&locked.digest).cloned();
        }
        self.own.get(&used.name).cloned().or_else(|| self.foreign.get(&key(used)).cloned().flatten())
    }
}

fn key(used: &FragmentUse) -> (ArtifactName, String) {
    (used.name.clone(), used.require.to_string())
}

async fn newest(
    project: &Project,
    name: &ArtifactName,
    require: &VersionReq,
) -> Result<Option<Version>, Failure> {
    let mut before = String::new();
    let mut best: Option<Version> = None;
    loop {
        let path = project.path(&format!("/fragments/{}/versions?limit={PAGE}{before}", segment(name)));
        let page = match project.remote.get::<crate::remote::Page<VersionInfo>>(&path).await {
            Ok(page) => page.items,
            Err(f) if f.is(Code::UnknownArtifact) => return Ok(None),
            Err(f) => return Err(f),
        };
        let matching =
            page.iter().filter(|v| v.yanked.is_none() && require.matches(&v.version)).map(|v| &v.version);
        best = best.into_iter().chain(matching.cloned()).max();
        match page.last() {
            Some(last) if page.len() == PAGE => before = format!("&before={}", last.seq),
            _ => return Ok(best),
        }
    }
}

fn explain(mut failure: Failure, wanted: &[(ArtifactName, String)]) -> Failure {
    let names: Vec<String> =
        wanted.iter().map(|(name, require)| format!("fragment:{name} {require}")).collect();
    failure.detail =
        format!("{} (needed for {}, which the workspace has not)", failure.detail, names.join(", "));
    failure.fix = format!("{} Or pass --offline to leave those prompts unchecked.", failure.fix);
    failure
}

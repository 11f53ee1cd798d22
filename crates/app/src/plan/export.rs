//! The library as files again, and as a lockfile.

use std::collections::BTreeMap;

use cuelight_artifact::files;
use cuelight_artifact::lock::{LockEntry, Lockfile};
use cuelight_artifact::{ArtifactRef, Digest, EnvironmentName, ProjectName};
use cuelight_core::State;
use cuelight_core::event::ClosureEntry;
use cuelight_core::rights::Action;
use cuelight_core::version::VersionRecord;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};

/// A library as files.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FilesOutput {
    /// Path to text.
    pub files: BTreeMap<String, String>,
}

/// The files of every artifact at its newest version, or of what an environment serves, with `prompts.yaml` and
/// `prompts.lock`.
///
/// # Errors
/// `forbidden`, `unknown_environment`.
pub async fn files(
    ctx: &Ctx,
    project: &ProjectName,
    environment: Option<&EnvironmentName>,
) -> AppResult<FilesOutput> {
    ctx.on_project(Action::ReadLibrary, project)?;
    if let Some(environment) = environment {
        ctx.on_environment(Action::ReadReleases, project, environment)?;
    }
    let loaded = ctx.app.project(project).await?;
    let (contents, lock) = loaded.journal.read(|state| -> AppResult<_> {
        let records = records(state, environment)?;
        let contents: Vec<Digest> = records.iter().map(|(_, r)| r.digest).collect();
        let locked = records.iter().map(|(id, r)| locked(id, r));
        Ok((contents, lockfile(state, locked)))
    })?;
    let mut found = BTreeMap::new();
    for digest in contents {
        let artifact = loaded.contents(&ctx.app).artifact(&digest).await?;
        for (path, bytes) in files::write(&artifact.unlocked()) {
            found.insert(path, String::from_utf8(bytes).map_err(AppError::internal)?);
        }
    }
    found.insert("prompts.yaml".into(), format!("format: 1\nproject: {project}\n"));
    found.insert("prompts.lock".into(), lock.print());
    Ok(FilesOutput { files: found })
}

/// The lockfile of every artifact at its newest version, or of what an environment serves.
///
/// # Errors
/// `forbidden`, `unknown_environment`.
pub async fn lock(
    ctx: &Ctx,
    project: &ProjectName,
    environment: Option<&EnvironmentName>,
) -> AppResult<String> {
    ctx.on_project(Action::ReadLibrary, project)?;
    if let Some(environment) = environment {
        ctx.on_environment(Action::ReadReleases, project, environment)?;
    }
    let loaded = ctx.app.project(project).await?;
    loaded.journal.read(|state| {
        let records = records(state, environment)?;
        Ok(lockfile(state, records.iter().map(|(id, r)| locked(id, r))).print())
    })
}

/// The lockfile of every artifact at its newest version.
pub(super) fn lock_text(state: &State) -> String {
    let records = records(state, None).unwrap_or_default();
    lockfile(state, records.iter().map(|(id, r)| locked(id, r))).print()
}

type Records<'a> = Vec<(ArtifactRef, &'a VersionRecord)>;

fn records<'a>(state: &'a State, environment: Option<&EnvironmentName>) -> AppResult<Records<'a>> {
    let Some(environment) = environment else {
        let heads = state.artifacts.iter().filter_map(|(id, h)| Some((id.clone(), h.head()?)));
        return Ok(heads.collect());
    };
    let mut found: BTreeMap<ArtifactRef, &VersionRecord> = BTreeMap::new();
    for (slot, placed) in &state.environment(environment)?.content {
        if slot.over.is_some() {
            continue;
        }
        let id = ArtifactRef::prompt(slot.prompt.clone());
        let record = state.version(&id, &placed.version)?;
        for entry in record.closure.iter() {
            let fragment = ArtifactRef::fragment(entry.name.clone());
            let known = state.version(&fragment, &entry.locked.version)?;
            // Two prompts may be live with different versions of a fragment; files can hold only the newest.
            let kept = found.entry(fragment).or_insert(known);
            if kept.version < known.version {
                *kept = known;
            }
        }
        found.insert(id, record);
    }
    Ok(found.into_iter().collect())
}

/// One artifact of a lockfile.
pub(super) struct LockedArtifact<'a> {
    pub(super) id: &'a ArtifactRef,
    pub(super) version: &'a Version,
    pub(super) digest: Digest,
    pub(super) surface: Option<Digest>,
    pub(super) closure: &'a [ClosureEntry],
}

fn locked<'a>(id: &'a ArtifactRef, record: &'a VersionRecord) -> LockedArtifact<'a> {
    LockedArtifact {
        id,
        version: &record.version,
        digest: record.digest,
        surface: Some(record.surface),
        closure: &record.closure,
    }
}

/// The lockfile of these artifacts and of every fragment in them.
pub(super) fn lockfile<'a>(state: &State, artifacts: impl Iterator<Item = LockedArtifact<'a>>) -> Lockfile {
    let mut entries: BTreeMap<(ArtifactRef, Version), LockEntry> = BTreeMap::new();
    for artifact in artifacts {
        for used in artifact.closure {
            let id = ArtifactRef::fragment(used.name.clone());
            if let Ok(record) = state.version(&id, &used.locked.version) {
                let key = (id.clone(), record.version.clone());
                entries.entry(key).or_insert_with(|| entry(&locked(&id, record)));
            }
        }
        entries.insert((artifact.id.clone(), artifact.version.clone()), entry(&artifact));
    }
    Lockfile::new(entries.into_values())
}

fn entry(artifact: &LockedArtifact<'_>) -> LockEntry {
    let direct = artifact.closure.iter().filter(|c| c.direct);
    LockEntry {
        name: artifact.id.clone(),
        version: artifact.version.clone(),
        digest: artifact.digest,
        surface: artifact.surface,
        fragments: direct.map(|c| (c.name.clone(), c.locked.version.clone())).collect(),
    }
}

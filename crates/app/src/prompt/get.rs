//! One artifact: its newest or any version, its history, and who depends on it.

use std::collections::BTreeMap;

use cuelight_artifact::model::Risk;
use cuelight_artifact::{Artifact, ArtifactName, ArtifactRef, Digest, EnvironmentName, Kind, ProjectName};
use cuelight_core::State;
use cuelight_core::event::Event;
use cuelight_core::release::Slot;
use cuelight_core::rights::Action;
use cuelight_core::version::{Class, Severity, VersionRecord};
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::app::Project;
use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::journal::Committed;
use crate::serve::Contents;
use crate::{text, time};

/// One version with its whole content.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ArtifactDetail {
    /// The version.
    #[serde(flatten)]
    pub version: VersionInfo,
    /// The content.
    pub artifact: Artifact,
}

/// One version in brief.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct VersionInfo {
    /// Prompt or fragment, with its name.
    pub id: ArtifactRef,
    /// Its number.
    #[schemars(with = "String")]
    pub version: Version,
    /// Its content.
    pub digest: Digest,
    /// What it was compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub previous: Option<Version>,
    /// What the differences demand.
    pub class: Class,
    /// The rules that said so.
    pub rules: Vec<String>,
    /// Boundary changes, by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boundary: Vec<String>,
    /// The class the author chose, if it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<Class>,
    /// Why a lower class was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_reason: Option<String>,
    /// Its fragments, direct or not.
    #[schemars(with = "BTreeMap<ArtifactName, String>")]
    pub fragments: BTreeMap<ArtifactName, Version>,
    /// Its risk.
    pub risk: Risk,
    /// Release notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The ledger entry.
    pub seq: u64,
    /// When it was published, UTC.
    pub at: String,
    /// By whom.
    pub actor: String,
    /// Whether it is yanked, and how badly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<Severity>,
    /// Why it is yanked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yank_reason: Option<String>,
    /// Where it is live now, itself or as the base of an override.
    pub live_in: Vec<EnvironmentName>,
}

/// Somebody who includes a fragment.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DependentInfo {
    /// Who.
    pub id: ArtifactRef,
    /// Their newest version.
    #[schemars(with = "String")]
    pub version: Version,
    /// The version of the fragment in it.
    #[schemars(with = "String")]
    pub uses: Version,
    /// Whether they name it themselves, or only through another fragment.
    pub direct: bool,
    /// Where they are live.
    #[schemars(with = "BTreeMap<EnvironmentName, String>")]
    pub live: BTreeMap<EnvironmentName, Version>,
}

/// An artifact at its newest version.
///
/// # Errors
/// `unknown_artifact`, `forbidden`.
pub async fn get(ctx: &Ctx, project: &ProjectName, id: &ArtifactRef) -> AppResult<ArtifactDetail> {
    one(ctx, project, id, None).await
}

/// An artifact at one version.
///
/// # Errors
/// `unknown_artifact`, `unknown_version`, `forbidden`.
pub async fn version(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    version: &Version,
) -> AppResult<ArtifactDetail> {
    one(ctx, project, id, Some(version)).await
}

async fn one(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    version: Option<&Version>,
) -> AppResult<ArtifactDetail> {
    ctx.on_project(Action::ReadLibrary, project)?;
    detail(ctx, project, id, version).await
}

/// One version as it is when a command is answered, for whoever has permission already.
pub(super) async fn detail_after(
    ctx: &Ctx,
    project: &Project,
    (id, version): (&ArtifactRef, &Version),
    committed: &Committed<Event>,
) -> AppResult<ArtifactDetail> {
    let read = |state: &State| -> AppResult<_> {
        let record = state.version(id, version)?.clone();
        Ok((record, all_live(ctx, &project.name, state, id)))
    };
    let (record, live) = project.journal.read_after(committed, read).await??;
    let live_in = live_in(&live, &record.version);
    let contents = project.contents(&ctx.app);
    let artifact = contents.artifact(&record.digest).await?;
    Ok(ArtifactDetail { version: info(contents, id, &record, live_in).await?, artifact })
}

async fn detail(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    version: Option<&Version>,
) -> AppResult<ArtifactDetail> {
    let loaded = ctx.app.project(project).await?;
    let live = live_versions(ctx, &loaded, id).await?;
    let record = loaded.journal.read(|state| -> AppResult<_> {
        let history = state.history(id)?;
        let record = match version {
            Some(version) => state.version(id, version)?,
            None => history
                .head()
                .or_else(|| history.newest())
                .ok_or_else(|| AppError::new(Code::UnknownVersion, format!("{id} has no version")))?,
        };
        Ok(record.clone())
    })?;
    let live_in = live_in(&live, &record.version);
    let artifact = loaded.contents(&ctx.app).artifact(&record.digest).await?;
    Ok(ArtifactDetail { version: info(loaded.contents(&ctx.app), id, &record, live_in).await?, artifact })
}

/// Versions, newest first, at most `limit`, published before entry `before`.
///
/// # Errors
/// `unknown_artifact`, `forbidden`.
pub async fn versions(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    before: Option<u64>,
    limit: usize,
) -> AppResult<Vec<VersionInfo>> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let loaded = ctx.app.project(project).await?;
    let live = live_versions(ctx, &loaded, id).await?;
    let records = loaded.journal.read(|state| -> AppResult<Vec<_>> {
        let older = state.history(id)?.versions.iter().rev().filter(|v| before.is_none_or(|b| v.seq < b));
        Ok(older.take(limit).cloned().collect())
    })?;
    let mut found = Vec::with_capacity(records.len());
    for record in records {
        let live_in = live_in(&live, &record.version);
        found.push(info(loaded.contents(&ctx.app), id, &record, live_in).await?);
    }
    Ok(found)
}

/// Who includes a fragment, by their newest versions.
///
/// # Errors
/// `unknown_artifact`, `forbidden`.
pub async fn dependents(ctx: &Ctx, project: &ProjectName, id: &ArtifactRef) -> AppResult<Vec<DependentInfo>> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let loaded = ctx.app.project(project).await?;
    loaded.journal.read(|state| {
        state.history(id)?;
        if id.kind == Kind::Prompt {
            return Ok(Vec::new());
        }
        let users = state.users.get(&id.name).into_iter().flatten();
        Ok(users
            .filter_map(|user| {
                let head = state.artifacts.get(user)?.head()?;
                let entry = head.locked(&id.name)?;
                Some(DependentInfo {
                    id: user.clone(),
                    version: head.version.clone(),
                    uses: entry.locked.version.clone(),
                    direct: entry.direct,
                    live: live(ctx, project, state, user),
                })
            })
            .collect())
    })
}

pub(crate) fn live(
    ctx: &Ctx,
    project: &ProjectName,
    state: &State,
    id: &ArtifactRef,
) -> BTreeMap<EnvironmentName, Version> {
    if id.kind == Kind::Fragment {
        return BTreeMap::new();
    }
    let slot = Slot::prompt(id.name.clone());
    let seen = state.environments.iter().filter(|e| ctx.sees(Action::ReadReleases, project, &e.name));
    seen.filter_map(|e| Some((e.name.clone(), e.content.get(&slot)?.version.clone()))).collect()
}

/// Every version that is live where the caller sees it, environments in path order: of a prompt itself or as the base
/// of an override, of a fragment by the prompts that include it.
async fn live_versions(
    ctx: &Ctx,
    project: &Project,
    id: &ArtifactRef,
) -> AppResult<Vec<(EnvironmentName, Version)>> {
    if id.kind == Kind::Fragment {
        let view = project.library_view(&ctx.app).await?;
        let live = view
            .row(id)
            .map(|row| row.seen(&super::browse::sees(ctx, &project.name, &view)).cloned().collect());
        let live: Vec<super::library::Live> = live.unwrap_or_default();
        let named =
            live.into_iter().filter_map(|l| Some((view.environments.get(l.environment)?.clone(), l.version)));
        return Ok(named.collect());
    }
    Ok(project.journal.read(|state| all_live(ctx, &project.name, state, id)))
}

/// What the caller sees live of an artifact, in a state of any time. The library's view has it of the present only.
fn all_live(
    ctx: &Ctx,
    project: &ProjectName,
    state: &State,
    id: &ArtifactRef,
) -> Vec<(EnvironmentName, Version)> {
    let seen = state.environments.iter().filter(|e| ctx.sees(Action::ReadReleases, project, &e.name));
    let live = seen.flat_map(|e| {
        let versions: Vec<Version> = match id.kind {
            Kind::Prompt => {
                let places = e.content.range(Slot::prompt(id.name.clone())..);
                let own = places.take_while(|(slot, _)| slot.prompt == id.name);
                own.map(|(_, placed)| placed.version.clone()).collect()
            }
            Kind::Fragment => {
                let including = e.content.iter().filter_map(|(slot, placed)| {
                    let prompt =
                        state.version(&ArtifactRef::prompt(slot.prompt.clone()), &placed.version).ok()?;
                    Some(prompt.locked(&id.name)?.locked.version.clone())
                });
                including.collect()
            }
        };
        versions.into_iter().map(|version| (e.name.clone(), version))
    });
    live.collect()
}

/// Where a version is live, each environment once.
fn live_in(live: &[(EnvironmentName, Version)], version: &Version) -> Vec<EnvironmentName> {
    let mut found: Vec<EnvironmentName> =
        live.iter().filter(|(_, v)| v == version).map(|(e, _)| e.clone()).collect();
    found.dedup();
    found
}

/// Everything that an artifact includes, directly or not, by digest.
///
/// # Errors
/// `forbidden`, `corrupt`.
pub async fn included(
    ctx: &Ctx,
    project: &ProjectName,
    artifact: &Artifact,
) -> AppResult<BTreeMap<Digest, Artifact>> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let loaded = ctx.app.project(project).await?;
    let found = loaded.contents(&ctx.app).fragments(artifact).await?;
    Ok(found.0.into_iter().map(|(digest, fragment)| (digest, (*fragment).clone())).collect())
}

async fn info(
    contents: Contents<'_>,
    id: &ArtifactRef,
    record: &VersionRecord,
    live_in: Vec<EnvironmentName>,
) -> AppResult<VersionInfo> {
    let chosen = record.chosen.as_ref();
    Ok(VersionInfo {
        id: id.clone(),
        version: record.version.clone(),
        digest: record.digest,
        previous: record.previous.clone(),
        class: record.class,
        rules: record.rules.clone(),
        boundary: record.boundary.clone(),
        chosen: chosen.map(|c| c.class),
        chosen_reason: text::read(contents, chosen.and_then(|c| c.reason)).await?,
        fragments: record.closure.iter().map(|c| (c.name.clone(), c.locked.version.clone())).collect(),
        risk: record.risk,
        notes: text::read(contents, record.notes).await?,
        seq: record.seq,
        at: time::show(record.at),
        actor: record.actor.to_string(),
        yanked: record.yank.as_ref().map(|y| y.severity),
        yank_reason: text::read(contents, record.yank.as_ref().map(|y| y.reason)).await?,
        live_in,
    })
}

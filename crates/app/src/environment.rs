//! Environments: list, get, create, set the policy, read generations, audiences.

use std::collections::{BTreeMap, BTreeSet};

mod path;

pub use path::{Ahead, Newer, Step, Waiting, path, refused_now, waiting};

use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::environment::{CreateEnvironment, Environment, Generation, Policy, SetPolicy};
use cuelight_core::event::Event;
use cuelight_core::release::ReleaseRecord;
use cuelight_core::rights::Action;
use cuelight_core::{Command, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::Project;
use crate::ctx::{Ctx, fingerprint};
use crate::error::AppResult;
use crate::journal::{Commit, Committed, Decision};
use crate::release::{ReleaseInfo, SlotInfo, slot_info, with_texts};
use crate::time;

/// An environment in brief.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EnvironmentInfo {
    /// Its name.
    pub name: EnvironmentName,
    /// Its place in the path, from 0.
    pub position: usize,
    /// What it demands of a release.
    pub policy: Policy,
    /// How often the policy was set; the ETag of the policy.
    pub policy_revision: u64,
    /// Its newest generation; 0 before the first release.
    pub generation: u64,
    /// The release that made it.
    pub release: Option<u64>,
    /// When that was.
    pub since: Option<String>,
    /// How many prompts are live.
    pub prompts: usize,
    /// How many overrides are live.
    pub overrides: usize,
}

/// An environment with all it serves.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EnvironmentDetail {
    /// In brief.
    #[serde(flatten)]
    pub info: EnvironmentInfo,
    /// What is live.
    pub content: Vec<SlotInfo>,
}

/// One generation in brief.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GenerationInfo {
    /// Its number.
    pub generation: u64,
    /// The ledger entry that made it.
    pub seq: u64,
    /// When.
    pub at: String,
    /// The release that made it, with what changed.
    pub release: ReleaseInfo,
}

/// One generation with all it served.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GenerationDetail {
    /// In brief.
    #[serde(flatten)]
    pub info: GenerationInfo,
    /// Everything that was live in it.
    pub content: Vec<SlotInfo>,
}

/// Asks for an environment.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEnvironmentInput {
    /// Its name.
    pub name: EnvironmentName,
    /// The environment it comes after; first in the path when absent.
    #[serde(default)]
    pub after: Option<EnvironmentName>,
    /// What it demands; strict when absent.
    #[serde(default)]
    pub policy: Option<Policy>,
}

/// The environments the caller may see, in path order.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn list(ctx: &Ctx, project: &ProjectName) -> AppResult<Vec<EnvironmentInfo>> {
    ctx.on_project(Action::ReadReleases, project)?;
    let loaded = ctx.app.project(project).await?;
    Ok(loaded.journal.read(|state| {
        let all = state.environments.iter().enumerate();
        all.filter(|(_, e)| ctx.sees(Action::ReadReleases, project, &e.name))
            .map(|(position, e)| info(position, e))
            .collect()
    }))
}

/// One environment with what it serves.
///
/// # Errors
/// `forbidden`, `unknown_project`, `unknown_environment`.
pub async fn get(ctx: &Ctx, project: &ProjectName, name: &EnvironmentName) -> AppResult<EnvironmentDetail> {
    ctx.on_environment(Action::ReadReleases, project, name)?;
    let loaded = ctx.app.project(project).await?;
    loaded.journal.read(|state| detail(state, name))
}

fn detail(state: &State, name: &EnvironmentName) -> AppResult<EnvironmentDetail> {
    let position = state.position(name)?;
    let environment = state.environment(name)?;
    let content = environment.content.iter().map(|(slot, placed)| slot_info(slot, placed)).collect();
    Ok(EnvironmentDetail { info: info(position, environment), content })
}

fn info(position: usize, environment: &Environment) -> EnvironmentInfo {
    let newest = environment.generations.last();
    EnvironmentInfo {
        name: environment.name.clone(),
        position,
        policy: environment.policy.clone(),
        policy_revision: environment.policy_revision,
        generation: environment.generation(),
        release: newest.map(|g| g.release),
        since: newest.map(|g| time::show(g.at)),
        prompts: environment.content.keys().filter(|s| s.over.is_none()).count(),
        overrides: environment.content.keys().filter(|s| s.over.is_some()).count(),
    }
}

/// Request attributes that decide, or once decided, between overrides here, with the values known from them: what a
/// form can offer.
///
/// # Errors
/// `forbidden`, `unknown_project`, `unknown_environment`.
pub async fn audiences(
    ctx: &Ctx,
    project: &ProjectName,
    name: &EnvironmentName,
) -> AppResult<BTreeMap<String, BTreeSet<String>>> {
    ctx.on_environment(Action::ReadReleases, project, name)?;
    let loaded = ctx.app.project(project).await?;
    loaded.journal.read(|state| {
        let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let spans = state.environment(name)?.timelines.values().flatten();
        for audience in spans.filter_map(|s| s.placed.as_ref()?.audience.as_ref()) {
            for (key, value) in &audience.when {
                known.entry(key.clone()).or_default().insert(value.clone());
            }
        }
        Ok(known)
    })
}

/// Adds an environment to the path.
///
/// # Errors
/// `forbidden`, `exists`, `unknown_environment`.
pub async fn create(
    ctx: &Ctx,
    project: &ProjectName,
    input: CreateEnvironmentInput,
) -> AppResult<EnvironmentDetail> {
    // It changes the path of every environment after it, so it needs the reach of all.
    ctx.on_project(Action::ConfigureEnvironments, project)?;
    let loaded = ctx.app.project(project).await?;
    let command = Command::CreateEnvironment(CreateEnvironment {
        environment: input.name.clone(),
        after: input.after.clone(),
        policy: input.policy.clone().unwrap_or_else(Policy::strict),
    });
    let committed = commit(ctx, &loaded, "environment.create", &input, &command).await?;
    loaded.journal.read_after(&committed, |state| detail(state, &input.name)).await?
}

/// Sets an environment's policy, if it is still at the revision the caller saw.
///
/// # Errors
/// `forbidden`, `stale`, `nothing_to_change`.
pub async fn set_policy(
    ctx: &Ctx,
    project: &ProjectName,
    name: &EnvironmentName,
    expected: u64,
    policy: Policy,
) -> AppResult<EnvironmentDetail> {
    ctx.on_environment(Action::ConfigureEnvironments, project, name)?;
    let loaded = ctx.app.project(project).await?;
    let input = (name, expected, &policy);
    let command =
        Command::SetPolicy(SetPolicy { environment: name.clone(), expected, policy: policy.clone() });
    let committed = commit(ctx, &loaded, "environment.set_policy", &input, &command).await?;
    loaded.journal.read_after(&committed, |state| detail(state, name)).await?
}

async fn commit<T: Serialize>(
    ctx: &Ctx,
    project: &Project,
    operation: &str,
    input: &T,
    command: &Command,
) -> AppResult<Committed<Event>> {
    let commit = Commit {
        command: ctx.command()?,
        fingerprint: fingerprint(operation, &ctx.principal.actor, input)?,
        actor: ctx.principal.actor.clone(),
        now: ctx.app.now(),
    };
    let committed = project
        .journal
        .commit(commit, |state, context| {
            Ok(Decision { events: cuelight_core::decide(state, command, context)?, blobs: Vec::new() })
        })
        .await?;
    project.refresh(&ctx.app).await?;
    Ok(committed)
}

/// Generations, newest first, at most `limit`, older than `before`.
///
/// # Errors
/// `forbidden`, `unknown_project`, `unknown_environment`.
pub async fn generations(
    ctx: &Ctx,
    project: &ProjectName,
    name: &EnvironmentName,
    before: Option<u64>,
    limit: usize,
) -> AppResult<Vec<GenerationInfo>> {
    ctx.on_environment(Action::ReadReleases, project, name)?;
    let loaded = ctx.app.project(project).await?;
    let records = loaded.journal.read(|state| -> AppResult<Vec<_>> {
        let environment = state.environment(name)?;
        let older = environment.generations.iter().rev().filter(|g| before.is_none_or(|b| g.number < b));
        older.take(limit).map(|g| Ok((g.clone(), state.release(g.release)?.clone()))).collect()
    })?;
    let mut found = Vec::with_capacity(records.len());
    for (generation, record) in &records {
        found.push(generation_info(ctx, &loaded, generation, record).await?);
    }
    Ok(found)
}

async fn generation_info(
    ctx: &Ctx,
    project: &Project,
    generation: &Generation,
    record: &ReleaseRecord,
) -> AppResult<GenerationInfo> {
    Ok(GenerationInfo {
        generation: generation.number,
        seq: generation.seq,
        at: time::show(generation.at),
        release: with_texts(ctx, project, record).await?,
    })
}

/// One generation with all it served.
///
/// # Errors
/// `forbidden`, `unknown_generation`.
pub async fn generation(
    ctx: &Ctx,
    project: &ProjectName,
    name: &EnvironmentName,
    number: u64,
) -> AppResult<GenerationDetail> {
    ctx.on_environment(Action::ReadReleases, project, name)?;
    let loaded = ctx.app.project(project).await?;
    let (generation, record, content) = loaded.journal.read(|state| -> AppResult<_> {
        let environment = state.environment(name)?;
        let generation = environment.generation_record(number).ok_or_else(|| {
            cuelight_core::Refusal::UnknownGeneration {
                environment: name.clone(),
                generation: number,
                current: environment.generation(),
            }
        })?;
        let record = state.release(generation.release)?.clone();
        let content = environment.content_in(number);
        let content = content.iter().map(|(slot, placed)| slot_info(slot, placed)).collect();
        Ok((generation.clone(), record, content))
    })?;
    Ok(GenerationDetail { info: generation_info(ctx, &loaded, &generation, &record).await?, content })
}

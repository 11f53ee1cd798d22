//! The path of environments as people look at it: what is live where, and what is newer one step earlier.

use cuelight_artifact::{ArtifactName, ArtifactRef, EnvironmentName, Kind, ProjectName};
use cuelight_core::State;
use cuelight_core::environment::{Environment, Policy};
use cuelight_core::release::Slot;
use cuelight_core::release::open;
use cuelight_core::rights::Action;
use semver::Version;

use super::{EnvironmentInfo, info};
use crate::ctx::Ctx;
use crate::error::AppResult;
use crate::release::{ReleaseInfo, with_texts};
use crate::time;

/// One environment of the path.
#[derive(Debug, Clone)]
pub struct Step {
    /// It.
    pub info: EnvironmentInfo,
    /// The release that made what is live.
    pub release: Option<ReleaseInfo>,
    /// What is newer in the environment before it, of those the caller sees.
    pub before: Option<Ahead>,
}

/// What is newer one environment earlier.
#[derive(Debug, Clone)]
pub struct Ahead {
    /// The earlier environment.
    pub environment: EnvironmentName,
    /// How many prompts are newer there, or only there. Yanked versions are not counted.
    pub count: usize,
    /// The first of them, by name.
    pub first: Vec<Newer>,
}

/// A prompt with a newer version than what is live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newer {
    /// The prompt.
    pub prompt: ArtifactName,
    /// What is live.
    pub live: Option<Version>,
    /// What is newer.
    pub newer: Version,
    /// When that was published, UTC.
    pub at: String,
}

/// Prompts whose newest version is not live yet.
#[derive(Debug, Clone, Default)]
pub struct Waiting {
    /// How many.
    pub total: usize,
    /// Some of them, by name.
    pub items: Vec<Newer>,
    /// The last one here, when there are more.
    pub next: Option<ArtifactName>,
}

/// How many prompts that are newer elsewhere are named.
const NAMED: usize = 5;

/// The environments the caller may see, in path order, each with what is newer before it.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn path(ctx: &Ctx, project: &ProjectName) -> AppResult<Vec<Step>> {
    ctx.on_project(Action::ReadReleases, project)?;
    let loaded = ctx.app.project(project).await?;
    let found: Vec<_> = loaded.journal.read(|state| {
        let mut steps = Vec::new();
        let mut earlier: Option<&Environment> = None;
        for (position, environment) in state.environments.iter().enumerate() {
            if !ctx.sees(Action::ReadReleases, project, &environment.name) {
                continue;
            }
            let release = environment.generations.last().and_then(|g| state.release(g.release).ok());
            let before = earlier.map(|e| ahead(state, e, environment));
            steps.push((info(position, environment), release.cloned(), before));
            earlier = Some(environment);
        }
        steps
    });
    let mut steps = Vec::with_capacity(found.len());
    for (info, record, before) in found {
        let release = match &record {
            Some(record) => Some(with_texts(ctx, &loaded, record).await?),
            None => None,
        };
        steps.push(Step { info, release, before });
    }
    Ok(steps)
}

fn ahead(state: &State, earlier: &Environment, here: &Environment) -> Ahead {
    let mut count = 0;
    let mut first = Vec::new();
    for (slot, placed) in earlier.content.iter().filter(|(slot, _)| slot.over.is_none()) {
        let live = here.content.get(slot).map(|p| &p.version);
        let artifact = ArtifactRef::prompt(slot.prompt.clone());
        let withdrawn = state.version(&artifact, &placed.version).is_ok_and(|v| v.yank.is_some());
        if withdrawn || live.is_some_and(|l| l >= &placed.version) {
            continue;
        }
        count += 1;
        if first.len() < NAMED {
            first.push(newer(state, &slot.prompt, live, &placed.version));
        }
    }
    Ahead { environment: earlier.name.clone(), count, first }
}

fn newer(state: &State, prompt: &ArtifactName, live: Option<&Version>, version: &Version) -> Newer {
    let at = state.version(&ArtifactRef::prompt(prompt.clone()), version).map_or(0, |v| v.at);
    Newer { prompt: prompt.clone(), live: live.cloned(), newer: version.clone(), at: time::show(at) }
}

/// Prompts whose newest full version is not live in an environment, by name, after `after`, at most `limit`. Yanked
/// versions do not wait.
///
/// # Errors
/// `forbidden`, `unknown_project`, `unknown_environment`.
pub async fn waiting(
    ctx: &Ctx,
    project: &ProjectName,
    name: &EnvironmentName,
    after: Option<&ArtifactName>,
    limit: usize,
) -> AppResult<Waiting> {
    ctx.on_project(Action::ReadLibrary, project)?;
    ctx.on_environment(Action::ReadReleases, project, name)?;
    let loaded = ctx.app.project(project).await?;
    loaded.journal.read(|state| {
        let environment = state.environment(name)?;
        let mut found = Waiting::default();
        for (artifact, history) in state.artifacts.iter().filter(|(a, _)| a.kind == Kind::Prompt) {
            let Some(head) = history.head().filter(|h| h.yank.is_none()) else { continue };
            let live = environment.content.get(&Slot::prompt(artifact.name.clone())).map(|p| &p.version);
            if live.is_some_and(|l| l >= &head.version) {
                continue;
            }
            found.total += 1;
            if after.is_some_and(|a| &artifact.name <= a) {
                continue;
            }
            if found.items.len() == limit {
                found.next = found.items.last().map(|n| n.prompt.clone());
                continue;
            }
            found.items.push(newer(state, &artifact.name, live, &head.version));
        }
        Ok(found)
    })
}

/// What a policy would demand of everything that is live in an environment now, one line each.
///
/// # Errors
/// `forbidden`, `unknown_project`, `unknown_environment`.
pub async fn refused_now(
    ctx: &Ctx,
    project: &ProjectName,
    name: &EnvironmentName,
    policy: &Policy,
) -> AppResult<Vec<String>> {
    ctx.on_environment(Action::ReadReleases, project, name)?;
    let loaded = ctx.app.project(project).await?;
    loaded.journal.read(|state| Ok(open::refused_now(state, state.environment(name)?, policy)))
}

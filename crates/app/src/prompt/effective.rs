//! What each audience of a prompt gets in an environment, and where every overridden field comes from.

use std::collections::BTreeMap;

use cuelight_artifact::name::Word;
use cuelight_artifact::overlay::{self, Patch};
use cuelight_artifact::{Artifact, ArtifactName, ArtifactRef, Digest, EnvironmentName, ProjectName};
use cuelight_core::State;
use cuelight_core::environment::{Environment, Span};
use cuelight_core::ledger::Micros;
use cuelight_core::release::{Placed, Slot};
use cuelight_core::rights::Action;
use cuelight_core::version::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::Project;
use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::release::{SlotInfo, load_patch, slot_info};
use crate::time;

/// What one audience gets in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Effective {
    /// Where.
    pub environment: EnvironmentName,
    /// The prompt or the override, with its version.
    pub slot: SlotInfo,
    /// Since when it is live there like this, UTC.
    pub since: String,
    /// The generation that brought it.
    pub generation: u64,
    /// The release that made that generation.
    pub release: u64,
    /// The whole content.
    pub artifact: Artifact,
    /// The fragments in it, by digest.
    pub fragments: BTreeMap<Digest, Artifact>,
    /// The fields that differ from the version, by path.
    pub origins: Vec<Origin>,
}

/// One place of a prompt: itself, or an override of it, in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// Where.
    pub environment: EnvironmentName,
    /// The prompt or the override, with its version.
    pub slot: SlotInfo,
    /// Since when it is live there like this, UTC.
    pub since: String,
    /// The generation that brought it.
    pub generation: u64,
    /// The release that made that generation.
    pub release: u64,
    /// Whether its version is yanked, and how badly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<Severity>,
    /// The fields that differ from the version, by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
}

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    /// The field, such as `constants.tone`.
    pub path: String,
    /// Its value.
    pub value: Value,
    /// Its value in the version; absent where the version has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Value>,
    /// The override that sets it, with whom it is for.
    pub from: SlotInfo,
    /// The release since which that audience has had this value without a break.
    pub release: u64,
    /// When that was, UTC.
    pub since: String,
}

/// A place as the state knows it, with the patches it had before.
struct Found {
    environment: EnvironmentName,
    slot: Slot,
    placed: Placed,
    base: Digest,
    yanked: Option<Severity>,
    since: Since,
    /// The patches of this audience, newest first, for as long as it had any without a break.
    patches: Vec<(Digest, Since)>,
}

#[derive(Clone)]
struct Since {
    generation: u64,
    release: u64,
    at: Micros,
}

/// Patches and artifacts that were loaded already.
#[derive(Default)]
struct Loaded {
    patches: BTreeMap<Digest, Patch>,
    artifacts: BTreeMap<Digest, Artifact>,
}

/// What one audience gets in an environment: everybody that no override is for, or the audience of one override.
///
/// # Errors
/// `forbidden`, `unknown_*`, `not_released` when prompt or override is not live there.
pub async fn effective(
    ctx: &Ctx,
    project: &ProjectName,
    prompt: &ArtifactName,
    environment: &EnvironmentName,
    over: Option<&Word>,
) -> AppResult<Effective> {
    ctx.on_project(Action::ReadLibrary, project)?;
    ctx.on_environment(Action::ReadReleases, project, environment)?;
    let loaded = ctx.app.project(project).await?;
    let slot = Slot { prompt: prompt.clone(), over: over.cloned() };
    let found = loaded.journal.read(|state| -> AppResult<_> {
        let environment = state.environment(environment)?;
        state.history(&ArtifactRef::prompt(prompt.clone()))?;
        look(state, environment, &slot).ok_or_else(|| {
            AppError::new(Code::NotReleased, format!("`{slot}` is not live in `{}`", environment.name))
        })
    })?;
    let origins = origins(ctx, &loaded, &found, &mut Loaded::default()).await?;
    let artifact = loaded.contents(&ctx.app).artifact(&found.placed.digest).await?;
    let fragments = loaded.contents(&ctx.app).fragments(&artifact).await?;
    Ok(Effective {
        slot: slot_info(&found.slot, &found.placed),
        environment: found.environment,
        since: time::show(found.since.at),
        generation: found.since.generation,
        release: found.since.release,
        artifact,
        fragments: fragments.0.into_iter().map(|(d, a)| (d, (*a).clone())).collect(),
        origins,
    })
}

/// Every place of a prompt that the caller sees, environments in path order, in each the prompt before its
/// overrides.
///
/// # Errors
/// `forbidden`, `unknown_project`, `unknown_artifact`.
pub async fn places(ctx: &Ctx, project: &ProjectName, prompt: &ArtifactName) -> AppResult<Vec<Place>> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let loaded = ctx.app.project(project).await?;
    let all = loaded.journal.read(|state| -> AppResult<Vec<Found>> {
        state.history(&ArtifactRef::prompt(prompt.clone()))?;
        let seen = state.environments.iter().filter(|e| ctx.sees(Action::ReadReleases, project, &e.name));
        let places = seen.flat_map(|e| {
            let slots = e.content.range(Slot::prompt(prompt.clone())..).map(|(slot, _)| slot);
            slots.take_while(|s| s.prompt == *prompt).filter_map(move |slot| look(state, e, slot))
        });
        Ok(places.collect())
    })?;
    let mut known = Loaded::default();
    let mut places = Vec::with_capacity(all.len());
    for found in all {
        let origins = origins(ctx, &loaded, &found, &mut known).await?;
        places.push(Place {
            slot: slot_info(&found.slot, &found.placed),
            environment: found.environment,
            since: time::show(found.since.at),
            generation: found.since.generation,
            release: found.since.release,
            yanked: found.yanked,
            origins,
        });
    }
    Ok(places)
}

fn look(state: &State, environment: &Environment, slot: &Slot) -> Option<Found> {
    let placed = environment.content.get(slot)?;
    let record = state.version(&ArtifactRef::prompt(slot.prompt.clone()), &placed.version).ok()?;
    let spans = environment.timelines.get(slot)?;
    let since = |span: &Span| Since {
        generation: span.generation,
        release: environment.generation_record(span.generation).map_or(0, |g| g.release),
        at: span.at,
    };
    let when = placed.audience.as_ref().map(|a| &a.when);
    let before = spans.iter().rev().map_while(|span| {
        let then = span.placed.as_ref()?;
        let same = then.audience.as_ref().map(|a| &a.when) == when;
        Some((then.patch.filter(|_| same)?, since(span)))
    });
    Some(Found {
        environment: environment.name.clone(),
        slot: slot.clone(),
        base: record.digest,
        yanked: record.yank.as_ref().map(|y| y.severity),
        since: since(spans.last()?),
        patches: before.collect(),
        placed: (**placed).clone(),
    })
}

async fn origins(ctx: &Ctx, project: &Project, found: &Found, known: &mut Loaded) -> AppResult<Vec<Origin>> {
    let Some(patch) = found.placed.patch else { return Ok(Vec::new()) };
    known.load_artifact(ctx, project, &found.base).await?;
    let mut since = since_when(ctx, project, found, known).await?;
    let (Some(base), Some(patch)) = (known.artifacts.get(&found.base), known.patches.get(&patch)) else {
        return Ok(Vec::new());
    };
    let made = patch.0.iter().filter_map(|(path, value)| {
        let since = since.remove(path)?;
        Some(Origin {
            path: path.clone(),
            value: value.clone(),
            base: overlay::get(base, path),
            from: slot_info(&found.slot, &found.placed),
            release: since.release,
            since: time::show(since.at),
        })
    });
    Ok(made.collect())
}

/// Since when each field has had its value.
async fn since_when(
    ctx: &Ctx,
    project: &Project,
    found: &Found,
    known: &mut Loaded,
) -> AppResult<BTreeMap<String, Since>> {
    let mut since: BTreeMap<String, Since> = BTreeMap::new();
    let mut open: Option<BTreeMap<String, Value>> = None;
    for (digest, at) in &found.patches {
        known.load_patch(ctx, project, digest).await?;
        let Some(patch) = known.patches.get(digest) else { break };
        let unbroken = open.get_or_insert_with(|| patch.0.clone());
        unbroken.retain(|path, value| patch.0.get(path) == Some(value));
        if unbroken.is_empty() {
            break;
        }
        since.extend(unbroken.keys().map(|path| (path.clone(), at.clone())));
    }
    Ok(since)
}

impl Loaded {
    async fn load_patch(&mut self, ctx: &Ctx, project: &Project, digest: &Digest) -> AppResult<()> {
        if !self.patches.contains_key(digest) {
            self.patches.insert(*digest, load_patch(ctx, project, digest).await?);
        }
        Ok(())
    }

    async fn load_artifact(&mut self, ctx: &Ctx, project: &Project, digest: &Digest) -> AppResult<()> {
        if !self.artifacts.contains_key(digest) {
            let artifact = project.contents(&ctx.app).artifact(digest).await?;
            self.artifacts.insert(*digest, artifact);
        }
        Ok(())
    }
}

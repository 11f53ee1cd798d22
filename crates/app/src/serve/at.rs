//! The time machine: what was decided live at an instant, for a whole environment or for one prompt and its
//! request attributes, with the proof.

mod choice;

use std::collections::BTreeMap;

use cuelight_artifact::name::Word;
use cuelight_artifact::{Artifact, ArtifactName, ArtifactRef, Digest, EnvironmentName, ProjectName};
use cuelight_core::State;
use cuelight_core::environment::Environment;
use cuelight_core::ledger::{Micros, Seq};
use cuelight_core::release::{Cause, Slot};
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::ledger::proof::{self, Proof};
use crate::{text, time};

/// Asks what was live.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AtInput {
    /// When, with its zone; see [`time::parse`].
    pub time: String,
    /// Where.
    pub environment: EnvironmentName,
    /// Which prompt; all of them when absent.
    #[serde(default)]
    pub prompt: Option<ArtifactName>,
    /// Request attributes that decide between overrides.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// The answers: one, or two when the local time asked for occurred twice.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AtOutput {
    /// One per instant.
    pub answers: Vec<AtAnswer>,
}

/// What was live at one instant.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AtAnswer {
    /// The instant, UTC.
    pub time: String,
    /// The environment.
    pub environment: EnvironmentName,
    /// The generation that was decided last by then; 0 when there was none yet.
    pub generation: u64,
    /// The release that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<AtRelease>,
    /// What was live, by name.
    pub prompts: Vec<AtPrompt>,
    /// The whole content, when one prompt was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Box<Artifact>>,
    /// The fragments in it, by digest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fragments: BTreeMap<Digest, Artifact>,
    /// That the release's entry is in the ledger; check it offline with `cuelight verify`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// What this answer does not say.
    pub note: String,
}

/// The release behind a generation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AtRelease {
    /// Its number.
    pub number: u64,
    /// A release, or going back.
    pub cause: Cause,
    /// The ledger entry.
    pub seq: Seq,
    /// When it was decided, UTC.
    pub at: String,
    /// By whom.
    pub actor: String,
    /// Why; absent when nobody said, or when the text was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// One prompt that was live.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AtPrompt {
    /// The prompt.
    pub prompt: ArtifactName,
    /// Its version.
    #[schemars(with = "String")]
    pub version: Version,
    /// What exactly was served.
    pub digest: Digest,
    /// The arm.
    pub arm: String,
    /// The override, if one was for these attributes.
    #[serde(rename = "override", default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Word>,
    /// Since when requests with these attributes got exactly this, UTC.
    pub since: String,
    /// The generation that brought it.
    pub since_generation: u64,
    /// The release that brought it.
    pub since_release: u64,
    /// When they got something else or nothing, UTC; absent while they still get it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The release that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_release: Option<u64>,
    /// Who published the version.
    pub published_by: String,
    /// When, UTC.
    pub published_at: String,
}

/// What was live at `input.time`.
///
/// # Errors
/// `invalid_request` for a time without a zone, `unknown_*`, `nothing_live` when the prompt was not live then.
pub async fn at(ctx: &Ctx, project: &ProjectName, input: AtInput) -> AppResult<AtOutput> {
    ctx.on_environment(Action::ReadReleases, project, &input.environment)?;
    let loaded = ctx.app.project(project).await?;
    let mut answers = Vec::new();
    let now = ctx.app.now();
    for instant in time::parse(&input.time)? {
        let (mut answer, notes) = loaded.journal.read(|state| lookup(state, &input, instant))?;
        if let Some(release) = &mut answer.release {
            release.notes = text::read(loaded.contents(&ctx.app), notes).await?;
            if ctx.on_project(Action::ReadLedger, project).is_ok() {
                answer.proof = Some(proof::prove(&loaded, release.seq, None).await?);
            }
        }
        if instant > now {
            answer.note = "This instant is in the future: this is what is decided so far.".into();
        }
        let library = ctx.on_project(Action::ReadLibrary, project).is_ok();
        if let (Some(_), [found], true) = (&input.prompt, answer.prompts.as_slice(), library) {
            let artifact = loaded.contents(&ctx.app).artifact(&found.digest).await?;
            let fragments = loaded.contents(&ctx.app).fragments(&artifact).await?;
            answer.fragments = fragments.0.into_iter().map(|(d, a)| (d, (*a).clone())).collect();
            answer.artifact = Some(Box::new(artifact));
        }
        answers.push(answer);
    }
    Ok(AtOutput { answers })
}

/// When a prompt was first live in an environment, UTC; `None` if it never was. An override never comes before it.
///
/// # Errors
/// `forbidden`, `unknown_project`, `unknown_environment`.
pub async fn first_live(
    ctx: &Ctx,
    project: &ProjectName,
    environment: &EnvironmentName,
    prompt: &ArtifactName,
) -> AppResult<Option<String>> {
    ctx.on_environment(Action::ReadReleases, project, environment)?;
    let loaded = ctx.app.project(project).await?;
    loaded.journal.read(|state| {
        let environment = state.environment(environment)?;
        let first = environment.timelines.get(&Slot::prompt(prompt.clone())).and_then(|spans| spans.first());
        Ok(first.map(|s| time::show(s.at)))
    })
}

fn lookup(state: &State, input: &AtInput, instant: Micros) -> AppResult<(AtAnswer, Option<Digest>)> {
    let environment = state.environment(&input.environment)?;
    let generation = environment.generation_at(instant);
    let record = environment.generation_record(generation);
    let release = record.map(|g| state.release(g.release)).transpose()?;
    let prompts = match &input.prompt {
        Some(prompt) => {
            vec![live_prompt(state, environment, prompt, generation, input).ok_or_else(|| {
                let first = environment.timelines.get(&Slot::prompt(prompt.clone())).and_then(|t| t.first());
                let since = first.map_or_else(
                    || format!("it has never been live in `{}`", environment.name),
                    |s| format!("it was live first from {}", time::show(s.at)),
                );
                AppError::new(
                    Code::NothingLive,
                    format!(
                        "`{prompt}` was not live in `{}` at {}; {since}",
                        environment.name,
                        time::show(instant)
                    ),
                )
            })?]
        }
        None => {
            let content = environment.content_in(generation);
            let names = content.keys().filter(|s| s.over.is_none()).map(|s| &s.prompt);
            names.filter_map(|name| live_prompt(state, environment, name, generation, input)).collect()
        }
    };
    let answer = AtAnswer {
        time: time::show(instant),
        environment: environment.name.clone(),
        generation,
        release: release.map(|r| AtRelease {
            number: r.number,
            cause: r.cause.clone(),
            seq: r.seq,
            at: time::show(r.at),
            actor: r.actor.to_string(),
            notes: None,
        }),
        prompts,
        artifact: None,
        fragments: BTreeMap::new(),
        proof: None,
        note:
            "This is what was decided. An application that was offline or pinned may have applied it later."
                .into(),
    };
    Ok((answer, release.and_then(|r| r.notes)))
}

fn live_prompt(
    state: &State,
    environment: &Environment,
    prompt: &ArtifactName,
    generation: u64,
    input: &AtInput,
) -> Option<AtPrompt> {
    let places = choice::Places::new(environment, prompt, &input.attributes);
    let (slot, placed) = places.chosen(generation)?;
    let version = state.version(&ArtifactRef::prompt(prompt.clone()), &placed.version).ok()?;
    let run = places.run(generation)?;
    let first = environment.generation_record(run.first)?;
    let end = run.end.and_then(|g| environment.generation_record(g));
    Some(AtPrompt {
        prompt: prompt.clone(),
        version: placed.version.clone(),
        digest: placed.digest,
        arm: "stable".into(),
        over: slot.over.clone(),
        since: time::show(first.at),
        since_generation: first.number,
        since_release: first.release,
        until: end.map(|g| time::show(g.at)),
        until_release: end.map(|g| g.release),
        published_by: version.actor.to_string(),
        published_at: time::show(version.at),
    })
}

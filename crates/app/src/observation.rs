//! Observations: what applications report. Kept apart from the ledger, with retention to come.

use cuelight_artifact::ProjectName;
use cuelight_core::rights::Action;
use cuelight_store::{Filter, Observation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::serve::cue::{self, Cue};
use crate::time;

/// Most observations in one call.
pub const MAX_BATCH: usize = 1_000;
/// Largest single observation, in bytes of JSON.
pub const MAX_BYTES: usize = 16 * 1024;

/// Observations to record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObserveInput {
    /// The observations.
    pub observations: Vec<ObservationInput>,
}

/// One observation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservationInput {
    /// An id of the sender's, 1 to 100 characters of visible ASCII; the same id is recorded once.
    pub id: String,
    /// The cue that came with the prompt.
    pub cue: String,
    /// What was seen: latency, tokens, outcome, as the sender names them.
    #[serde(default)]
    pub fields: Map<String, Value>,
}

/// What became of them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ObserveOutput {
    /// How many were new.
    pub recorded: u64,
    /// How many were known by their ids.
    pub known: u64,
}

/// A recorded observation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ObservationInfo {
    /// Place in the store; the cursor to read on from.
    pub cursor: u64,
    /// The sender's id.
    pub id: String,
    /// When it was recorded, UTC.
    pub at: String,
    /// What it is about.
    pub cue: Cue,
    /// What was seen.
    pub fields: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    cue: Cue,
    fields: Map<String, Value>,
}

/// Records observations, all or none.
///
/// # Errors
/// `invalid_request` naming the observation, `forbidden`, `recovery_needed`.
pub async fn observe(ctx: &Ctx, project: &ProjectName, input: ObserveInput) -> AppResult<ObserveOutput> {
    ctx.on_project(Action::Observe, project)?;
    ctx.app.check_writable()?;
    ctx.app.project(project).await?;
    let all = input.observations.len();
    if all == 0 || all > MAX_BATCH {
        return Err(AppError::invalid(format!("`observations` has 1 to {MAX_BATCH} items; this has {all}")));
    }
    let mut batch = Vec::with_capacity(all);
    for (i, observation) in input.observations.into_iter().enumerate() {
        let place = |what: String| AppError::invalid(format!("`observations[{i}]`: {what}"));
        let id = &observation.id;
        if !(1..=100).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(place("`id` has 1 to 100 characters, all visible ASCII".into()));
        }
        let cue = cue::open(&ctx.app, &observation.cue).map_err(|e| place(e.detail))?;
        if &cue.project != project {
            return Err(place("the cue belongs to another project".into()));
        }
        ctx.on_environment(Action::Observe, project, &cue.environment)?;
        let body =
            serde_json::to_vec(&Stored { cue, fields: observation.fields }).map_err(AppError::internal)?;
        if body.len() > MAX_BYTES {
            return Err(place(format!("at most {MAX_BYTES} bytes; this has {}", body.len())));
        }
        let kind = "observation/1".to_owned();
        batch.push(Observation {
            project: project.clone(),
            id: observation.id,
            at: ctx.app.now(),
            kind,
            body,
        });
    }
    let taken = ctx.app.ports.observations.append(batch).await?;
    Ok(ObserveOutput { recorded: taken.new, known: taken.known })
}

/// Observations after a cursor, oldest first.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn list(
    ctx: &Ctx,
    project: &ProjectName,
    after: u64,
    limit: u32,
) -> AppResult<Vec<ObservationInfo>> {
    ctx.on_project(Action::ReadObservations, project)?;
    ctx.app.project(project).await?;
    let mut infos = Vec::new();
    let mut cursor = after;
    // What the reader may not see is passed over, not counted.
    loop {
        let filter = Filter { project: project.clone(), after: cursor, limit };
        let page = ctx.app.ports.observations.read(&filter).await?;
        let more = page.len() == limit as usize && limit > 0;
        for (at, observation) in page {
            cursor = at;
            let body: Stored = serde_json::from_slice(&observation.body).map_err(AppError::internal)?;
            if !ctx.sees(Action::ReadObservations, project, &body.cue.environment) {
                continue;
            }
            infos.push(ObservationInfo {
                cursor,
                id: observation.id,
                at: time::show(observation.at),
                cue: body.cue,
                fields: body.fields,
            });
            if infos.len() == limit as usize {
                return Ok(infos);
            }
        }
        if !more {
            return Ok(infos);
        }
    }
}

//! The feed: what changed in an environment, in order, replayable from any entry.

use cuelight_artifact::Digest;
use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::ledger::Seq;
use cuelight_core::release::{Cause, ReleaseRecord, Slot};
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::ctx::Ctx;
use crate::error::AppResult;
use crate::time;

/// Most events returned at once.
pub const PAGE: usize = 500;

/// One new generation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeedEvent {
    /// The ledger entry; also the event's id, to resume after it.
    pub seq: Seq,
    /// The environment.
    pub environment: EnvironmentName,
    /// The generation it made.
    pub generation: u64,
    /// The release.
    pub release: u64,
    /// A release, or going back.
    pub cause: Cause,
    /// When it was decided, RFC 3339.
    pub at: String,
    /// What changed.
    pub changes: Vec<FeedChange>,
}

/// One place that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeedChange {
    /// The prompt, or an override of it.
    pub slot: Slot,
    /// What is live there now; absent when it was cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub version: Option<Version>,
    /// Its digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// News of a generation that is not new: what is said about it has changed, by a yank, by the environment's policy for
/// versions that are yanked as unsafe, or by a recovery. Whoever holds its bundle fetches it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BundleEvent {
    /// The environment.
    pub environment: EnvironmentName,
    /// The generation that is served.
    pub generation: u64,
}

/// What a feed has to tell.
#[derive(Debug)]
pub struct News {
    /// The generations since, oldest first.
    pub events: Vec<FeedEvent>,
    /// What is served.
    pub served: BundleEvent,
    /// The entry that the project had come to when that was made ready. A later one means that it says something else.
    pub made: Seq,
}

/// A place to wait for news.
#[derive(Debug)]
pub struct Feed {
    /// Changes when something new is served.
    pub news: watch::Receiver<Seq>,
    /// The entry that the project had come to when what is served was made ready.
    pub made: Seq,
}

/// Opens the feed of an environment.
///
/// # Errors
/// `forbidden`, `unknown_project`, `unknown_environment`.
pub async fn open(ctx: &Ctx, project: &ProjectName, environment: &EnvironmentName) -> AppResult<Feed> {
    ctx.on_environment(Action::Serve, project, environment)?;
    let loaded = ctx.app.project(project).await?;
    let made = loaded.snapshot(environment)?.made;
    Ok(Feed { news: loaded.serving.watch(), made })
}

/// What is served, and the events after entry `after` that are, oldest first, at most [`PAGE`].
///
/// # Errors
/// As [`open`]; a token that was revoked meanwhile is refused here too.
pub async fn events(
    ctx: &Ctx,
    project: &ProjectName,
    environment: &EnvironmentName,
    after: Seq,
) -> AppResult<News> {
    ctx.on_environment(Action::Serve, project, environment)?;
    let loaded = ctx.app.project(project).await?;
    let snapshot = loaded.snapshot(environment)?;
    let served = snapshot.seq;
    let events = loaded.journal.read(|state| {
        let found = state.environment(environment)?;
        // An id from before a backup was restored lies ahead of the ledger: begin with what is served now.
        let newest = found.generations.iter().rev().find(|g| g.seq <= served).map_or(0, |g| g.seq);
        let after = if after > state.seq { newest.saturating_sub(1) } else { after };
        let first = found.generations.partition_point(|g| g.seq <= after);
        let records = found.generations[first..].iter().take_while(|g| g.seq <= served).take(PAGE);
        records.map(|g| Ok(event(state.release(g.release)?))).collect::<AppResult<_>>()
    })?;
    let served = BundleEvent { environment: environment.clone(), generation: snapshot.generation };
    Ok(News { events, served, made: snapshot.made })
}

/// The event of the generation that is served now; `None` before the first release.
///
/// # Errors
/// As [`open`].
pub async fn present(
    ctx: &Ctx,
    project: &ProjectName,
    environment: &EnvironmentName,
) -> AppResult<Option<FeedEvent>> {
    ctx.on_environment(Action::Serve, project, environment)?;
    let loaded = ctx.app.project(project).await?;
    let generation = loaded.snapshot(environment)?.generation;
    loaded.journal.read(|state| {
        let Some(record) = state.environment(environment)?.generation_record(generation) else {
            return Ok(None);
        };
        Ok(Some(event(state.release(record.release)?)))
    })
}

fn event(record: &ReleaseRecord) -> FeedEvent {
    let changes = record.changes.iter().map(|c| FeedChange {
        slot: c.slot.clone(),
        version: c.after.as_ref().map(|p| p.version.clone()),
        digest: c.after.as_ref().map(|p| p.digest),
    });
    FeedEvent {
        seq: record.seq,
        environment: record.environment.clone(),
        generation: record.generation,
        release: record.number,
        cause: record.cause.clone(),
        at: time::show(record.at),
        changes: changes.collect(),
    }
}

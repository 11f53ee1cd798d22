//! Goes back. One call; no approval, no test, no model provider.

use std::sync::Arc;

use cuelight_artifact::{ArtifactRef, Digest, ProjectName};
use cuelight_core::event::Event;
use cuelight_core::release::RollBack;
use cuelight_core::release::roll_back::changes_to;
use cuelight_core::rights::Action;
use cuelight_core::{Command, Refusal, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ReleaseInfo, with_texts};
use crate::app::Project;
use crate::ctx::{Ctx, fingerprint};
use crate::error::{AppError, AppResult};
use crate::journal::{Commit, Decision};
use crate::serve::Served;
use crate::text;

/// Asks to go back.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RollBackInput {
    /// The generation to return to; the release's declared way back when absent.
    #[serde(default)]
    pub to: Option<u64>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Loads what going back will need before it is recorded. It is only to be quick: what cannot be loaded must not
/// keep anybody from going back.
async fn preload(ctx: &Ctx, project: &Project, release: u64, to: Option<u64>) -> Vec<Arc<Served>> {
    let digests = project.journal.read(|state| -> Option<Vec<Digest>> {
        let record = state.release(release).ok()?;
        let environment = state.environment(&record.environment).ok()?;
        let changes = changes_to(environment, to.unwrap_or(record.way_back));
        Some(changes.iter().filter_map(|c| c.after.as_ref()).map(|p| p.digest).collect())
    });
    project.preload(&ctx.app, &digests.unwrap_or_default()).await.unwrap_or_default()
}

/// Takes a release back: the environment gets a new generation with the content of an earlier one.
///
/// # Errors
/// `unknown_release`, `release_not_current`, `nothing_before`, `nothing_to_change`, `forbidden`.
pub async fn roll_back(
    ctx: &Ctx,
    project: &ProjectName,
    release: u64,
    input: RollBackInput,
) -> AppResult<ReleaseInfo> {
    roll_back_seen(ctx, project, release, input, None).await
}

/// As [`roll_back`], if the environment is still at the generation the caller saw, so that what changes is what
/// somebody looked at.
///
/// # Errors
/// As [`roll_back`]; `stale` when it has moved.
pub async fn roll_back_seen(
    ctx: &Ctx,
    project: &ProjectName,
    release: u64,
    input: RollBackInput,
    seen: Option<u64>,
) -> AppResult<ReleaseInfo> {
    ctx.on_project(Action::RollBack, project)?;
    let loaded = ctx.app.project(project).await?;
    let environment = loaded.journal.read(|s| s.release(release).map(|r| r.environment.clone()))?;
    ctx.on_environment(Action::RollBack, project, &environment)?;
    let (reason, blobs) = text::optional(&ctx.app, "reason", input.reason.as_deref())?;
    let commit = Commit {
        command: ctx.command()?,
        fingerprint: fingerprint("release.roll_back", &ctx.principal.actor, &(release, &input))?,
        actor: ctx.principal.actor.clone(),
        now: ctx.app.now(),
    };
    let _kept_until_served = preload(ctx, &loaded, release, input.to).await;
    let command = Command::RollBack(RollBack { release, to: input.to, reason });
    let committed = loaded
        .journal
        .commit(commit, |state, context| {
            let found = state.environment(&environment)?.generation();
            if let Some(expected) = seen.filter(|s| *s != found) {
                let environment = environment.clone();
                return Err(Refusal::StaleGeneration { environment, expected, found }.into());
            }
            Ok(Decision { events: cuelight_core::decide(state, &command, context)?, blobs: blobs.clone() })
        })
        .await?;
    loaded.refresh(&ctx.app).await?;
    let Some((_, Event::ReleaseOpened(opened))) = committed.events.first() else {
        return Err(AppError::internal("going back is recorded as one release"));
    };
    let read = |state: &State| -> AppResult<_> {
        let record = state.release(opened.release)?.clone();
        let mut warnings = Vec::new();
        for change in &record.changes {
            let Some(placed) = &change.after else { continue };
            let artifact = ArtifactRef::prompt(change.slot.prompt.clone());
            if state.version(&artifact, &placed.version).is_ok_and(|v| v.yank.is_some()) {
                warnings.push(format!("{} {} is live again, and it is yanked", change.slot, placed.version));
            }
        }
        Ok((record, warnings))
    };
    let (record, warnings) = loaded.journal.read_after(&committed, read).await??;
    let mut found = with_texts(ctx, &loaded, &record).await?;
    found.warnings = warnings;
    Ok(found)
}

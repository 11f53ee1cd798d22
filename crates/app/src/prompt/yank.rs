//! Yanks a version, and takes that back.

use cuelight_artifact::{ArtifactRef, ProjectName};
use cuelight_core::Command;
use cuelight_core::rights::Action;
use cuelight_core::version::{Severity, Unyank, Yank};
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::ArtifactDetail;
use crate::ctx::{Ctx, fingerprint};
use crate::error::AppResult;
use crate::journal::{Commit, Decision};
use crate::text;

/// Asks for a yank.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YankInput {
    /// How bad: `avoid` or `block`.
    pub severity: Severity,
    /// Why.
    pub reason: String,
}

/// Asks to take a yank back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnyankInput {
    /// Why.
    pub reason: String,
}

/// Takes a version out of new resolutions and releases.
///
/// # Errors
/// `unknown_version`, `nothing_to_change`, `forbidden`.
pub async fn yank(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    version: &Version,
    input: YankInput,
) -> AppResult<ArtifactDetail> {
    let (reason, blob) = text::blob(&ctx.app, "reason", &input.reason)?;
    let command = Command::Yank(Yank {
        artifact: id.clone(),
        version: version.clone(),
        severity: input.severity,
        reason,
    });
    run(ctx, project, (id, version), ("version.yank", &input), &command, blob).await
}

/// Takes a yank back.
///
/// # Errors
/// `unknown_version`, `nothing_to_change`, `forbidden`.
pub async fn unyank(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    version: &Version,
    input: UnyankInput,
) -> AppResult<ArtifactDetail> {
    let (reason, blob) = text::blob(&ctx.app, "reason", &input.reason)?;
    let command = Command::Unyank(Unyank { artifact: id.clone(), version: version.clone(), reason });
    run(ctx, project, (id, version), ("version.unyank", &input), &command, blob).await
}

async fn run<T: Serialize>(
    ctx: &Ctx,
    project: &ProjectName,
    (id, version): (&ArtifactRef, &Version),
    (operation, input): (&str, &T),
    command: &Command,
    blob: cuelight_store::NewBlob,
) -> AppResult<ArtifactDetail> {
    ctx.on_project(Action::Yank, project)?;
    let loaded = ctx.app.project(project).await?;
    let commit = Commit {
        command: ctx.command()?,
        fingerprint: fingerprint(operation, &ctx.principal.actor, &(id, version, input))?,
        actor: ctx.principal.actor.clone(),
        now: ctx.app.now(),
    };
    let committed = loaded
        .journal
        .commit(commit, |state, context| {
            let events = cuelight_core::decide(state, command, context)?;
            Ok(Decision { events, blobs: vec![blob.clone()] })
        })
        .await?;
    loaded.refresh(&ctx.app).await?;
    super::get::detail_after(ctx, &loaded, (id, version), &committed).await
}

//! Publishes an edit: exactly what was looked at, through the same door as files.

use cuelight_artifact::rules::file::CHANGE_INTENT;
use cuelight_artifact::{ArtifactRef, Diagnostic, Digest, ProjectName};
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EditInput, build, draft, place};
use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::plan::{ApplyOutput, apply};

/// An edit and the plan that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishInput {
    /// The edit.
    pub edit: EditInput,
    /// The plan of the check that was looked at.
    pub plan: Digest,
}

/// Publishes an edit, and with it those who were chosen; the caller's draft ends, unless it
/// says something else by now.
///
/// # Errors
/// `stale` when somebody published since the edit began, `stale_plan` when the check would say something else by now,
/// `files_invalid` with findings in fields, `bump_too_low`, `nothing_to_change`, `forbidden`.
pub async fn publish(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    input: &PublishInput,
) -> AppResult<ApplyOutput> {
    ctx.on_project(Action::Publish, project)?;
    let key = ctx.command()?;
    let loaded = ctx.app.project(project).await?;
    let newest = build::newest(&loaded, id)?;
    // A repeated command is answered from the ledger, although its own version is the newest by now.
    if newest != input.edit.base && loaded.journal.store().command(loaded.journal.id(), &key).await?.is_none()
    {
        return Err(AppError::new(
            Code::Stale,
            format!("the edit began with {id} {}; {newest} was published since", input.edit.base),
        ));
    }
    let mut built = build::build(&ctx.app, &loaded, id, &input.edit).await?;
    if built.edited != built.base && built.edited.change_intent.is_empty() {
        let asked = Diagnostic::error(&CHANGE_INTENT, "nothing says why this is changed");
        return Err(AppError::new(Code::FilesInvalid, "nothing was published: it does not say why")
            .diagnostics(vec![asked.of(id).on("change_intent").fix(CHANGE_INTENT.fix)]));
    }
    built.input.plan = Some(input.plan);
    let done = apply(ctx, project, &built.input).await.map_err(|error| AppError {
        diagnostics: place::in_fields(&built.edited, &built.input.files, error.diagnostics),
        ..error
    })?;
    if let Err(error) = draft::settle(ctx, project, id, &input.edit).await {
        // It is published all the same.
        tracing::warn!(detail = error.detail, "a draft that was published could not be forgotten");
    }
    Ok(done)
}

//! Applies a plan: publishes exactly what it says, or nothing.

use cuelight_artifact::diagnostic::has_errors;
use cuelight_artifact::{ArtifactRef, Digest, ProjectName};
use cuelight_core::Command;
use cuelight_core::event::Event;
use cuelight_core::ledger::BlobClass;
use cuelight_core::rights::Action;
use cuelight_core::version::{NewVersion, Publish};
use cuelight_store::NewBlob;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::work::{Worked, work_out};
use super::{PlanInput, export};
use crate::app::Project;
use crate::code::Code;
use crate::ctx::{Ctx, fingerprint};
use crate::error::{AppError, AppResult};
use crate::journal::{Commit, Decision};
use crate::text;

/// What was published.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ApplyOutput {
    /// The new versions, fragments before those who use them.
    pub versions: Vec<AppliedVersion>,
    /// The first ledger entry.
    pub first_seq: u64,
    /// The last ledger entry.
    pub last_seq: u64,
    /// What `prompts.lock` says from then on.
    pub lock: String,
}

/// One new version.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AppliedVersion {
    /// Which artifact.
    pub id: ArtifactRef,
    /// Its new version.
    #[schemars(with = "String")]
    pub version: Version,
    /// Its content.
    pub digest: Digest,
}

/// Publishes what the files change: all of it or nothing.
///
/// # Errors
/// `files_invalid` with findings, `bump_too_low`, `stale_plan`, `nothing_to_change`, `forbidden`.
pub async fn apply(ctx: &Ctx, project: &ProjectName, input: &PlanInput) -> AppResult<ApplyOutput> {
    ctx.on_project(Action::Publish, project)?;
    let key = ctx.command()?;
    let loaded = ctx.app.project(project).await?;
    let fingerprint = fingerprint("plan.apply", &ctx.principal.actor, input)?;
    // A repeated command is answered from the ledger; its plan would be empty by now.
    let known = loaded.journal.store().command(loaded.journal.id(), &key).await?.is_some();
    let (publish, blobs) = if known { empty() } else { prepare(ctx, &loaded, input).await? };
    let actor = ctx.principal.actor.clone();
    let commit = Commit { command: key, fingerprint, actor, now: ctx.app.now() };
    let command = Command::Publish(publish);
    let committed = loaded
        .journal
        .commit(commit, |state, context| {
            Ok(Decision { events: cuelight_core::decide(state, &command, context)?, blobs: blobs.clone() })
        })
        .await?;
    let (first_seq, last_seq) = match (committed.events.first(), committed.events.last()) {
        (Some((first, _)), Some((last, _))) => (first.seq, last.seq),
        _ => return Err(AppError::internal("publishing is at least one event")),
    };
    let lock = loaded.journal.read_after(&committed, export::lock_text).await?;
    let versions = committed.events.into_iter().filter_map(|(_, event)| match event {
        Event::VersionPublished(e) => {
            Some(AppliedVersion { id: e.artifact, version: e.version, digest: e.digest })
        }
        _ => None,
    });
    let versions = versions.collect();
    Ok(ApplyOutput { versions, first_seq, last_seq, lock })
}

fn empty() -> (Publish, Vec<NewBlob>) {
    (Publish { seen: std::collections::BTreeMap::new(), versions: Vec::new() }, Vec::new())
}

async fn prepare(ctx: &Ctx, project: &Project, input: &PlanInput) -> AppResult<(Publish, Vec<NewBlob>)> {
    let worked = work_out(ctx, project, input).await?;
    if let Some(planned) = input.plan
        && planned != worked.output.digest
    {
        return Err(AppError::new(
            Code::StalePlan,
            format!("the plan is stale: it was {planned}, it would be {} now", worked.output.digest),
        ));
    }
    if has_errors(&worked.output.diagnostics) {
        let too_low =
            |d: &cuelight_artifact::Diagnostic| d.rule == cuelight_artifact::rules::request::BUMP_TOO_LOW.id;
        let errors = worked.output.diagnostics.iter().filter(|d| has_errors(std::slice::from_ref(*d)));
        let (count, all_low) = (errors.clone().count(), errors.clone().all(too_low));
        let code = if all_low { Code::BumpTooLow } else { Code::FilesInvalid };
        let what = if count == 1 { "1 error".to_owned() } else { format!("{count} errors") };
        let where_ = if all_low { "in the classes asked for" } else { "in the files" };
        return Err(AppError::new(code, format!("nothing was published: {what} {where_}"))
            .diagnostics(worked.output.diagnostics));
    }
    publish(ctx, input, worked)
}

fn publish(ctx: &Ctx, input: &PlanInput, worked: Worked) -> AppResult<(Publish, Vec<NewBlob>)> {
    let mut blobs: Vec<NewBlob> = worked
        .contents
        .into_iter()
        .map(|(digest, bytes)| NewBlob { digest, class: BlobClass::Artifact, bytes })
        .collect();
    let mut versions: Vec<NewVersion> = Vec::with_capacity(worked.versions.len());
    for mut version in worked.versions {
        let note = worked.notes.get(&version.artifact).map(String::as_str);
        let (digest, blob) = text::optional(&ctx.app, "change_intent", note)?;
        version.notes = digest;
        blobs.extend(blob);
        if let Some(chosen) = &mut version.chosen {
            let reason = input.bumps.get(&version.artifact).and_then(|b| b.reason.as_deref());
            let (digest, blob) = text::optional(&ctx.app, "reason", reason)?;
            chosen.reason = digest;
            blobs.extend(blob);
        }
        versions.push(version);
    }
    Ok((Publish { seen: worked.seen, versions }, blobs))
}

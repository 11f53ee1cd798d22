//! Drafts: what a person began to edit and has not published. Personal work, not a control fact: kept in the vault,
//! one per person and artifact, for that person only.

use cuelight_artifact::{ArtifactRef, ProjectName};
use cuelight_core::rights::Action;
use cuelight_store::{Deleted, Put, SecretBytes, VaultItem, VaultKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EditInput, build};
use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::time;

/// Largest draft, in bytes.
pub const MAX_DRAFT: usize = 1024 * 1024;
/// Most drafts of one person in one project.
pub const MAX_DRAFTS: usize = 50;
/// What drafts are kept as in the vault.
pub(crate) const KIND: &str = "draft";
/// Drafts read at a time: each may be large.
const PAGE: u32 = 8;

/// An edit that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Draft {
    /// What is edited.
    pub id: ArtifactRef,
    /// The edit.
    pub edit: EditInput,
    /// When it was saved, UTC.
    pub saved_at: String,
    /// Its revision, to be named when it is saved again.
    pub revision: u64,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    edit: EditInput,
    saved_at: i64,
}

/// Keeps an edit. `expected` is the revision the caller saw; none when there was no draft.
///
/// # Errors
/// `stale` when another tab saved in between, `too_large`, `invalid_request` when there are too many drafts,
/// `unknown_artifact`, `unknown_version` for the base, `forbidden`.
pub async fn save_draft(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    edit: &EditInput,
    expected: Option<u64>,
) -> AppResult<Draft> {
    ctx.on_project(Action::Publish, project)?;
    ctx.app.check_writable()?;
    let loaded = ctx.app.project(project).await?;
    build::version(&ctx.app, &loaded, id, &edit.base).await?;
    if expected.is_none() && all(ctx, project).await?.len() >= MAX_DRAFTS {
        return Err(AppError::invalid(format!(
            "there are {MAX_DRAFTS} drafts already; publish or discard one first"
        )));
    }
    let stored = Stored { edit: edit.clone(), saved_at: ctx.app.now() };
    let bytes = serde_json::to_vec(&stored).map_err(AppError::internal)?;
    if bytes.len() > MAX_DRAFT {
        return Err(AppError::new(
            Code::TooLarge,
            format!("the draft has {} bytes; at most {MAX_DRAFT} are kept", bytes.len()),
        ));
    }
    match ctx.app.ports.vault.put(&key(ctx, project, id), SecretBytes::new(bytes), expected).await? {
        Put::Stored { revision } => Ok(shown(id.clone(), stored, revision)),
        Put::Behind { .. } => Err(AppError::new(
            Code::Stale,
            format!("the draft of {id} was saved or discarded in another place since you opened it"),
        )),
    }
}

/// The caller's draft.
///
/// # Errors
/// `forbidden`; `corrupt` when it cannot be read, and then only discarding it helps.
pub async fn draft(ctx: &Ctx, project: &ProjectName, id: &ArtifactRef) -> AppResult<Option<Draft>> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let Some(item) = ctx.app.ports.vault.get(&key(ctx, project, id)).await? else { return Ok(None) };
    let stored = serde_json::from_slice(item.value.expose())
        .map_err(|e| AppError::new(Code::Corrupt, format!("the draft of {id}: {e}; discard it")))?;
    Ok(Some(shown(id.clone(), stored, item.revision)))
}

/// Forgets the caller's draft, if there is one.
///
/// # Errors
/// `forbidden`; `stale` when it is being saved all the time.
pub async fn discard(ctx: &Ctx, project: &ProjectName, id: &ArtifactRef) -> AppResult<()> {
    ctx.on_project(Action::Publish, project)?;
    ctx.app.check_writable()?;
    let key = key(ctx, project, id);
    for _ in 0..3 {
        let Some(item) = ctx.app.ports.vault.get(&key).await? else { return Ok(()) };
        if let Deleted::Done = ctx.app.ports.vault.delete(&key, item.revision).await? {
            return Ok(());
        }
    }
    Err(AppError::new(Code::Stale, format!("the draft of {id} is being saved in another place")))
}

/// Forgets the caller's draft if it is what was published. What was written since stays: it is nowhere else.
///
/// # Errors
/// Storage trouble.
pub(super) async fn settle(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    published: &EditInput,
) -> AppResult<()> {
    let key = key(ctx, project, id);
    let Some(item) = ctx.app.ports.vault.get(&key).await? else { return Ok(()) };
    let stored = serde_json::from_slice::<Stored>(item.value.expose()).ok();
    // Who is published with it, and as which kind of change, is chosen when the draft is looked at, and need not be in it.
    let chosen =
        |s: Stored| EditInput { also: published.also.clone(), bump: published.bump.clone(), ..s.edit };
    if stored.is_some_and(|s| chosen(s) == *published) {
        // Behind when it was saved again just now: then it stays.
        ctx.app.ports.vault.delete(&key, item.revision).await?;
    }
    Ok(())
}

/// The caller's drafts in a project, by name. One that cannot be read is left out.
///
/// # Errors
/// `forbidden`.
pub async fn drafts(ctx: &Ctx, project: &ProjectName) -> AppResult<Vec<Draft>> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let prefix = prefix(ctx, project);
    let found = all(ctx, project).await?.into_iter().filter_map(|item| {
        let id = item.key.strip_prefix(&prefix)?.parse().ok()?;
        Some(shown(id, serde_json::from_slice(item.value.expose()).ok()?, item.revision))
    });
    Ok(found.collect())
}

async fn all(ctx: &Ctx, project: &ProjectName) -> AppResult<Vec<VaultItem>> {
    let prefix = prefix(ctx, project);
    let mut found: Vec<VaultItem> = Vec::new();
    loop {
        let after = found.last().map_or(prefix.as_str(), |last| last.key.as_str()).to_owned();
        let page = ctx.app.ports.vault.list(KIND, Some(&after), PAGE).await?;
        let full = page.len() == PAGE as usize;
        let before = found.len();
        let own = page.into_iter().take_while(|item| item.key.starts_with(&prefix));
        found.extend(own);
        if !full || found.len() - before < PAGE as usize || found.len() >= MAX_DRAFTS {
            return Ok(found);
        }
    }
}

/// No name has a space, so no person's drafts begin as another's do.
fn prefix(ctx: &Ctx, project: &ProjectName) -> String {
    format!("{} {project} ", ctx.principal.actor)
}

fn key(ctx: &Ctx, project: &ProjectName, id: &ArtifactRef) -> VaultKey {
    VaultKey::new(KIND, format!("{}{id}", prefix(ctx, project)))
}

fn shown(id: ArtifactRef, stored: Stored, revision: u64) -> Draft {
    Draft { id, edit: stored.edit, saved_at: time::show(stored.saved_at), revision }
}

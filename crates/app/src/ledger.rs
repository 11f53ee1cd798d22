//! Reading the ledger: entries, a search over them, proofs, checkpoints, the check of the whole, and the export that
//! `cuelight verify` checks offline.

mod check;
pub mod export;
pub mod proof;
mod search;

pub use check::{CheckFinding, CheckOutput, check};
pub use search::{SearchInput, SearchOutput, search};

use std::collections::{BTreeMap, BTreeSet};

use cuelight_artifact::{Digest, ProjectName};
use cuelight_core::event::Event;
use cuelight_core::ledger::{Actor, Entry, Seq};
use cuelight_core::rights::Action;
use cuelight_store::StoredEntry;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::Project;
use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::{text, time};

/// One entry.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EntryInfo {
    /// Its place.
    pub seq: u64,
    /// When, UTC.
    pub at: String,
    /// By whom.
    pub actor: String,
    /// The command that caused it.
    pub command: String,
    /// What kind of event.
    pub kind: String,
    /// The event.
    pub body: Value,
    /// The leaf of the Merkle tree: SHA-256 of 0x00 and the stored bytes.
    pub leaf: cuelight_artifact::Digest,
    /// The very bytes that are hashed, as text.
    pub bytes: String,
}

/// Entries after `after`, oldest first.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn entries(ctx: &Ctx, project: &ProjectName, after: u64, limit: u32) -> AppResult<Vec<EntryInfo>> {
    ctx.on_project(Action::ReadLedger, project)?;
    let loaded = ctx.app.project(project).await?;
    let stored = loaded.journal.store().read(loaded.journal.id(), after, limit).await?;
    stored.into_iter().map(info).collect()
}

/// One entry.
///
/// # Errors
/// `unknown_entry`, `forbidden`, `unknown_project`.
pub async fn entry(ctx: &Ctx, project: &ProjectName, seq: Seq) -> AppResult<EntryInfo> {
    ctx.on_project(Action::ReadLedger, project)?;
    let loaded = ctx.app.project(project).await?;
    info(stored(&loaded, seq).await?)
}

/// Who published or released something in this project, as entries name them: what a form can offer.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn actors(ctx: &Ctx, project: &ProjectName) -> AppResult<Vec<String>> {
    ctx.on_project(Action::ReadLedger, project)?;
    let loaded = ctx.app.project(project).await?;
    let found: Vec<Actor> = loaded.journal.read(|state| {
        let published = state.artifacts.values().flat_map(|h| h.versions.iter().map(|v| &v.actor));
        let released = state.releases.iter().map(|r| &r.actor);
        published.chain(released).collect::<BTreeSet<&Actor>>().into_iter().cloned().collect()
    });
    Ok(found.iter().map(ToString::to_string).collect())
}

/// The free texts that an entry speaks of, by digest; `None` for one that was erased.
///
/// # Errors
/// `unknown_entry`, `forbidden`, `unknown_project`.
pub async fn texts(
    ctx: &Ctx,
    project: &ProjectName,
    seq: Seq,
) -> AppResult<BTreeMap<Digest, Option<String>>> {
    ctx.on_project(Action::ReadLedger, project)?;
    let loaded = ctx.app.project(project).await?;
    let found = info(stored(&loaded, seq).await?)?;
    let event = Event::decode(&found.kind, &found.body).map_err(|e| corrupt(seq, &e))?;
    let mut texts = BTreeMap::new();
    for digest in event.references().texts {
        texts.insert(digest, text::read(loaded.contents(&ctx.app), Some(digest)).await?);
    }
    Ok(texts)
}

async fn stored(project: &Project, seq: Seq) -> AppResult<StoredEntry> {
    let journal = &project.journal;
    let unknown = || {
        AppError::new(Code::UnknownEntry, format!("there is no entry {seq}; the newest is {}", journal.seq()))
    };
    let before = seq.checked_sub(1).ok_or_else(unknown)?;
    let found = journal.store().read(journal.id(), before, 1).await?.into_iter().next();
    found.filter(|e| e.seq == seq).ok_or_else(unknown)
}

fn info(stored: StoredEntry) -> AppResult<EntryInfo> {
    let seq = stored.seq;
    let entry = Entry::decode(&stored.bytes).map_err(|e| corrupt(seq, &e))?;
    Ok(EntryInfo {
        seq,
        at: time::show(entry.at),
        actor: entry.actor.to_string(),
        command: entry.command.to_string(),
        kind: entry.kind,
        body: entry.body,
        leaf: stored.leaf,
        bytes: String::from_utf8(stored.bytes).map_err(|e| corrupt(seq, &e))?,
    })
}

fn corrupt(seq: Seq, because: &dyn std::fmt::Display) -> AppError {
    AppError::new(Code::Corrupt, format!("entry {seq}: {because}"))
}

/// The newest signed checkpoint, as a C2SP signed note; `None` before the first entry.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn checkpoint(ctx: &Ctx, project: &ProjectName) -> AppResult<Option<String>> {
    ctx.on_project(Action::ReadLedger, project)?;
    let loaded = ctx.app.project(project).await?;
    let found = loaded.journal.store().checkpoint(loaded.journal.id(), None).await?;
    Ok(found.map(|c| c.note))
}

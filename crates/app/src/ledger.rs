//! Reading the ledger: entries, proofs, checkpoints, the export that `cuelight verify` checks offline.

pub mod export;
pub mod proof;

use cuelight_artifact::ProjectName;
use cuelight_core::ledger::Entry;
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::time;

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
    stored
        .into_iter()
        .map(|s| {
            let corrupt = |e: String| AppError::new(Code::Corrupt, format!("entry {}: {e}", s.seq));
            let entry = Entry::decode(&s.bytes).map_err(|e| corrupt(e.to_string()))?;
            Ok(EntryInfo {
                seq: s.seq,
                at: time::show(entry.at),
                actor: entry.actor.to_string(),
                command: entry.command.to_string(),
                kind: entry.kind,
                body: entry.body,
                leaf: s.leaf,
                bytes: String::from_utf8(s.bytes.clone()).map_err(|e| corrupt(e.to_string()))?,
            })
        })
        .collect()
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

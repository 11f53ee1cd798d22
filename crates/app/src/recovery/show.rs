//! What is to be said about recoveries: whether one is needed, and those on record.

use cuelight_artifact::Digest;
use cuelight_core::installation::RecoveryRecorded;
use cuelight_core::ledger::{Actor, LedgerId, Micros};
use cuelight_core::rights::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mark::marked;
use crate::app::App;
use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::serve::Contents;
use crate::{text, time};

/// How the installation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecoveryStatus {
    /// The restored copy that takes no writes yet; absent when writes pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed: Option<NeededInfo>,
    /// The recoveries on record, oldest first.
    pub epochs: Vec<RecoveryInfo>,
}

/// A restored copy that is not on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NeededInfo {
    /// Id of the copy.
    pub copy: String,
    /// When the backup was made.
    pub made_at: String,
}

/// A recovery on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecoveryInfo {
    /// Its number; the first is 1.
    pub epoch: u64,
    /// When it was recorded.
    pub at: String,
    /// By whom.
    pub actor: String,
    /// Why; absent when the text was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the backup was made.
    pub made_at: String,
    /// How every ledger ended in the restored copy.
    pub ledgers: Vec<RecoveredLedgerInfo>,
}

/// The end of a ledger in a restored copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecoveredLedgerInfo {
    /// `installation` or `project/<name>`.
    pub ledger: String,
    /// How many entries it had.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
    /// What is known to be lost. Without it nothing is known, which does not mean that nothing is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<LostInfo>,
}

/// Entries that a newer checkpoint proves and the restored copy does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LostInfo {
    /// How many.
    pub entries: u64,
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
    /// The root that the checkpoint states.
    pub root: Digest,
}

/// Whether a recovery must be recorded, and those on record.
///
/// # Errors
/// `forbidden` for a token of role `serve`; storage trouble.
pub async fn status(ctx: &Ctx) -> AppResult<RecoveryStatus> {
    if ctx.principal.scope.role == Role::Serve {
        return Err(AppError::new(Code::Forbidden, "this token may not do that: it is for applications"));
    }
    let app = &ctx.app;
    // Another node may have recorded it just now.
    app.installation.catch_up().await?;
    let recorded = app.installation.read(|state| state.recoveries.clone());
    let needed = marked(&*app.ports.vault)
        .await?
        .filter(|mark| recorded.iter().all(|r| r.recorded.copy != mark.copy))
        .map(|mark| NeededInfo { copy: mark.copy, made_at: time::show(mark.made_at) });
    let mut epochs = Vec::with_capacity(recorded.len());
    for recovery in recorded {
        let full = info(app, recovery.at, &recovery.actor, &recovery.recorded).await?;
        epochs.push(RecoveryInfo { ledgers: seen(ctx, full.ledgers), ..full });
    }
    Ok(RecoveryStatus { needed, epochs })
}

/// Without the projects that the reader does not reach.
fn seen(ctx: &Ctx, ledgers: Vec<RecoveredLedgerInfo>) -> Vec<RecoveredLedgerInfo> {
    let reaches = |ledger: &RecoveredLedgerInfo| match ledger.ledger.parse() {
        Ok(LedgerId::Project(name)) => {
            ctx.principal.scope.projects.as_ref().is_none_or(|reach| reach.contains(&name))
        }
        _ => true,
    };
    ledgers.into_iter().filter(reaches).collect()
}

pub(super) async fn info(
    app: &App,
    at: Micros,
    actor: &Actor,
    recorded: &RecoveryRecorded,
) -> AppResult<RecoveryInfo> {
    let contents = Contents { blobs: &*app.ports.blobs, ledger: &LedgerId::Installation };
    let ledgers = recorded.ledgers.iter().map(|l| RecoveredLedgerInfo {
        ledger: l.ledger.to_string(),
        size: l.size,
        root: l.root,
        lost: l.known.filter(|known| known.size > l.size).map(|known| LostInfo {
            entries: l.lost(),
            first: l.size + 1,
            last: known.size,
            root: known.root,
        }),
    });
    Ok(RecoveryInfo {
        epoch: recorded.epoch,
        at: time::show(at),
        actor: actor.to_string(),
        reason: text::read(contents, Some(recorded.reason)).await?,
        made_at: time::show(recorded.made_at),
        ledgers: ledgers.collect(),
    })
}

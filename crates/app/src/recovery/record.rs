//! Puts on record that the installation goes on from a restored copy.

use std::collections::BTreeMap;

use cuelight_artifact::Digest;
use cuelight_core::installation::{
    InstallationCommand, InstallationEvent, KnownEnd, RecordRecovery, RecoveredLedger,
};
use cuelight_core::ledger::LedgerId;
use cuelight_core::ledger::checkpoint::Checkpoint;
use cuelight_core::ledger::tree::empty_root;
use cuelight_core::rights::{Action, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::end::root;
use super::mark::{Mark, marked, unmark};
use super::show::{RecoveryInfo, info};
use crate::app::App;
use crate::code::Code;
use crate::ctx::{Ctx, fingerprint};
use crate::error::{AppError, AppResult};
use crate::journal::{Commit, Decision};
use crate::text;

/// Most checkpoints given at once.
const MAX_CHECKPOINTS: usize = 10_000;

/// Asks to put a recovery on record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoverInput {
    /// Why the installation goes on from a backup.
    pub reason: String,
    /// Signed checkpoints that were kept elsewhere and are newer than the backup, at most one of each ledger counts: the
    /// largest. They tell how many entries are lost.
    #[serde(default)]
    pub checkpoints: Vec<String>,
}

/// Records a recovery epoch, and lets writes pass again.
///
/// # Errors
/// `forbidden`; `nothing_to_change` when the store is no restored copy or is on record already; `invalid_request` for a
/// checkpoint of another installation, or one that contradicts the restored ledger.
pub async fn record(ctx: &Ctx, input: RecoverInput) -> AppResult<RecoveryInfo> {
    ctx.authorize(Action::Recover, &Resource::Installation)?;
    let app = &ctx.app;
    let (reason, blob) = text::blob(app, "reason", &input.reason)?;
    let commit = Commit {
        command: ctx.recovery_command()?,
        fingerprint: fingerprint("recovery.record", &ctx.principal.actor, &input)?,
        actor: ctx.principal.actor.clone(),
        now: app.now(),
    };
    let marked = marked(&*app.ports.vault).await?;
    let ledgers = match &marked {
        Some(mark) => ledgers(app, mark, &input.checkpoints).await?,
        None => Vec::new(),
    };
    let committed = app
        .installation
        .commit_ungated(commit, |state, _| {
            let mark = marked.as_ref().ok_or_else(|| {
                AppError::new(Code::NothingToChange, "nothing to do: this store is no restored copy")
            })?;
            let command = InstallationCommand::RecordRecovery(RecordRecovery {
                copy: mark.copy.clone(),
                made_at: mark.made_at,
                reason,
                ledgers: ledgers.clone(),
            });
            Ok(Decision { events: state.decide(&command)?, blobs: vec![blob.clone()] })
        })
        .await?;
    let Some((stamp, InstallationEvent::RecoveryRecorded(recorded))) = committed.events.first() else {
        return Err(AppError::internal("the recorded command is not a recovery"));
    };
    settle(app).await?;
    for project in app.all_loaded() {
        // Bundles and cues name the epoch. What cannot be loaded is logged there, and tried again by whoever follows.
        let _served_in_part = project.refresh(app).await;
    }
    info(app, stamp.at, &stamp.actor, recorded).await
}

/// Takes the mark away if its copy is on record, and sets the gate. Only ever after it is recorded: a crash in between
/// leaves the mark, and the next start comes here.
pub(crate) async fn settle(app: &App) -> AppResult<()> {
    let mut mark = marked(&*app.ports.vault).await?;
    if let Some(there) = &mark
        && app.installation.read(|state| state.recovery(&there.copy).is_some())
    {
        mark = match unmark(&*app.ports.vault, &there.copy).await {
            Ok(()) => marked(&*app.ports.vault).await?,
            // It is on record, which is what counts; the next start takes the mark away.
            Err(error) => {
                tracing::warn!(detail = error.detail, "the mark of a restored copy stays for now");
                None
            }
        };
    }
    app.gate.set(mark);
    Ok(())
}

/// The end of every ledger in the copy, with what checkpoints know beyond it.
async fn ledgers(app: &App, mark: &Mark, checkpoints: &[String]) -> AppResult<Vec<RecoveredLedger>> {
    if checkpoints.len() > MAX_CHECKPOINTS {
        return Err(AppError::invalid(format!("`checkpoints` has at most {MAX_CHECKPOINTS} items")));
    }
    let mut found: BTreeMap<LedgerId, RecoveredLedger> = mark
        .ledgers
        .iter()
        .map(|end| {
            let ledger = end.ledger.clone();
            (ledger.clone(), RecoveredLedger { ledger, size: end.size, root: end.root, known: None })
        })
        .collect();
    for (i, note) in checkpoints.iter().enumerate() {
        let place = |what: String| AppError::invalid(format!("`checkpoints[{i}]`: {what}"));
        let (ledger, checkpoint) = read(app, note).map_err(place)?;
        let restored = found.entry(ledger.clone()).or_insert_with(|| RecoveredLedger {
            ledger: ledger.clone(),
            size: 0,
            root: empty_root(),
            known: None,
        });
        if checkpoint.size <= restored.size {
            agree(app, &ledger, &checkpoint).await?.map_err(place)?;
        } else if restored.known.is_none_or(|known| known.size < checkpoint.size) {
            restored.known = Some(KnownEnd { size: checkpoint.size, root: checkpoint.root });
        }
    }
    // A checkpoint of an empty ledger says nothing.
    Ok(found.into_values().filter(|l| l.size > 0 || l.known.is_some()).collect())
}

/// A checkpoint of this installation, and the ledger it belongs to.
fn read(app: &App, note: &str) -> Result<(LedgerId, Checkpoint), String> {
    let checkpoint = Checkpoint::open(note, &app.signer.verifier()).map_err(|e| e.to_string())?;
    let within = format!("cuelight/{}/", app.installation_id);
    let ledger = checkpoint.origin.strip_prefix(&within).and_then(|rest| rest.parse::<LedgerId>().ok());
    match ledger.filter(|l| format!("{within}{l}") == checkpoint.origin) {
        Some(ledger) => Ok((ledger, checkpoint)),
        None => {
            Err(format!("it belongs to `{}`, which is no ledger of this installation", checkpoint.origin))
        }
    }
}

/// Whether a checkpoint over no more entries than were restored was signed over these entries.
async fn agree(app: &App, ledger: &LedgerId, checkpoint: &Checkpoint) -> AppResult<Result<(), String>> {
    let here: Digest = root(&*app.ports.ledger, ledger, checkpoint.size).await?;
    if here == checkpoint.root {
        return Ok(Ok(()));
    }
    Ok(Err(format!(
        "it was signed over {} entries of {ledger} that are not those restored: the backup is of another history, or \
         one of the two was changed; run `cuelight verify` on the backup, or leave this checkpoint out",
        checkpoint.size
    )))
}

//! Proofs that somebody with only a checkpoint can check.

use cuelight_artifact::{Digest, ProjectName};
use cuelight_core::ledger::Seq;
use cuelight_core::ledger::tree::{Plan, plan_consistency, plan_inclusion};
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::Project;
use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};

/// That an entry is in the ledger of a signed checkpoint (RFC 9162, 2.1.3).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Proof {
    /// The entry.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf: Digest,
    /// The entry's very bytes, as text, to hash anew.
    pub bytes: String,
    /// Size of the tree: entries 1 to this.
    pub size: u64,
    /// The audit path, from the leaf upwards. The leaf's index is `seq - 1`.
    pub path: Vec<Digest>,
    /// The signed checkpoint of that size.
    pub checkpoint: String,
}

/// That a later ledger continues an earlier one (RFC 9162, 2.1.4).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Consistency {
    /// Size of the earlier tree.
    pub from: u64,
    /// Size of the later tree.
    pub to: u64,
    /// The path.
    pub path: Vec<Digest>,
    /// The signed checkpoint of the earlier size, if one was made at that size.
    pub from_checkpoint: Option<String>,
    /// The signed checkpoint of the later size, if one was made at that size.
    pub to_checkpoint: Option<String>,
}

/// Format of [`ProofFile`].
pub const FORMAT: u32 = 1;

/// A proof as a file, for `cuelight verify --proof`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    /// Format of the file: [`FORMAT`].
    pub cuelight_proof: u32,
    /// Origin of the ledger's checkpoints, as the server states it.
    pub origin: String,
    /// Verifier key of the checkpoints, as the server states it.
    pub key: String,
    /// The proof.
    pub proof: Proof,
}

/// A proof of an entry, ready to be saved.
///
/// # Errors
/// As [`inclusion`].
pub async fn file(ctx: &Ctx, project: &ProjectName, seq: Seq) -> AppResult<ProofFile> {
    let proof = inclusion(ctx, project, seq).await?;
    let origin = ctx.app.project(project).await?.journal.origin();
    Ok(ProofFile { cuelight_proof: FORMAT, origin, key: ctx.app.verifier_key(), proof })
}

/// Proves an entry against the newest checkpoint.
///
/// # Errors
/// `unknown_entry`, `forbidden`.
pub async fn inclusion(ctx: &Ctx, project: &ProjectName, seq: Seq) -> AppResult<Proof> {
    ctx.on_project(Action::ReadLedger, project)?;
    let loaded = ctx.app.project(project).await?;
    prove(&loaded, seq, None).await
}

/// Proves an entry against the newest checkpoint of at most `size`.
pub(crate) async fn prove(project: &Project, seq: Seq, size: Option<u64>) -> AppResult<Proof> {
    let journal = &project.journal;
    let unknown = || {
        AppError::new(Code::UnknownEntry, format!("there is no entry {seq}; the newest is {}", journal.seq()))
    };
    if seq == 0 || seq > journal.seq() {
        return Err(unknown());
    }
    let known = size.unwrap_or(u64::MAX).min(journal.seq());
    let found = journal.store().checkpoint(journal.id(), Some(known)).await?.ok_or_else(unknown)?;
    let (size, checkpoint) = (found.size, found.note);
    let plan = plan_inclusion(seq - 1, size).map_err(|_| unknown())?;
    let path = run(project, &plan).await?;
    let stored =
        journal.store().read(journal.id(), seq - 1, 1).await?.into_iter().next().ok_or_else(unknown)?;
    let bytes = String::from_utf8(stored.bytes).map_err(AppError::internal)?;
    Ok(Proof { seq, leaf: stored.leaf, bytes, size, path, checkpoint })
}

/// Proves that the ledger of `to` entries continues that of `from` entries.
///
/// # Errors
/// `unknown_entry`, `invalid_request`, `forbidden`.
pub async fn consistency(ctx: &Ctx, project: &ProjectName, from: u64, to: u64) -> AppResult<Consistency> {
    ctx.on_project(Action::ReadLedger, project)?;
    let loaded = ctx.app.project(project).await?;
    let journal = &loaded.journal;
    if to > journal.seq() {
        return Err(AppError::new(
            Code::UnknownEntry,
            format!("there is no entry {to}; the newest is {}", journal.seq()),
        ));
    }
    let plan = plan_consistency(from, to).map_err(|e| AppError::invalid(e.to_string()))?;
    let path = run(&loaded, &plan).await?;
    let at = async |size: u64| -> AppResult<Option<String>> {
        let found = journal.store().checkpoint(journal.id(), Some(size)).await?;
        Ok(found.filter(|c| c.size == size).map(|c| c.note))
    };
    Ok(Consistency { from, to, path, from_checkpoint: at(from).await?, to_checkpoint: at(to).await? })
}

async fn run(project: &Project, plan: &Plan) -> AppResult<Vec<Digest>> {
    let mut leaves = Vec::new();
    for range in plan.reads() {
        // Leaf indexes count from 0, entries from 1.
        let range = range.start + 1..range.end + 1;
        leaves.push(project.journal.store().leaf_hashes(project.journal.id(), range).await?);
    }
    plan.prove(&project.journal.blocks(), &leaves).map_err(AppError::internal)
}

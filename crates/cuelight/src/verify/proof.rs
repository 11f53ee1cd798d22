//! A proof: one entry, and that a signed checkpoint covers it (RFC 9162, 2.1.3.2).

use std::path::Path;

use cuelight_app::ledger::proof::{FORMAT, Proof, ProofFile};
use cuelight_app::project::ProjectInfo;
use cuelight_core::ledger::Entry;
use cuelight_core::ledger::checkpoint::Checkpoint;
use cuelight_core::ledger::note::VerifierKey;
use cuelight_core::ledger::tree::{leaf_hash, verify_inclusion};
use serde::Serialize;

use super::{Known, OWN_KEY, cannot, read_text, tampered};
use crate::failure::Failure;
use crate::workspace::replace;

/// A proof that holds.
#[derive(Debug, Clone, Serialize)]
pub struct Proved {
    /// The ledger's origin.
    pub origin: String,
    /// How many entries the checkpoint covers.
    pub size: u64,
    /// The key it is signed with.
    pub key: String,
    /// The entry.
    pub entry: Entry,
    /// What the check cannot see.
    pub cannot_detect: Vec<String>,
}

/// Saves a proof of this project's ledger.
pub fn save_proof(info: &ProjectInfo, proof: Proof, path: &Path) -> Result<(), Failure> {
    let file =
        ProofFile { cuelight_proof: FORMAT, origin: info.origin.clone(), key: info.key.clone(), proof };
    let text = serde_json::to_string_pretty(&file)
        .map_err(|e| cannot(format!("the proof has no JSON form: {e}")))?;
    replace(path, format!("{text}\n").as_bytes())
}

/// Checks a saved proof.
///
/// # Errors
/// `tampered` when anything in it contradicts anything else; `cannot_verify` when it is no proof.
pub fn check(path: &Path, known: &Known) -> Result<Proved, Failure> {
    let text = read_text(path)?;
    let file: ProofFile = serde_json::from_str(&text).map_err(|e| {
        cannot(format!("`{}` is no proof saved by `cuelight at --proof`: {e}", path.display()))
    })?;
    if file.cuelight_proof != FORMAT {
        return Err(cannot(format!(
            "`{}` has format {}; this program knows format {FORMAT}",
            path.display(),
            file.cuelight_proof
        )));
    }
    let stated: VerifierKey =
        file.key.parse().map_err(|e| tampered(format!("the key stated in the proof is none: {e}")))?;
    let key = known.key.clone().unwrap_or(stated);
    let proof = &file.proof;
    let seq = proof.seq;
    let leaf = leaf_hash(proof.bytes.as_bytes());
    if leaf != proof.leaf {
        return Err(tampered(format!("entry {seq}: its bytes do not have the leaf hash of the proof")));
    }
    let entry = Entry::decode(proof.bytes.as_bytes())
        .map_err(|e| tampered(format!("entry {seq}: its bytes are no ledger entry: {e}")))?;
    if entry.seq != seq {
        return Err(tampered(format!("the proof is for entry {seq}, but its bytes are entry {}", entry.seq)));
    }
    let checkpoint =
        Checkpoint::open(&proof.checkpoint, &key).map_err(|e| tampered(format!("the checkpoint: {e}")))?;
    // The key's name begins every origin of its installation.
    let own = checkpoint.origin.strip_prefix(key.name()).is_some_and(|rest| rest.starts_with('/'));
    if checkpoint.origin != file.origin || !own {
        return Err(tampered(format!(
            "the checkpoint is of `{}`, the proof says `{}`",
            checkpoint.origin, file.origin
        )));
    }
    if checkpoint.size != proof.size {
        return Err(tampered(format!(
            "the checkpoint covers {} entries, the proof says {}",
            checkpoint.size, proof.size
        )));
    }
    let index = seq.checked_sub(1).ok_or_else(|| tampered("there is no entry 0"))?;
    verify_inclusion(&leaf, index, checkpoint.size, &checkpoint.root, &proof.path)
        .map_err(|e| tampered(format!("entry {seq} is not in the ledger that the checkpoint signs: {e}")))?;
    let mut cannot_detect = compare(&checkpoint, &key, known)?;
    if known.key.is_none() {
        cannot_detect.insert(0, OWN_KEY.into());
    }
    cannot_detect.push(
        "what other entries say: a proof is about one entry; `cuelight verify` checks a whole ledger".into(),
    );
    Ok(Proved {
        origin: checkpoint.origin,
        size: checkpoint.size,
        key: key.to_string(),
        entry,
        cannot_detect,
    })
}

/// Holds the proof's checkpoint against one that was kept elsewhere.
fn compare(own: &Checkpoint, key: &VerifierKey, known: &Known) -> Result<Vec<String>, Failure> {
    let Some(kept) = &known.checkpoint else { return Ok(Vec::new()) };
    let kept = Checkpoint::open(kept, key).map_err(|e| tampered(format!("the checkpoint given: {e}")))?;
    if kept.origin != own.origin {
        return Err(cannot(format!(
            "the checkpoint given is of `{}`, the proof of `{}`",
            kept.origin, own.origin
        )));
    }
    if kept.size != own.size {
        return Ok(vec![format!(
            "whether the checkpoint given ({} entries) and the proof's ({} entries) are of one history; check an export against it",
            kept.size, own.size
        )]);
    }
    if kept.root != own.root {
        return Err(tampered(format!(
            "two signed checkpoints of {} entries differ: the ledger was forked or rewritten",
            own.size
        )));
    }
    Ok(Vec::new())
}

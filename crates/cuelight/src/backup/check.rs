//! The check of a folder that holds a copy of a data folder: the files as files, every ledger, and the manifest.

use std::path::Path;

use cuelight_core::ledger::checkpoint::Checkpoint;
use cuelight_core::ledger::note::VerifierKey;
use cuelight_store_sqlite::backup;

use super::manifest::{BackupLedger, Manifest, bad};
use crate::failure::{Failure, LocalCode};
use crate::verify::{Known, Outcome, check_folder, line};

/// Checks the files and ledgers of a copy.
///
/// # Errors
/// `tampered` naming the first contradiction.
pub fn check(dir: &Path) -> Result<Outcome, Failure> {
    let tampered = |what: String| Failure::new(LocalCode::Tampered, what);
    let wrong = backup::integrity(dir).map_err(|e| crate::store::open_failure(&e))?;
    if let Some(first) = wrong.first() {
        return Err(tampered(format!("a file is damaged: {first}")));
    }
    let found = check_folder(dir, &Known::default())?;
    sound(&found)?;
    Ok(found)
}

/// Refuses what contradicts itself.
///
/// # Errors
/// `tampered` naming the first contradiction.
pub fn sound(found: &Outcome) -> Result<(), Failure> {
    if found.sound {
        return Ok(());
    }
    let file = found.file.first().cloned();
    let ledger = found.ledgers.iter().find(|l| !l.report.is_sound());
    let ledger = ledger.and_then(|l| {
        let finding = l.report.findings.first()?;
        Some(format!("ledger {}: {}", l.ledger, line(finding).trim()))
    });
    let what = file.or(ledger).unwrap_or_else(|| "the data contradicts itself".into());
    Err(Failure::new(LocalCode::Tampered, what))
}

/// Compares what was found with what a manifest states.
///
/// # Errors
/// `bad_backup` naming the first difference.
pub fn compare(manifest: &Manifest, found: &Outcome) -> Result<(), Failure> {
    let key: VerifierKey =
        manifest.key.parse().map_err(|e| bad(format!("the key in the manifest is none: {e}")))?;
    for ledger in &found.ledgers {
        if ledger.key != manifest.key {
            return Err(bad(format!("ledger {} has another key than the manifest", ledger.ledger)));
        }
        let Some(stated) = manifest.ledgers.iter().find(|l| l.end.ledger == ledger.ledger) else {
            return Err(bad(format!("the manifest does not name ledger {}", ledger.ledger)));
        };
        let (size, root) = (ledger.report.entries, ledger.report.root);
        if (stated.end.size, stated.end.root) != (size, root) {
            return Err(bad(format!(
                "ledger {} has {size} entries with root {root}; the manifest says {} with {}",
                ledger.ledger, stated.end.size, stated.end.root
            )));
        }
        checkpoint(stated, &ledger.origin, &key)?;
    }
    match manifest.ledgers.len() == found.ledgers.len() {
        true => Ok(()),
        false => Err(bad(format!(
            "the manifest names {} ledgers, and there are {}",
            manifest.ledgers.len(),
            found.ledgers.len()
        ))),
    }
}

fn checkpoint(stated: &BackupLedger, origin: &str, key: &VerifierKey) -> Result<(), Failure> {
    let wrong = |why: String| bad(format!("the manifest's checkpoint of {}: {why}", stated.end.ledger));
    let found = Checkpoint::open(&stated.checkpoint, key).map_err(|e| wrong(e.to_string()))?;
    if (found.origin.as_str(), found.size, found.root) == (origin, stated.end.size, stated.end.root) {
        return Ok(());
    }
    Err(wrong("it is of another ledger or size".into()))
}

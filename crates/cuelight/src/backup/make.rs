//! Makes a backup of a data folder, also while a server writes to it.

use std::path::{Path, PathBuf};

use cuelight_app::ports::{Clock as _, Entropy as _, SystemClock, SystemEntropy};
use cuelight_app::recovery::{Mark, ends, mark};
use cuelight_app::{AppError, time};
use cuelight_core::ledger::LedgerId;
use cuelight_store::Ledger;
use cuelight_store_sqlite::{OpenOptions, SqliteStore, backup};
use serde::Serialize;

use super::check::{check, compare};
use super::files::{Place, is_taken};
use super::manifest::{BackupFile, BackupLedger, Facts, MANIFEST, Manifest, Store};
use crate::failure::{Failure, LocalCode};
use crate::store::open_failure;

/// A backup that was made and checked.
#[derive(Debug, Clone, Serialize)]
pub struct Made {
    /// Where it is.
    pub backup: PathBuf,
    /// What it is.
    pub manifest: Manifest,
}

/// Where a backup goes: `to`, or a folder named after the time in it if it is a folder with something in it.
///
/// # Errors
/// `file_exists` when `to` is a backup itself.
pub fn target(to: &Path) -> Result<PathBuf, Failure> {
    if !to.is_dir() || !is_taken(to) {
        return Ok(to.to_owned());
    }
    if to.join(MANIFEST).exists() {
        let taken = Failure::new(LocalCode::FileExists, format!("`{}` is a backup already", to.display()));
        return Err(taken.fix("Choose another place: nothing is overwritten."));
    }
    let now = time::show(SystemClock.now());
    let name: String = now.split('.').next().unwrap_or(&now).replace(':', "-");
    Ok(to.join(format!("cuelight-{name}Z")))
}

/// Makes a backup of the data folder and calls `told` with what is being done.
///
/// # Errors
/// `file_exists`, `tampered` when the data contradicts itself, trouble with files.
pub async fn make(from: &Path, to: &Path, told: impl Fn(&str)) -> Result<Made, Failure> {
    // Taken first: everything acknowledged before it is in the copy.
    let made_at = SystemClock.now();
    let place = Place::new(&target(to)?)?;
    let dir = place.path();
    let files =
        backup::copy(from, dir, |name| told(&format!("copying {name}"))).map_err(|e| open_failure(&e))?;
    told("checking");
    let found = check(dir)?;
    let key = found.ledgers.first().map(|l| l.key.clone()).unwrap_or_default();
    let copy = copy_id()?;
    let store = SqliteStore::open(&OpenOptions::new(dir)).map_err(|e| open_failure(&e))?;
    let ledgers = ledgers(&store).await?;
    let ends = ledgers.iter().map(|l| l.end.clone()).collect();
    mark(&store, &Mark { copy: copy.clone(), made_at, ledgers: ends }).await?;
    drop(store);
    backup::settle(dir).map_err(|e| open_failure(&e))?;
    let files = files.iter().map(|f| BackupFile::of(dir, f.name, f.schema)).collect::<Result<_, _>>()?;
    let manifest = Manifest::new(Facts { store: Store::Sqlite, made_at, copy, key, files, ledgers });
    compare(&manifest, &found)?;
    manifest.write(dir)?;
    Ok(Made { backup: place.finish()?, manifest })
}

/// A new id for a copy.
///
/// # Errors
/// When the system has no randomness.
pub fn copy_id() -> Result<String, Failure> {
    Ok(hex::encode(&SystemEntropy.bytes32().map_err(AppError::from)?[..16]))
}

/// The ends of all ledgers of a store with their checkpoints.
///
/// # Errors
/// When the store cannot be read, or a ledger's end is not signed.
pub async fn ledgers(store: &dyn Ledger) -> Result<Vec<BackupLedger>, Failure> {
    let mut found = Vec::new();
    for end in ends(store).await.map_err(|e| open_failure(&e))? {
        let checkpoint = store.checkpoint(&end.ledger, Some(end.size)).await.map_err(|e| open_failure(&e))?;
        let checkpoint = checkpoint.filter(|c| c.size == end.size).ok_or_else(|| unsigned(&end.ledger))?;
        found.push(BackupLedger { end, checkpoint: checkpoint.note });
    }
    Ok(found)
}

fn unsigned(ledger: &LedgerId) -> Failure {
    Failure::new(LocalCode::Tampered, format!("the end of ledger {ledger} is not signed"))
}

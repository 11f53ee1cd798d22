//! Puts a backup back as a data folder, and checks what was put back.

use std::path::{Path, PathBuf};

use cuelight_app::recovery::{Mark, ends, mark, marked};
use cuelight_core::ledger::Micros;
use cuelight_store::{Ledger, Vault};
use cuelight_store_sqlite::{OpenOptions, SqliteStore, backup};
use serde::Serialize;

use super::check::{check, compare};
use super::files::{self, Place};
use super::make::copy_id;
use super::manifest::{Manifest, Store, bad};
use crate::failure::Failure;
use crate::store::open_failure;

/// A backup that was restored and checked.
#[derive(Debug, Clone, Serialize)]
pub struct Restored {
    /// Where the data is now; absent when it was only tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// What was restored.
    pub manifest: Manifest,
}

/// Restores a backup into `data`, or only into a scratch folder that is removed again, and calls `told` with what is
/// being done.
///
/// # Errors
/// `bad_backup`, `file_exists` when `data` holds anything, `tampered`, trouble with files.
pub async fn restore(from: &Path, data: Option<&Path>, told: impl Fn(&str)) -> Result<Restored, Failure> {
    let manifest = Manifest::read(from)?;
    if manifest.store != Store::Sqlite {
        let what = format!("`{}` is a backup of a PostgreSQL database", from.display());
        return Err(bad(what).fix("Name the database to restore it into with --database."));
    }
    let Some(data) = data else {
        let scratch = tempfile::Builder::new().prefix("cuelight-restore-").tempdir();
        let scratch = scratch.map_err(|e| Failure::io("make a folder in", &std::env::temp_dir(), &e))?;
        fill(from, scratch.path(), &manifest, &told).await?;
        return Ok(Restored { data: None, manifest });
    };
    let place = Place::new(data)?;
    fill(from, place.path(), &manifest, &told).await?;
    Ok(Restored { data: Some(place.finish()?), manifest })
}

/// Copies a backup's files into an empty folder and checks them there.
async fn fill(from: &Path, dir: &Path, manifest: &Manifest, told: &impl Fn(&str)) -> Result<(), Failure> {
    for file in &manifest.files {
        told(&format!("copying {}", file.name));
        // What the manifest names was written by somebody; a plain name stays in its folder.
        Manifest::check_name(&file.name)?;
        let source = from.join(&file.name);
        if !source.is_file() {
            return Err(bad(format!("`{}` is missing", source.display())));
        }
        files::copy(&source, &dir.join(&file.name))?;
    }
    told("checking");
    manifest.check_files(dir)?;
    // Brings the files to this version's schema, as a server would.
    let store = SqliteStore::open(&OpenOptions::new(dir)).map_err(|e| open_failure(&e))?;
    if marked(&store).await?.is_none_or(|m| m.copy != manifest.copy) {
        return Err(bad("the mark of a restored copy is missing in its vault: the backup was changed"));
    }
    drop(store);
    backup::settle(dir).map_err(|e| open_failure(&e))?;
    compare(manifest, &check(dir)?)
}

/// Marks a store as a restored copy that another tool put back, so that it takes no writes until a recovery is on
/// record.
///
/// # Errors
/// When the store cannot be used.
pub async fn put_mark(ledger: &dyn Ledger, vault: &dyn Vault) -> Result<Mark, Failure> {
    let ledgers = ends(ledger).await.map_err(|e| open_failure(&e))?;
    let mut newest: Micros = 0;
    for end in &ledgers {
        let head = ledger.head(&end.ledger).await.map_err(|e| open_failure(&e))?;
        newest = newest.max(head.map_or(0, |head| head.at));
    }
    // When the copy was made is not known; its newest entry is.
    let made = Mark { copy: copy_id()?, made_at: newest, ledgers };
    mark(vault, &made).await?;
    Ok(made)
}

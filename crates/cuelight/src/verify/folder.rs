//! A data folder or a database: every ledger in it, also while a server runs on it.

use std::path::Path;
use std::thread;

use cuelight_core::event::Event;
use cuelight_core::installation::InstallationEvent;
use cuelight_core::ledger::note::VerifierKey;
use cuelight_core::ledger::{Entry, LedgerId};
use cuelight_core::state;
use cuelight_store::StoreError;
use cuelight_store_postgres::PostgresOptions;
use cuelight_store_sqlite::Dump;

use super::view::View;
use super::{Checked, Expected, Known, Outcome, belongs, cannot, origin, run, tampered};
use crate::failure::Failure;
use crate::store::open_failure;

/// Checks the whole folder.
///
/// # Errors
/// When there is nothing to check there, or it is no database any more.
pub fn check(dir: &Path, known: &Known) -> Result<Outcome, Failure> {
    let dump = Dump::open(dir).map_err(|e| refuse(&e))?;
    check_view(&dump, &format!("`{}`", dir.display()), known)
}

/// Checks a whole database. Blocks.
///
/// # Errors
/// As [`check`].
pub fn check_database(url: &str, known: &Known) -> Result<Outcome, Failure> {
    let dump = cuelight_store_postgres::Dump::open(&PostgresOptions::new(url)).map_err(|e| refuse(&e))?;
    check_view(&dump, "the database", known)
}

/// Checks everything that a view shows; `place` says in messages of what.
///
/// # Errors
/// As [`check`].
pub fn check_view(dump: &dyn View, place: &str, known: &Known) -> Result<Outcome, Failure> {
    // The file is looked at beside what it says; of two that cannot be read, the file is told.
    let inspection = dump.inspection();
    let (file, checked) = thread::scope(|scope| {
        let inspecting = thread::Builder::new().name("integrity".into()).spawn_scoped(scope, inspection);
        let checked = check_ledgers(dump, place, known);
        let file = match inspecting.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(file)) => file,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // No thread to be had.
            Err(_) => dump.inspection()(),
        };
        (file, checked)
    });
    let file = file.map_err(|e| refuse(&e))?;
    Ok(Outcome::new(checked?, file, known))
}

fn check_ledgers(dump: &dyn View, place: &str, known: &Known) -> Result<Vec<Checked>, Failure> {
    let ledgers = dump.ledgers().map_err(|e| refuse(&e))?;
    if ledgers.is_empty() {
        return Err(cannot(format!("{place} holds no ledger yet")));
    }
    let key = match &known.key {
        Some(key) => key.clone(),
        None => own_key(dump, &ledgers)?,
    };
    let mut checked = Vec::new();
    let mut external_used = known.checkpoint.is_none();
    for ledger in ledgers {
        let expected = Expected { origin: origin(&key, &ledger), key: key.clone(), ledger };
        let external = known.checkpoint.as_deref().filter(|c| belongs(c, &expected.origin));
        external_used |= external.is_some();
        let stored = dump.stored(&expected.ledger, state::FORMAT).map_err(|e| refuse(&e))?;
        checked.push(run(stored, &expected, external));
    }
    if !external_used {
        return Err(cannot("the checkpoint belongs to none of the ledgers here")
            .fix("Its first line names its ledger; give the checkpoint of this installation."));
    }
    Ok(checked)
}

/// The key as the first entry of a ledger states it.
fn own_key(dump: &dyn View, ledgers: &[LedgerId]) -> Result<VerifierKey, Failure> {
    for ledger in ledgers {
        let mut stored = dump.stored(ledger, state::FORMAT).map_err(|e| refuse(&e))?;
        if let Some(Ok(row)) = stored.rows.next()
            && let Some(key) = stated(ledger, &row.bytes)
        {
            return Ok(key);
        }
    }
    Err(tampered("no ledger's first entry can be read, so not even the signing key is stated")
        .fix("Give the key you know with --key, or restore a backup."))
}

fn stated(ledger: &LedgerId, bytes: &[u8]) -> Option<VerifierKey> {
    let entry = Entry::decode(bytes).ok()?;
    let key = match ledger {
        LedgerId::Installation => match InstallationEvent::decode(&entry.kind, &entry.body).ok()? {
            InstallationEvent::Opened(opened) => opened.key,
            _ => return None,
        },
        LedgerId::Project(_) => match Event::decode(&entry.kind, &entry.body).ok()? {
            Event::ProjectOpened(opened) => opened.key,
            _ => return None,
        },
    };
    key.parse().ok()
}

fn refuse(error: &StoreError) -> Failure {
    match error {
        StoreError::Corrupt { .. } => tampered(error.to_string()),
        StoreError::Settings { .. } => open_failure(error),
        other => cannot(other.to_string()),
    }
}

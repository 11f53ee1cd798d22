//! Makes a backup of a database while servers work on it: `pg_dump` and the check look at the same moment.

use std::path::Path;

use cuelight_app::ports::{Clock as _, SystemClock};
use cuelight_app::recovery::LedgerEnd;
use cuelight_core::state;
use cuelight_store_postgres::{Dump, PostgresOptions, backup};

use super::address::Address;
use super::{DUMP, tools};
use crate::backup::check::{compare, sound};
use crate::backup::files::{Place, private};
use crate::backup::make::{Made, copy_id, target};
use crate::backup::manifest::{BackupFile, BackupLedger, Facts, Manifest, Store};
use crate::failure::{Failure, LocalCode};
use crate::store::database_failure;
use crate::verify::{Known, Outcome, check_view};

/// Makes a backup of the database and calls `told` with what is being done. Blocks.
///
/// # Errors
/// `database_tool`, `file_exists`, `tampered` when the data contradicts itself, trouble with files.
pub fn make(url: &str, to: &Path, told: impl Fn(&str)) -> Result<Made, Failure> {
    let made_at = SystemClock.now();
    let address = Address::parse(url)?;
    let dump = Dump::open(&PostgresOptions::new(url)).map_err(|e| database_failure(&e))?;
    let moment = dump.moment().map_err(|e| database_failure(&e))?;
    tools::check_version("pg_dump", moment.server)?;
    let place = Place::new(&target(to)?)?;
    let file = place.path().join(DUMP);
    // Private before anything is in it: `pg_dump` writes into what is there.
    let made = private().open(&file).map_err(|e| Failure::io("write", &file, &e))?;
    told("copying with pg_dump");
    let mut command = tools::tool("pg_dump", &address);
    command.args(["--format=custom", "--no-owner", "--no-privileges"]);
    command.arg(format!("--schema={}", backup::SCHEMA)).arg(format!("--snapshot={}", moment.snapshot));
    tools::run(command.arg("--file").arg(&file))?;
    made.sync_all().map_err(|e| Failure::io("write", &file, &e))?;
    told("checking");
    let found = check_view(&dump, "the database", &Known::default())?;
    sound(&found)?;
    let manifest = Manifest::new(Facts {
        store: Store::Postgres,
        made_at,
        copy: copy_id()?,
        key: found.ledgers.first().map(|l| l.key.clone()).unwrap_or_default(),
        files: vec![BackupFile::of(place.path(), DUMP, moment.schema)?],
        ledgers: ledgers(&dump, &found)?,
    });
    drop(dump);
    compare(&manifest, &found)?;
    manifest.write(place.path())?;
    Ok(Made { backup: place.finish()?, manifest })
}

/// The ends that the check has found, each with its checkpoint.
fn ledgers(dump: &Dump, found: &Outcome) -> Result<Vec<BackupLedger>, Failure> {
    let mut all = Vec::new();
    for checked in &found.ledgers {
        let stored = dump.stored(&checked.ledger, state::FORMAT).map_err(|e| database_failure(&e))?;
        let newest = stored.checkpoints.last().and_then(Result::ok);
        let newest = newest.filter(|c| c.size == checked.report.entries).ok_or_else(|| {
            let what = format!("the end of ledger {} is not signed", checked.ledger);
            Failure::new(LocalCode::Tampered, what)
        })?;
        let end = LedgerEnd {
            ledger: checked.ledger.clone(),
            size: checked.report.entries,
            root: checked.report.root,
        };
        all.push(BackupLedger { end, checkpoint: newest.note });
    }
    Ok(all)
}

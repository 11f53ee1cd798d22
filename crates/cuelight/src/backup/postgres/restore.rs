//! Restores a dump into a database, together with the mark of a restored copy: both or neither.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use cuelight_app::session;
use cuelight_store_postgres::{Dump, PostgresOptions, backup};

use super::address::{Address, with_database};
use super::{DUMP, tools};
use crate::backup::check::{compare, sound};
use crate::backup::manifest::{Manifest, Store, bad};
use crate::backup::restore::Restored;
use crate::failure::{Failure, LocalCode};
use crate::store::database_failure;
use crate::verify::{Known, check_database};

/// Restores a backup into a database that has no schema of Cuelight, and calls `told` with what is being done. Blocks.
///
/// # Errors
/// `bad_backup`, `store_not_empty`, `database_tool`, `tampered`.
pub fn restore(from: &Path, url: &str, told: impl Fn(&str)) -> Result<Restored, Failure> {
    let manifest = read(from)?;
    reach(url)?;
    fill(from, url, &manifest, &told)?;
    Ok(Restored { data: None, manifest })
}

/// Restores a backup into a database of its own on that server, checks it there, and drops it. Blocks.
///
/// # Errors
/// As [`restore`].
pub fn try_out(from: &Path, url: &str, told: impl Fn(&str)) -> Result<Restored, Failure> {
    let manifest = read(from)?;
    reach(url)?;
    let address = Address::parse(url)?;
    let scratch = format!("cuelight_verify_{}", &crate::backup::copy_id()?[..16]);
    tools::query(&address, &format!("CREATE DATABASE {scratch} TEMPLATE template0 ENCODING 'UTF8'"))?;
    let done = fill(from, &with_database(url, &scratch), &manifest, &told);
    let dropped = tools::query(&address, &format!("DROP DATABASE {scratch} WITH (FORCE)"));
    done?;
    dropped?;
    Ok(Restored { data: None, manifest })
}

/// Whether the database lets us in: its tools would say so too, but not what kind of trouble it is.
fn reach(url: &str) -> Result<(), Failure> {
    Dump::reach(&PostgresOptions::new(url)).map_err(|e| database_failure(&e))
}

fn read(from: &Path) -> Result<Manifest, Failure> {
    let manifest = Manifest::read(from)?;
    let [file] = &manifest.files[..] else { return Err(bad("a backup of a database has one file")) };
    if manifest.store != Store::Postgres || file.name != DUMP {
        let what = format!("`{}` is a backup of a data folder", from.display());
        return Err(bad(what).fix("Name the folder to restore it into with --data; `cuelight migrate-store` then copies it into a database."));
    }
    manifest.check_files(from)?;
    Ok(manifest)
}

fn fill(from: &Path, url: &str, manifest: &Manifest, told: &impl Fn(&str)) -> Result<(), Failure> {
    let address = Address::parse(url)?;
    let server = tools::query(&address, "SHOW server_version_num")?;
    tools::check_version("psql", server.parse::<u32>().unwrap_or(0) / 10_000)?;
    let there = tools::query(&address, &format!("SELECT to_regnamespace('{}') IS NOT NULL", backup::SCHEMA))?;
    if there != "f" {
        let what = format!("the database has a schema `{}` already", backup::SCHEMA);
        return Err(Failure::new(LocalCode::StoreNotEmpty, what));
    }
    told("restoring with pg_restore");
    let (key, value) = manifest.mark().item()?;
    let last = backup::last_statements(&key, &value, &session::KINDS);
    play(&from.join(DUMP), &address, &last)?;
    told("checking");
    let found = check_database(url, &Known::default())?;
    sound(&found)?;
    compare(manifest, &found)
}

/// Has `pg_restore` write the dump as a script, and `psql` run it with `last` at its end, in one transaction.
fn play(dump: &Path, address: &Address, last: &str) -> Result<(), Failure> {
    let mut psql = tools::tool("psql", address);
    psql.args(["--no-psqlrc", "--quiet", "--single-transaction", "-v", "ON_ERROR_STOP=1", "--file=-"]);
    let mut player = psql
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| tools::missing("psql", &e))?;
    let mut script = Command::new("pg_restore");
    script.args(["--no-owner", "--no-privileges", "--file=-"]).arg(dump);
    let mut writer = script
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| tools::missing("pg_restore", &e))?;
    let (from, to) = (writer.stdout.take(), player.stdin.take());
    let (Some(mut from), Some(mut to)) = (from, to) else {
        return Err(Failure::new(LocalCode::Internal, "the tools have no pipes"));
    };
    // When psql has ended early, what it says is told below.
    let passed = std::io::copy(&mut from, &mut to);
    // A writer that nobody reads would wait for ever.
    drop(from);
    let written = writer.wait_with_output().map_err(|e| tools::missing("pg_restore", &e))?;
    let whole = written.status.success() && passed.is_ok();
    if written.status.success() || passed.is_err() {
        let ended = if whole { to.write_all(last.as_bytes()) } else { Ok(()) };
        drop(to);
        let played = player.wait_with_output().map_err(|e| tools::missing("psql", &e))?;
        tools::checked("psql", &played)?;
        return ended.and(passed.map(|_| ())).map_err(|e| Failure::io("restore", dump, &e));
    }
    // Half a script must not be committed: psql commits at the end of its input.
    let stopped = player.kill().and_then(|()| player.wait());
    drop(to);
    stopped.map_err(|e| tools::missing("psql", &e))?;
    tools::checked("pg_restore", &written).map(drop)
}

//! The schema: numbered scripts, embedded, only forward, one transaction each, one server at a time; what has run is on
//! record with its digest.

use std::collections::BTreeSet;

use cuelight_artifact::Digest;
use cuelight_store::StoreError;

use crate::database::{Database, Purpose, Transaction};
use crate::failure::Failure;
use crate::row::value;
use crate::sql;

/// The oldest PostgreSQL that the tests run on.
const OLDEST: (i64, &str) = (150_000, "15");

/// The number under which servers that migrate wait for each other; "cuelight" in ASCII.
const LOCK: i64 = i64::from_be_bytes(*b"cuelight");

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
struct Migration {
    name: &'static str,
    sql: &'static str,
}

/// All steps; number 1 is the first.
const MIGRATIONS: &[Migration] =
    &[Migration { name: "store", sql: include_str!("../migrations/0001_store.sql") }];

/// What the steps make, as [`sql::OBJECTS`] tells it. A test writes this file.
const OBJECTS: &str = include_str!("../migrations/objects.txt");

/// The record of what has run, made together with the first step.
const RECORD: &str = "
CREATE TABLE cuelight.migrations (number bigint PRIMARY KEY, name text NOT NULL, digest text NOT NULL);
CREATE FUNCTION cuelight.keep_migrations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'cuelight: the record of migrations is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER migrations_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON cuelight.migrations
    FOR EACH STATEMENT EXECUTE FUNCTION cuelight.keep_migrations();
";

/// Refuses a server that is too old or cannot keep every text.
///
/// # Errors
/// [`StoreError::TooOld`]; [`StoreError::Settings`] when the database has another encoding than UTF-8.
pub(crate) async fn check_server(db: &Database) -> Result<(), StoreError> {
    let rows = db.read(&sql::SERVER, &[]).await?;
    let read = |column| -> Result<String, Failure> {
        match rows.first() {
            Some(row) => value(row, column, db.place()),
            None => Err(Failure::corrupt(db.place(), "the server does not say what it is")),
        }
    };
    let number = rows.first().map_or(Ok(0), |row| value(row, 0, db.place()));
    let number: i64 = number.map_err(|failure| failure.at(db.place()))?;
    let text = |column| read(column).map_err(|failure| failure.at(db.place()));
    check_version(number, &text(1)?)?;
    let encoding = text(2)?;
    if encoding != "UTF8" {
        let what = format!("{} has the encoding {encoding}; make one with the encoding UTF8", db.place());
        return Err(StoreError::Settings { what });
    }
    if text(3)? == "off" {
        tracing::warn!(place = db.place(), "fsync is off: a power failure can destroy this database");
    }
    Ok(())
}

fn check_version(number: i64, text: &str) -> Result<(), StoreError> {
    if number >= OLDEST.0 {
        return Ok(());
    }
    Err(StoreError::TooOld { what: "PostgreSQL", found: text.to_owned(), needed: OLDEST.1 })
}

/// Brings the database to the newest schema.
///
/// # Errors
/// [`StoreError::NewerSchema`], or [`StoreError::Corrupt`] when the schema is another program's or it or its history
/// was edited. Nothing has changed then.
pub(crate) async fn migrate(db: &Database) -> Result<(), StoreError> {
    let work = async {
        run_steps(db).await?;
        check_objects(&objects(db).await?, db.place())
    };
    work.await.map_err(|failure: Failure| failure.at(db.place()))
}

async fn run_steps(db: &Database) -> Result<(), Failure> {
    // Most starts find everything done, and take no lock.
    let tx = db.begin(Purpose::Read).await?;
    let found = history(&tx, db.place()).await;
    let mut done = tx.finish(found).await?;
    while done < MIGRATIONS.len() {
        let tx = db.begin(Purpose::Bulk).await?;
        let stepped = step(&tx, db.place()).await;
        done = tx.finish(stepped).await?;
    }
    Ok(())
}

/// Runs the next step, if there is one, and gives the number of steps that have run.
async fn step(tx: &Transaction, place: &str) -> Result<usize, Failure> {
    // It ends with the transaction, so it works through a pooler.
    tx.rows(&sql::MIGRATION_LOCK, &[&LOCK]).await?;
    let done = history(tx, place).await?;
    let Some(migration) = MIGRATIONS.get(done) else { return Ok(done) };
    let number = i64::try_from(done + 1).unwrap_or(i64::MAX);
    tracing::info!(place, number, name = migration.name, "migrating");
    if done == 0 {
        let rows = tx.rows(&sql::SCHEMA, &[]).await?;
        // Only who makes the schema needs the right to; `IF NOT EXISTS` would ask for it all the same.
        let there = rows.first().map_or(Ok(false), |row| value(row, 0, place))?;
        if !there {
            tx.script("CREATE SCHEMA cuelight").await?;
        }
        tx.script(RECORD).await?;
    }
    tx.script(migration.sql).await?;
    tx.execute(&sql::ADD_MIGRATION, &[&number, &migration.name, &digest(migration)]).await?;
    Ok(done + 1)
}

/// How many steps have run, all of them ours.
async fn history(tx: &Transaction, place: &str) -> Result<usize, Failure> {
    let rows = tx.rows(&sql::SCHEMA, &[]).await?;
    let Some(row) = rows.first() else { return Ok(0) };
    let (recorded, relations): (bool, i64) = (value(row, 1, place)?, value(row, 2, place)?);
    if !recorded {
        if relations > 0 {
            let what = "its schema `cuelight` is another program's, or its record of migrations is gone";
            return Err(Failure::corrupt(place, what));
        }
        return Ok(0);
    }
    let rows = tx.rows(&sql::MIGRATIONS, &[]).await?;
    let mut found = Vec::new();
    for row in &rows {
        found.push((value(row, 0, place)?, value(row, 1, place)?, value(row, 2, place)?));
    }
    check_history(&found, place)?;
    Ok(found.len())
}

fn check_history(found: &[(i64, String, String)], place: &str) -> Result<(), StoreError> {
    let newest = found.iter().map(|(number, ..)| *number).max().unwrap_or(0);
    if usize::try_from(newest).is_ok_and(|newest| newest > MIGRATIONS.len()) {
        let supported = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
        let found = u32::try_from(newest).unwrap_or(u32::MAX);
        return Err(StoreError::NewerSchema { place: place.to_owned(), found, supported });
    }
    for (expected, ((number, name, hash), migration)) in (1_i64..).zip(found.iter().zip(MIGRATIONS)) {
        if *number != expected || name != migration.name || *hash != digest(migration) {
            let what = format!(
                "migration {expected} (`{}`) on record is not the one this version knows: the record or the program \
                 was edited",
                migration.name
            );
            return Err(StoreError::Corrupt { what, place: place.to_owned() });
        }
    }
    Ok(())
}

/// Tables, columns, keys, triggers and functions that there are.
async fn objects(db: &Database) -> Result<BTreeSet<String>, Failure> {
    let rows = db.read(&sql::OBJECTS, &[]).await?;
    rows.iter().map(|row| value(row, 0, db.place())).collect()
}

/// Compares what there is with what the steps make, so that a guard that was dropped is noticed. Tables of others are
/// left alone; triggers of others are not, since they act on our tables.
fn check_objects(found: &BTreeSet<String>, place: &str) -> Result<(), Failure> {
    match edits(found).first() {
        None => Ok(()),
        Some(edit) => Err(Failure::corrupt(place, format!("its schema was edited: {edit}"))),
    }
}

/// What is not as the steps make it, in words.
pub(crate) fn edits(found: &BTreeSet<String>) -> Vec<String> {
    let named = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let expected: BTreeSet<String> = OBJECTS.lines().map(str::to_owned).collect();
    let gone = expected.difference(found).map(|line| format!("{} is changed or gone", named(line)));
    let strange = found.difference(&expected).filter(|line| line.starts_with("trigger "));
    gone.chain(strange.map(|line| format!("{} is not Cuelight's", named(line)))).collect()
}

fn digest(migration: &Migration) -> String {
    Digest::of_bytes(migration.sql.as_bytes()).to_string()
}

#[cfg(test)]
mod tests;

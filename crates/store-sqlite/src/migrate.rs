//! Schemas: numbered scripts, embedded, only forward, one transaction each; what has run is on record with its digest.

use cuelight_artifact::Digest;
use cuelight_store::StoreError;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::connection::{Durability, make_durable};
use crate::failure::named;
use crate::whole::check_whole;

/// One step of a schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) sql: &'static str,
}

/// What one file is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema {
    /// SQLite's `application_id`: tells this file from any other database.
    pub(crate) application: i32,
    /// All steps; number 1 is the first.
    pub(crate) migrations: &'static [Migration],
    /// How hard its commits try.
    pub(crate) durability: Durability,
}

/// `registry.db`.
pub(crate) const REGISTRY: Schema = Schema {
    application: i32::from_be_bytes(*b"CuLR"),
    migrations: &[
        Migration { name: "ledger", sql: include_str!("../migrations/registry/0001_ledger.sql") },
        Migration { name: "copying", sql: include_str!("../migrations/registry/0002_copying.sql") },
    ],
    durability: Durability::Full,
};

/// `observations.db`.
pub(crate) const OBSERVATIONS: Schema = Schema {
    application: i32::from_be_bytes(*b"CuLO"),
    migrations: &[
        Migration {
            name: "observations",
            sql: include_str!("../migrations/observations/0001_observations.sql"),
        },
        Migration { name: "nodes", sql: include_str!("../migrations/observations/0002_nodes.sql") },
    ],
    durability: Durability::Normal,
};

/// `vault.db`.
pub(crate) const VAULT: Schema = Schema {
    application: i32::from_be_bytes(*b"CuLV"),
    migrations: &[Migration { name: "vault", sql: include_str!("../migrations/vault/0001_vault.sql") }],
    durability: Durability::Full,
};

/// The record of what has run, made together with the first step.
const RECORD: &str = "
CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL) STRICT;
CREATE TRIGGER migrations_insert BEFORE INSERT ON migrations
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM migrations)
BEGIN SELECT RAISE(ABORT, 'cuelight: a migration is added only after the last one'); END;
CREATE TRIGGER migrations_update BEFORE UPDATE ON migrations
BEGIN SELECT RAISE(ABORT, 'cuelight: the record of migrations is never changed'); END;
CREATE TRIGGER migrations_delete BEFORE DELETE ON migrations
BEGIN SELECT RAISE(ABORT, 'cuelight: the record of migrations is never deleted'); END;
";

impl Schema {
    /// Brings the file to the newest schema.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`], or [`StoreError::Corrupt`] when the file is another program's or its schema or
    /// history was edited. Nothing has changed then.
    pub(crate) fn migrate(&self, conn: &mut Connection, place: &str) -> Result<(), StoreError> {
        let found = self.check_identity(conn, place)?;
        check_whole(conn, place)?;
        let sql = |e: rusqlite::Error| named(&e, place);
        make_durable(conn, self.durability).map_err(sql)?;
        if found > 0 {
            self.check_history(conn, found, place)?;
        }
        for (number, migration) in
            (1_u32..).zip(self.migrations).skip(usize::try_from(found).unwrap_or(usize::MAX))
        {
            tracing::info!(place, number, name = migration.name, "migrating");
            self.apply(conn, number, migration).map_err(sql)?;
        }
        self.check_objects(conn, place)
    }

    /// Checks, without writing, that the file has the newest schema.
    ///
    /// # Errors
    /// As [`Schema::migrate`], and [`StoreError::Unavailable`] when the schema is older.
    pub(crate) fn check(&self, conn: &Connection, place: &str) -> Result<(), StoreError> {
        let (found, newest) = (self.check_identity(conn, place)?, self.newest());
        check_whole(conn, place)?;
        if found < newest {
            let what = format!(
                "{place} has schema {found} and this version of Cuelight reads {newest}; start its server once to bring \
                 it up to date"
            );
            return Err(StoreError::Unavailable { what });
        }
        self.check_history(conn, found, place)?;
        self.check_objects(conn, place)
    }

    fn newest(&self) -> u32 {
        u32::try_from(self.migrations.len()).unwrap_or(u32::MAX)
    }

    /// The file's schema number; 0 for a new file.
    fn check_identity(&self, conn: &Connection, place: &str) -> Result<u32, StoreError> {
        let read = || {
            let application: i32 = conn.pragma_query_value(None, "application_id", |r| r.get(0))?;
            let found: u32 = conn.pragma_query_value(None, "user_version", |r| r.get(0))?;
            let objects: u32 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
            Ok((application, found, objects))
        };
        let (application, found, objects) = read().map_err(|e| named(&e, place))?;
        if (application, found, objects) == (0, 0, 0) {
            return Ok(0);
        }
        if application != self.application {
            let what = format!("it is a database of another kind (application id {application})");
            return Err(StoreError::Corrupt { what, place: place.to_owned() });
        }
        if found > self.newest() {
            return Err(StoreError::NewerSchema { place: place.to_owned(), found, supported: self.newest() });
        }
        Ok(found)
    }

    fn check_history(&self, conn: &Connection, found: u32, place: &str) -> Result<(), StoreError> {
        let recorded = |number: u32| {
            conn.query_row("SELECT name, digest FROM migrations WHERE number = ?1", [number], |r| {
                Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?))
            })
            .optional()
        };
        for (number, migration) in (1..=found).zip(self.migrations) {
            let expected = (migration.name.to_owned(), digest(migration));
            if recorded(number).map_err(|e| named(&e, place))? != Some(expected) {
                let what = format!(
                    "migration {number} (`{}`) on record is not the one this version knows: the record or the program \
                     was edited",
                    migration.name
                );
                return Err(StoreError::Corrupt { what, place: place.to_owned() });
            }
        }
        Ok(())
    }

    fn apply(
        &self,
        conn: &mut Connection,
        number: u32,
        migration: &Migration,
    ) -> Result<(), rusqlite::Error> {
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        if number == 1 {
            tx.pragma_update(None, "application_id", self.application)?;
            tx.execute_batch(RECORD)?;
        }
        tx.execute_batch(migration.sql)?;
        tx.execute(
            "INSERT INTO migrations (number, name, digest) VALUES (?1, ?2, ?3)",
            params![number, migration.name, digest(migration)],
        )?;
        tx.pragma_update(None, "user_version", number)?;
        tx.commit()
    }

    /// Compares the tables, indexes and triggers with those the steps make, so that a guard that was dropped is
    /// noticed. Tables of other tools are left alone; triggers of others are not, since they act on our tables.
    fn check_objects(&self, conn: &Connection, place: &str) -> Result<(), StoreError> {
        let sql = |e: rusqlite::Error| named(&e, place);
        let mut model = Connection::open_in_memory().map_err(sql)?;
        for (number, migration) in (1..).zip(self.migrations) {
            self.apply(&mut model, number, migration).map_err(sql)?;
        }
        let (expected, found) = (objects(&model).map_err(sql)?, objects(conn).map_err(sql)?);
        let changed =
            expected.iter().find(|object| !found.contains(object)).map(|object| ("changed or gone", object));
        let foreign = found.iter().find(|o| o.kind == "trigger" && !expected.contains(o));
        match changed.or(foreign.map(|object| ("not Cuelight's", object))) {
            None => Ok(()),
            Some((how, object)) => {
                let what = format!("its schema was edited: {} `{}` is {how}", object.kind, object.name);
                Err(StoreError::Corrupt { what, place: place.to_owned() })
            }
        }
    }
}

fn digest(migration: &Migration) -> String {
    Digest::of_bytes(migration.sql.as_bytes()).to_string()
}

#[derive(PartialEq, Eq)]
struct Object {
    kind: String,
    name: String,
    sql: Option<String>,
}

fn objects(conn: &Connection) -> Result<Vec<Object>, rusqlite::Error> {
    let mut statement = conn.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")?;
    let rows =
        statement.query_map([], |r| Ok(Object { kind: r.get(0)?, name: r.get(1)?, sql: r.get(2)? }))?;
    rows.collect()
}

#[cfg(test)]
mod tests;

//! Connections to one file, with the settings that every one of them needs.

use std::path::Path;
use std::time::Duration;

use cuelight_store::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::failure::named;
use crate::folder::shown;

/// The oldest SQLite that will do: older ones can corrupt a database in WAL mode when two connections write and
/// checkpoint in the same moment (<https://sqlite.org/wal.html>, the WAL-reset bug).
const OLDEST: (i32, &str) = (3_051_003, "3.51.3");

/// How hard a commit tries to be on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Every commit is synchronised before it is acknowledged.
    Full,
    /// A power failure may take the last commits, never tear one.
    Normal,
}

/// Refuses a SQLite that is too old.
pub(crate) fn check_version(number: i32, text: &str) -> Result<(), StoreError> {
    if number >= OLDEST.0 {
        return Ok(());
    }
    Err(StoreError::TooOld { what: "SQLite", found: text.to_owned(), needed: OLDEST.1 })
}

/// The writing connection to a file that is there. Only [`crate::migrate`] uses it before [`make_durable`].
pub(crate) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let set = || {
        conn.pragma_update(None, "foreign_keys", true)?;
        // Otherwise a REPLACE would delete without the triggers.
        conn.pragma_update(None, "recursive_triggers", true)?;
        // What is erased is overwritten, not only unlinked.
        conn.pragma_update(None, "secure_delete", true)?;
        conn.pragma_update(None, "temp_store", "MEMORY")
    };
    set().map_err(|e| named(&e, &shown(path)))?;
    Ok(conn)
}

/// Turns on the write-ahead log and the file's durability.
pub(crate) fn make_durable(conn: &Connection, durability: Durability) -> Result<(), rusqlite::Error> {
    conn.pragma_update(None, "journal_mode", "WAL")?;
    let level = match durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    conn.pragma_update(None, "synchronous", level)?;
    // Apple's fsync does not reach the disk; elsewhere this changes nothing.
    conn.pragma_update(None, "fullfsync", durability == Durability::Full)
}

/// A reading connection.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let set = || {
        conn.pragma_update(None, "query_only", true)?;
        // A quarter of what SQLite takes by itself: what is served is not read from here, the system keeps the file's
        // pages as well, and there are a dozen of these connections.
        conn.pragma_update(None, "cache_size", -512)
    };
    set().map_err(|e| named(&e, &shown(path)))?;
    Ok(conn)
}

/// A reading connection that may write a copy into another file.
pub(crate) fn open_copier(path: &Path) -> Result<Connection, StoreError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn open(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    let open = || {
        let conn = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_timeout(Duration::from_secs(10))?;
        conn.set_prepared_statement_cache_capacity(64);
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // A file that was tampered with must not make us run its functions.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        conn.pragma_update(None, "cell_size_check", true)?;
        Ok(conn)
    };
    open().map_err(|e: rusqlite::Error| named(&e, &shown(path)))
}

#[cfg(test)]
mod tests;

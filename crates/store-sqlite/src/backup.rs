//! A copy of a data folder, also while a server writes to it.

use std::fs::File;
use std::path::Path;

use cuelight_store::StoreError;
use rusqlite::Connection;

use crate::connection::{open_copier, open_reader, open_writer};
use crate::failure::named;
use crate::folder::{self, make_file, shown};
use crate::migrate::{self, Schema};
use crate::whole::missing_end;

/// The files in the order in which they are copied. What a file speaks of must be in a file that is copied after it:
/// observations speak of releases, and the registry of tokens whose hashes are in the vault. So every token in the
/// copied registry has its hash in the copied vault: hashes are stored before their entries, and stay.
const FILES: [(&str, &Schema); 3] = [
    (folder::OBSERVATIONS, &migrate::OBSERVATIONS),
    (folder::REGISTRY, &migrate::REGISTRY),
    (folder::VAULT, &migrate::VAULT),
];

/// A file of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFile {
    /// Its name within the folder.
    pub name: &'static str,
    /// Its schema.
    pub schema: u32,
}

/// Copies a data folder into an empty folder and calls `told` with the name of each file before it is copied. Each file
/// is copied in one read transaction, so that writers go on; nothing in the source changes. Every file of the copy is
/// on disk when this returns, its folder is not.
///
/// # Errors
/// [`StoreError::Unavailable`] when a file cannot be read or written, or its schema is older;
/// [`StoreError::NewerSchema`]; [`StoreError::Corrupt`]; [`StoreError::Full`].
pub fn copy(from: &Path, to: &Path, mut told: impl FnMut(&str)) -> Result<Vec<CopiedFile>, StoreError> {
    let from = folder::absolute(from)?;
    folder::check_complete(&from)?;
    let to = folder::absolute(to)?;
    let mut copied = Vec::new();
    for (name, schema) in FILES {
        told(name);
        let schema = copy_file(&from.join(name), &to.join(name), schema)?;
        copied.push(CopiedFile { name, schema });
    }
    Ok(copied)
}

fn copy_file(from: &Path, to: &Path, schema: &Schema) -> Result<u32, StoreError> {
    let place = shown(from);
    if !from.exists() {
        let what = format!("{place} does not exist; name a data folder");
        return Err(StoreError::Unavailable { what });
    }
    schema.check(&open_reader(from)?, &place)?;
    // Empty and private before anything is in it.
    make_file(to)?;
    let target = shown(to);
    let conn = open_copier(from)?;
    conn.execute("VACUUM INTO ?1", [&target]).map_err(|e| named(&e, &format!("{place} (to {target})")))?;
    drop(conn);
    sync(to)?;
    let copy = open_reader(to)?;
    copy.pragma_query_value(None, "user_version", |r| r.get(0)).map_err(|e| named(&e, &target))
}

fn sync(path: &Path) -> Result<(), StoreError> {
    let sync = || File::options().write(true).open(path)?.sync_all();
    sync()
        .map_err(|e| StoreError::Unavailable { what: format!("{} cannot be synchronised: {e}", shown(path)) })
}

/// Makes each file of a closed data folder whole by itself, without a write-ahead log, and removes what else a store
/// leaves in its folder. Whoever opens the folder as a store gets everything back.
///
/// # Errors
/// When a file is in use or cannot be written.
pub fn settle(dir: &Path) -> Result<(), StoreError> {
    let dir = folder::absolute(dir)?;
    for (name, _) in FILES {
        let path = dir.join(name);
        let place = shown(&path);
        let conn = open_writer(&path)?;
        conn.pragma_update(None, "journal_mode", "DELETE").map_err(|e| named(&e, &place))?;
        drop(conn);
        sync(&path)?;
    }
    folder::unlock(&dir)
}

/// What SQLite finds wrong with the files of a data folder; nothing if they are sound. Reads all of them.
///
/// # Errors
/// When one cannot be read at all.
pub fn integrity(dir: &Path) -> Result<Vec<String>, StoreError> {
    let dir = folder::absolute(dir)?;
    folder::check_complete(&dir)?;
    let mut wrong = Vec::new();
    for (name, schema) in FILES {
        let path = dir.join(name);
        if !path.exists() {
            wrong.push(format!("{name} is missing"));
            continue;
        }
        let conn = open_reader(&path)?;
        schema.check(&conn, &shown(&path))?;
        let found = damage(&conn).map_err(|e| named(&e, &shown(&path)))?;
        wrong.extend(found.into_iter().map(|what| format!("{name}: {what}")));
    }
    Ok(wrong)
}

/// What SQLite finds wrong with one file and with what its rows refer to.
pub(crate) fn damage(conn: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut found = damage_of_file(conn)?;
    let mut statement = conn.prepare("PRAGMA foreign_key_check")?;
    for table in statement.query_map([], |r| r.get::<_, String>(0))? {
        found.push(stray(&table?));
    }
    Ok(found)
}

/// How a row is told that refers to one that is not there.
pub(crate) fn stray(table: &str) -> String {
    format!("a row of `{table}` refers to a row that is not there")
}

/// What SQLite finds wrong with one file.
pub(crate) fn damage_of_file(conn: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut found = Vec::new();
    let mut statement = conn.prepare("PRAGMA integrity_check")?;
    for line in statement.query_map([], |r| r.get::<_, String>(0))? {
        found.push(line?);
    }
    found.retain(|line| line != "ok");
    found.extend(missing_end(conn)?);
    Ok(found)
}

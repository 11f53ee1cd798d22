//! Whether a file is as long as its header says. SQLite reads a last page that is cut as if zeros followed.

use std::fs;
use std::path::Path;

use cuelight_store::StoreError;
use rusqlite::Connection;

use crate::failure::named;

/// Refuses a file whose end is missing.
pub(crate) fn check_whole(conn: &Connection, place: &str) -> Result<(), StoreError> {
    match missing_end(conn).map_err(|e| named(&e, place))? {
        None => Ok(()),
        Some(what) => Err(StoreError::Corrupt { what, place: place.to_owned() }),
    }
}

/// What is missing at the end of the file, in words. While the write-ahead log has anything in it the file may rightly
/// be shorter, and nothing is said.
pub(crate) fn missing_end(conn: &Connection) -> Result<Option<String>, rusqlite::Error> {
    let Some(path) = conn.path().filter(|path| !path.is_empty()) else { return Ok(None) };
    let log = format!("{path}-wal");
    // Before and after, because a server may be writing.
    if filled(&log) {
        return Ok(None);
    }
    let pages: u32 = conn.pragma_query_value(None, "page_count", |r| r.get(0))?;
    let size: u32 = conn.pragma_query_value(None, "page_size", |r| r.get(0))?;
    let expected = u64::from(pages) * u64::from(size);
    let found = fs::metadata(path).map_or(0, |m| m.len());
    if filled(&log) || found >= expected {
        return Ok(None);
    }
    Ok(Some(format!("it has {found} bytes and should have {expected}: its end is missing")))
}

fn filled(path: impl AsRef<Path>) -> bool {
    fs::metadata(path).is_ok_and(|m| m.len() > 0)
}

//! Rows that refer to rows that are not there, as far as a check of every ledger does not meet them.
//!
//! SQLite's own `foreign_key_check` looks up two rows for every command and one for nearly every other row. A check of a
//! ledger sees the same by itself: it reads every entry with its leaf hash, every checkpoint and every command record of
//! the ledger, in order and without gaps. What is left are rows of a ledger that nobody names, and rows before the first
//! entry or after the last. Those are found by a few look-ups, however long the ledger is.

use rusqlite::Connection;

use crate::backup::stray;

/// Tables whose rows belong to a ledger.
const TABLES: [&str; 6] = ["entries", "leaves", "commands", "checkpoints", "blobs", "saved_states"];

/// Finds them.
pub(super) fn find(conn: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let exists = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, bool>(0));
    let mut found = Vec::new();
    for table in TABLES {
        // From one ledger's number to the next, by the table's index.
        let nobodys = exists(&format!(
            "WITH RECURSIVE one(id) AS (SELECT min(ledger) FROM {table} UNION ALL \
             SELECT (SELECT min(ledger) FROM {table} WHERE ledger > one.id) FROM one WHERE one.id IS NOT NULL) \
             SELECT EXISTS (SELECT 1 FROM one WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM ledgers))"
        ))?;
        if nobodys {
            found.push(stray(table));
        }
    }
    for (table, column) in [("leaves", "seq"), ("checkpoints", "size")] {
        let outside = exists(&format!(
            "SELECT EXISTS (SELECT 1 FROM ledgers g WHERE \
             EXISTS (SELECT 1 FROM {table} t WHERE t.ledger = g.id AND t.{column} < 1) OR \
             EXISTS (SELECT 1 FROM {table} t WHERE t.ledger = g.id AND t.{column} > \
             (SELECT coalesce(max(seq), 0) FROM entries e WHERE e.ledger = g.id)))"
        ))?;
        if outside {
            found.push(stray(table));
        }
    }
    Ok(found)
}

//! Everything that is stored of a ledger, for the offline check: one view, read page by page, nothing trusted.

mod strays;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use cuelight_artifact::Digest;
use cuelight_core::ledger::LedgerId;
use cuelight_core::ledger::verify::{BlobRow, CheckpointRow, CommandRow, Row, Rows, SavedState, Stored};
use cuelight_store::{Content, StoreError};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::backup::{damage, damage_of_file};
use crate::connection::open_reader;
use crate::failure::{Failure, named};
use crate::folder::{self, shown};
use crate::ledger::{digest, unsigned};
use crate::{blobs, ledger};

/// Rows read at once.
const PAGE: u32 = 256;
/// Blobs read at once; they may be large.
const BLOB_PAGE: u32 = 16;

/// A view of a data folder's registry at one moment, also while a server runs on it. It checks no schema and no lock:
/// what it is for is looking at files that may be wrong.
pub struct Dump {
    conn: Connection,
    path: PathBuf,
    place: String,
}

impl Dump {
    /// Opens the view.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no registry, [`StoreError::Corrupt`] when it is no database.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let dir = folder::absolute(dir)?;
        folder::check_complete(&dir)?;
        let path = dir.join(folder::REGISTRY);
        let place = shown(&path);
        if !path.exists() {
            return Err(StoreError::Unavailable {
                what: format!("{place} does not exist; name a data folder"),
            });
        }
        let conn = open_reader(&path)?;
        // The first read fixes the view until the end.
        let fix = || {
            conn.execute_batch("BEGIN")?;
            conn.query_row("SELECT count(*) FROM ledgers", [], |r| r.get::<_, i64>(0))
        };
        fix().map_err(|e| named(&e, &place))?;
        Ok(Self { conn, path, place })
    }

    /// The ledgers there are.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when they cannot be read.
    pub fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError> {
        ledger::ledgers(&self.conn, &self.place).map_err(|failure| failure.at(&self.place))
    }

    /// What SQLite finds wrong with the file, and with what its rows refer to; nothing if it is sound. Reads the whole file.
    ///
    /// # Errors
    /// When it cannot be read at all.
    pub fn integrity(&self) -> Result<Vec<String>, StoreError> {
        damage(&self.conn).map_err(|e| named(&e, &self.place))
    }

    /// The same as work for another thread, beside a check of every ledger: it opens the file once more, so that others can be
    /// read meanwhile, and leaves out what such a check sees by itself. Should a server write just then, it may see a moment
    /// later than this view.
    pub fn inspection(&self) -> impl FnOnce() -> Result<Vec<String>, StoreError> + Send + use<> {
        let (path, place) = (self.path.clone(), self.place.clone());
        move || {
            let conn = open_reader(&path)?;
            let look = || {
                let mut found = damage_of_file(&conn)?;
                found.extend(strays::find(&conn)?);
                Ok(found)
            };
            look().map_err(|e| named(&e, &place))
        }
    }

    /// What [`cuelight_core::ledger::verify::verify`] needs of one ledger. `format` is that of the saved state to
    /// compare.
    ///
    /// # Errors
    /// When the ledger is not there or cannot be found.
    pub fn stored(&self, ledger: &LedgerId, format: u32) -> Result<Stored<'_>, StoreError> {
        let find = || {
            let row: Option<i64> = self
                .conn
                .query_row("SELECT id FROM ledgers WHERE name = ?1", [ledger.to_string()], |r| r.get(0))
                .optional()?;
            let Some(row) = row else { return Ok(None) };
            Ok(Some((row, ledger::saved_state(&self.conn, row, format, i64::MAX)?)))
        };
        let found = find().map_err(|e: rusqlite::Error| named(&e, &self.place))?;
        let Some((id, saved)) = found else {
            return Err(StoreError::Unavailable { what: format!("{} has no ledger {ledger}", self.place) });
        };
        Ok(Stored {
            rows: self.rows(id),
            commands: Some(self.commands(id)),
            checkpoints: self.checkpoints(id),
            blobs: self.blobs(id),
            saved: saved.map(|s| SavedState { seq: s.seq, bytes: s.bytes }),
        })
    }

    fn rows(&self, ledger: i64) -> Rows<'_, Row> {
        let mut after = 0_i64;
        self.pages(move |conn| {
            let mut statement = conn.prepare_cached(
                "SELECT e.seq, e.at, e.command, e.kind, e.bytes, l.hash FROM entries e \
                 LEFT JOIN leaves l ON l.ledger = e.ledger AND l.seq = e.seq \
                 WHERE e.ledger = ?1 AND e.seq > ?2 ORDER BY e.seq LIMIT ?3",
            )?;
            let mut rows = statement.query(params![ledger, after, PAGE])?;
            let mut page = Vec::new();
            while let Some(row) = rows.next()? {
                after = row.get(0)?;
                page.push(entry(row).map_err(|e| e.to_string()));
            }
            Ok(page)
        })
    }

    fn commands(&self, ledger: i64) -> Rows<'_, CommandRow> {
        let mut after = String::new();
        self.pages(move |conn| {
            let mut statement = conn.prepare_cached(
                "SELECT command, first, last FROM commands WHERE ledger = ?1 AND command > ?2 ORDER BY command LIMIT ?3",
            )?;
            let mut rows = statement.query(params![ledger, after, PAGE])?;
            let mut page = Vec::new();
            while let Some(row) = rows.next()? {
                let command: String = row.get(0)?;
                after.clone_from(&command);
                let record = || Ok(CommandRow { command, first: unsigned(row, 1)?, last: unsigned(row, 2)? });
                page.push(record().map_err(|e: rusqlite::Error| e.to_string()));
            }
            Ok(page)
        })
    }

    fn checkpoints(&self, ledger: i64) -> Rows<'_, CheckpointRow> {
        let mut after = i64::MIN;
        self.pages(move |conn| {
            let mut statement = conn.prepare_cached(
                "SELECT size, note FROM checkpoints WHERE ledger = ?1 AND size > ?2 ORDER BY size LIMIT ?3",
            )?;
            let mut rows = statement.query(params![ledger, after, PAGE])?;
            let mut page = Vec::new();
            while let Some(row) = rows.next()? {
                after = row.get(0)?;
                let checkpoint = || Ok(CheckpointRow { size: unsigned(row, 0)?, note: row.get(1)? });
                page.push(checkpoint().map_err(|e: rusqlite::Error| e.to_string()));
            }
            Ok(page)
        })
    }

    fn blobs(&self, ledger: i64) -> Rows<'_, BlobRow> {
        let mut after: Option<Digest> = None;
        self.pages(move |conn| {
            let page = blobs::list(conn, ledger, after.as_ref(), BLOB_PAGE)?;
            after = page.last().map(|b| b.digest).or(after);
            let row = |blob: cuelight_store::StoredBlob| {
                let bytes = match blob.content {
                    Content::Present(bytes) => Some(bytes),
                    Content::Erased => None,
                };
                Ok(BlobRow { digest: blob.digest, class: blob.class, bytes })
            };
            Ok(page.into_iter().map(row).collect())
        })
    }

    /// An iterator over what `next` gives until it gives nothing. A page that cannot be read is one error and the end.
    fn pages<'a, T: 'a>(
        &'a self,
        mut next: impl FnMut(&Connection) -> Result<Vec<Result<T, String>>, Failure> + 'a,
    ) -> Rows<'a, T> {
        let mut waiting = VecDeque::new();
        let mut ended = false;
        Box::new(std::iter::from_fn(move || {
            if waiting.is_empty() && !ended {
                match next(&self.conn) {
                    Ok(page) => {
                        ended = page.is_empty();
                        waiting.extend(page);
                    }
                    Err(failure) => {
                        ended = true;
                        waiting.push_back(Err(failure.at(&self.place).to_string()));
                    }
                }
            }
            waiting.pop_front()
        }))
    }
}

fn entry(row: &rusqlite::Row<'_>) -> Result<Row, rusqlite::Error> {
    let leaf = match row.get_ref(5)? {
        rusqlite::types::ValueRef::Null => None,
        _ => Some(digest(row, 5)?),
    };
    let (seq, at) = (unsigned(row, 0)?, row.get(1)?);
    Ok(Row { seq, at, command: row.get(2)?, kind: row.get(3)?, bytes: row.get(4)?, leaf })
}

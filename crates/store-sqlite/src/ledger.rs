//! The `Ledger` port.

use std::ops::Range;

use async_trait::async_trait;
use cuelight_artifact::Digest;
use cuelight_core::ledger::{CommandId, LedgerId, Seq};
use cuelight_store::{
    Append, Appended, CommandRecord, Head, Ledger, NewBlob, Part, SavedState, StoreError, StoredCheckpoint,
    StoredEntry,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::copy::copy_in;
use crate::failure::Failure;
use crate::store::SqliteStore;

/// SQLite's integers end at `i64::MAX`, and so do positions; what is beyond is simply not there.
pub(crate) fn clamp(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A stored integer that is never negative.
pub(crate) fn unsigned(row: &Row<'_>, column: usize) -> Result<u64, rusqlite::Error> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// A stored SHA-256 digest.
pub(crate) fn digest(row: &Row<'_>, column: usize) -> Result<Digest, rusqlite::Error> {
    Ok(Digest::from_raw(row.get(column)?))
}

/// The number of a ledger in this file.
pub(crate) fn ledger_row(conn: &Connection, ledger: &LedgerId) -> Result<Option<i64>, rusqlite::Error> {
    conn.prepare_cached("SELECT id FROM ledgers WHERE name = ?1")?
        .query_row([ledger.to_string()], |r| r.get(0))
        .optional()
}

/// The end of a ledger.
pub(crate) fn head(conn: &Connection, ledger: i64) -> Result<Option<Head>, rusqlite::Error> {
    conn.prepare_cached("SELECT seq, at FROM entries WHERE ledger = ?1 ORDER BY seq DESC LIMIT 1")?
        .query_row([ledger], |r| Ok(Head { seq: unsigned(r, 0)?, at: r.get(1)? }))
        .optional()
}

/// Makes the row of a new ledger.
pub(crate) fn make_ledger(conn: &Connection, ledger: &LedgerId) -> Result<i64, rusqlite::Error> {
    conn.execute("INSERT INTO ledgers (name) VALUES (?1)", [ledger.to_string()])?;
    Ok(conn.last_insert_rowid())
}

fn record(row: &Row<'_>, command: CommandId) -> Result<CommandRecord, rusqlite::Error> {
    let fingerprint = row.get::<_, Option<[u8; 32]>>(2)?.map(Digest::from_raw);
    Ok(CommandRecord { command, first: unsigned(row, 0)?, last: unsigned(row, 1)?, fingerprint })
}

fn commands(
    conn: &Connection,
    ledger: i64,
    after: Seq,
    limit: u32,
    place: &str,
) -> Result<Vec<CommandRecord>, Failure> {
    let mut statement = conn.prepare_cached(
        "SELECT first, last, fingerprint, command FROM commands WHERE ledger = ?1 AND first > ?2 \
         ORDER BY first LIMIT ?3",
    )?;
    let mut rows = statement.query(params![ledger, clamp(after), limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let command: String = row.get(3)?;
        let command = command
            .parse()
            .map_err(|e| Failure::corrupt(place, format!("a command's id `{command}`: {e}")))?;
        found.push(record(row, command)?);
    }
    Ok(found)
}

fn command(conn: &Connection, ledger: i64, id: &CommandId) -> Result<Option<CommandRecord>, rusqlite::Error> {
    conn.prepare_cached("SELECT first, last, fingerprint FROM commands WHERE ledger = ?1 AND command = ?2")?
        .query_row(params![ledger, id.as_str()], |r| record(r, id.clone()))
        .optional()
}

fn append(conn: &Connection, append: &Append) -> Result<Appended, Failure> {
    let known = ledger_row(conn, &append.ledger)?;
    if let Some(ledger) = known
        && let Some(record) = command(conn, ledger, &append.command)?
    {
        return Ok(Appended::Duplicate(record));
    }
    let end = known.map_or(Ok(None), |ledger| head(conn, ledger))?.map_or(0, |h| h.seq);
    if end != append.expected {
        return Ok(Appended::Behind { head: end });
    }
    let ledger = match known {
        Some(ledger) => ledger,
        None => make_ledger(conn, &append.ledger)?,
    };
    let mut entry = conn.prepare_cached(
        "INSERT INTO entries (ledger, seq, at, command, kind, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let mut leaf = conn.prepare_cached("INSERT INTO leaves (ledger, seq, hash) VALUES (?1, ?2, ?3)")?;
    for e in &append.entries {
        let seq = clamp(e.seq);
        entry.execute(params![ledger, seq, e.at, append.command.as_str(), e.kind, e.bytes])?;
        leaf.execute(params![ledger, seq, e.leaf.as_raw()])?;
    }
    let (first, last) = (clamp(append.expected + 1), clamp(append.expected + append.entries.len() as u64));
    conn.prepare_cached(
        "INSERT INTO commands (ledger, command, first, last, fingerprint) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![ledger, append.command.as_str(), first, last, append.fingerprint.as_raw()])?;
    conn.prepare_cached("INSERT INTO checkpoints (ledger, size, note) VALUES (?1, ?2, ?3)")?
        .execute(params![ledger, last, append.checkpoint])?;
    for blob in &append.blobs {
        add_blob(conn, ledger, blob)?;
    }
    Ok(Appended::Stored)
}

fn add_blob(conn: &Connection, ledger: i64, blob: &NewBlob) -> Result<(), Failure> {
    let class: Option<String> = conn
        .prepare_cached("SELECT class FROM blobs WHERE ledger = ?1 AND digest = ?2")?
        .query_row(params![ledger, blob.digest.as_raw()], |r| r.get(0))
        .optional()?;
    match class {
        Some(class) if class == blob.class.as_str() => Ok(()),
        Some(_) => {
            Err(StoreError::refused(format!("blob {} is stored with another class", blob.digest)).into())
        }
        None => {
            conn.prepare_cached("INSERT INTO blobs (ledger, digest, class, bytes) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![ledger, blob.digest.as_raw(), blob.class.as_str(), blob.bytes])?;
            Ok(())
        }
    }
}

fn leaf_hashes(
    conn: &Connection,
    ledger: i64,
    range: &Range<Seq>,
    place: &str,
) -> Result<Vec<Digest>, Failure> {
    // Inclusive bounds, so that clamping cannot lose the largest position.
    let (from, to) = (clamp(range.start.max(1)), clamp(range.end.saturating_sub(1)));
    let mut statement = conn.prepare_cached(
        "SELECT seq, hash FROM leaves WHERE ledger = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq",
    )?;
    let mut rows = statement.query(params![ledger, from, to])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (seq, expected) = (unsigned(row, 0)?, range.start.max(1) + found.len() as u64);
        if seq != expected {
            return Err(Failure::corrupt(place, format!("the leaf hash of entry {expected} is missing")));
        }
        found.push(digest(row, 1)?);
    }
    Ok(found)
}

fn read(
    conn: &Connection,
    ledger: i64,
    after: Seq,
    limit: u32,
    place: &str,
) -> Result<Vec<StoredEntry>, Failure> {
    let mut statement = conn.prepare_cached(
        "SELECT e.seq, e.at, e.command, e.kind, e.bytes, l.hash FROM entries e \
         JOIN leaves l ON l.ledger = e.ledger AND l.seq = e.seq \
         WHERE e.ledger = ?1 AND e.seq > ?2 ORDER BY e.seq LIMIT ?3",
    )?;
    let mut rows = statement.query(params![ledger, clamp(after), limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = unsigned(row, 0)?;
        if seq != after + 1 + found.len() as u64 {
            return Err(Failure::corrupt(
                place,
                format!("an entry or leaf hash before entry {seq} is missing"),
            ));
        }
        let command: String = row.get(2)?;
        let command = command
            .parse()
            .map_err(|e| Failure::corrupt(place, format!("the command of entry {seq}: {e}")))?;
        let leaf = digest(row, 5)?;
        found.push(StoredEntry {
            seq,
            at: row.get(1)?,
            command,
            kind: row.get(3)?,
            bytes: row.get(4)?,
            leaf,
        });
    }
    Ok(found)
}

fn checkpoints(
    conn: &Connection,
    sql: &str,
    ledger: i64,
    size: i64,
    limit: u32,
) -> Result<Vec<StoredCheckpoint>, rusqlite::Error> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params![ledger, size, limit], |r| {
        Ok(StoredCheckpoint { size: unsigned(r, 0)?, note: r.get(1)? })
    })?;
    rows.collect()
}

fn save_state(conn: &Connection, ledger: &LedgerId, state: &SavedState) -> Result<(), Failure> {
    let row = ledger_row(conn, ledger)?;
    let end = row.map_or(Ok(None), |row| head(conn, row))?;
    let (Some(row), true) = (row, end.is_some_and(|h| state.seq <= h.seq)) else {
        return Err(
            StoreError::refused(format!("{ledger} has no entry {} to save a state of", state.seq)).into()
        );
    };
    conn.prepare_cached(
        "INSERT INTO saved_states (ledger, format, seq, bytes) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (ledger, format, seq) DO UPDATE SET bytes = excluded.bytes",
    )?
    .execute(params![row, state.format, clamp(state.seq), state.bytes])?;
    Ok(())
}

impl SqliteStore {
    /// Runs a query on one ledger; a ledger that is not there gives the default.
    pub(crate) async fn in_ledger<T: Default + Send + 'static>(
        &self,
        ledger: &LedgerId,
        query: impl FnOnce(&Connection, i64, &str) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (ledger, place) = (ledger.clone(), self.registry().place().to_owned());
        self.registry()
            .read(move |conn| match ledger_row(conn, &ledger)? {
                Some(row) => query(conn, row, &place),
                None => Ok(T::default()),
            })
            .await
    }
}

#[async_trait]
impl Ledger for SqliteStore {
    async fn append(&self, new: Append) -> Result<Appended, StoreError> {
        new.check()?;
        self.registry().write(move |conn| append(conn, &new)).await
    }

    async fn head(&self, ledger: &LedgerId) -> Result<Option<Head>, StoreError> {
        self.in_ledger(ledger, |conn, row, _| Ok(head(conn, row)?)).await
    }

    async fn read(&self, ledger: &LedgerId, after: Seq, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
        self.in_ledger(ledger, move |conn, row, place| read(conn, row, after, limit, place)).await
    }

    async fn leaf_hashes(&self, ledger: &LedgerId, range: Range<Seq>) -> Result<Vec<Digest>, StoreError> {
        self.in_ledger(ledger, move |conn, row, place| leaf_hashes(conn, row, &range, place)).await
    }

    async fn commands(
        &self,
        ledger: &LedgerId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<CommandRecord>, StoreError> {
        self.in_ledger(ledger, move |conn, row, place| commands(conn, row, after, limit, place)).await
    }

    async fn command(&self, ledger: &LedgerId, id: &CommandId) -> Result<Option<CommandRecord>, StoreError> {
        let id = id.clone();
        self.in_ledger(ledger, move |conn, row, _| Ok(command(conn, row, &id)?)).await
    }

    async fn checkpoint(
        &self,
        ledger: &LedgerId,
        at_most: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, StoreError> {
        let size = clamp(at_most.unwrap_or(u64::MAX));
        let sql =
            "SELECT size, note FROM checkpoints WHERE ledger = ?1 AND size <= ?2 ORDER BY size DESC LIMIT ?3";
        self.in_ledger(ledger, move |conn, row, _| Ok(checkpoints(conn, sql, row, size, 1)?.pop())).await
    }

    async fn checkpoints(
        &self,
        ledger: &LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        let sql = "SELECT size, note FROM checkpoints WHERE ledger = ?1 AND size > ?2 ORDER BY size LIMIT ?3";
        self.in_ledger(ledger, move |conn, row, _| Ok(checkpoints(conn, sql, row, clamp(after), limit)?))
            .await
    }

    async fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError> {
        let place = self.registry().place().to_owned();
        self.registry().read(move |conn| ledgers(conn, &place)).await
    }

    async fn ends(&self) -> Result<Vec<(LedgerId, Seq)>, StoreError> {
        let place = self.registry().place().to_owned();
        self.registry()
            .read(move |conn| {
                let ids = ledgers(conn, &place)?;
                let end = |id: LedgerId| {
                    let row = ledger_row(conn, &id)?;
                    let end = row.map_or(Ok(None), |row| head(conn, row))?.map_or(0, |h| h.seq);
                    Ok((id, end))
                };
                ids.into_iter().map(end).collect()
            })
            .await
    }

    async fn copy_in(&self, part: Part) -> Result<(), StoreError> {
        part.check()?;
        self.registry().write(move |conn| copy_in(conn, &part)).await
    }

    async fn save_state(&self, ledger: &LedgerId, state: SavedState) -> Result<(), StoreError> {
        let ledger = ledger.clone();
        self.registry().write(move |conn| save_state(conn, &ledger, &state)).await
    }

    async fn saved_state(
        &self,
        ledger: &LedgerId,
        format: u32,
        at_most: Option<Seq>,
    ) -> Result<Option<SavedState>, StoreError> {
        let at_most = clamp(at_most.unwrap_or(Seq::MAX));
        self.in_ledger(ledger, move |conn, row, _| Ok(saved_state(conn, row, format, at_most)?)).await
    }

    async fn drop_saved_states(&self, ledger: &LedgerId, before: Seq) -> Result<u64, StoreError> {
        let (name, before) = (ledger.to_string(), clamp(before));
        self.registry()
            .write(move |conn| {
                let count = conn
                    .prepare_cached(
                        "DELETE FROM saved_states WHERE seq < ?2 \
                         AND ledger = (SELECT id FROM ledgers WHERE name = ?1)",
                    )?
                    .execute(params![name, before])?;
                Ok(count as u64)
            })
            .await
    }
}

/// All ledgers, in order.
pub(crate) fn ledgers(conn: &Connection, place: &str) -> Result<Vec<LedgerId>, Failure> {
    let mut statement = conn.prepare_cached("SELECT name FROM ledgers")?;
    let names = statement.query_map([], |r| r.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let parse = |name: String| {
        name.parse().map_err(|e| Failure::corrupt(place, format!("`{name}` is no ledger's name: {e}")))
    };
    let mut found = names.into_iter().map(parse).collect::<Result<Vec<LedgerId>, _>>()?;
    found.sort();
    Ok(found)
}

/// The newest saved state of a ledger at or before a position.
pub(crate) fn saved_state(
    conn: &Connection,
    ledger: i64,
    format: u32,
    at_most: i64,
) -> Result<Option<SavedState>, rusqlite::Error> {
    conn.prepare_cached(
        "SELECT seq, bytes FROM saved_states WHERE ledger = ?1 AND format = ?2 AND seq <= ?3 \
         ORDER BY seq DESC LIMIT 1",
    )?
    .query_row(params![ledger, format, at_most], |r| {
        Ok(SavedState { seq: unsigned(r, 0)?, format, bytes: r.get(1)? })
    })
    .optional()
}

//! Taking in a part of a ledger from another store.

use cuelight_store::{Content, Part, StoreError, StoredBlob};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::failure::Failure;
use crate::ledger::{clamp, head, ledger_row, make_ledger};

/// Stores the part, which has been checked, after what is there.
pub(crate) fn copy_in(conn: &Connection, part: &Part) -> Result<(), Failure> {
    let known = ledger_row(conn, &part.ledger)?;
    let end = known.map_or(Ok(None), |ledger| head(conn, ledger))?.map_or(0, |h| h.seq);
    let begins = part.after();
    if begins.is_some_and(|after| after != end) || (begins.is_none() && known.is_none()) {
        let begins = begins.map_or(1, |after| after + 1);
        let what = format!("ledger {} ends at entry {end}; the part begins at {begins}", part.ledger);
        return Err(StoreError::Conflict { what }.into());
    }
    let ledger = known.map_or_else(|| make_ledger(conn, &part.ledger), Ok)?;
    let mut entry = conn.prepare_cached(
        "INSERT INTO entries (ledger, seq, at, command, kind, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let mut leaf = conn.prepare_cached("INSERT INTO leaves (ledger, seq, hash) VALUES (?1, ?2, ?3)")?;
    for e in &part.entries {
        let seq = clamp(e.seq);
        entry.execute(params![ledger, seq, e.at, e.command.as_str(), e.kind, e.bytes])?;
        leaf.execute(params![ledger, seq, e.leaf.as_raw()])?;
    }
    let mut command = conn.prepare_cached(
        "INSERT INTO commands (ledger, command, first, last, fingerprint) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for c in &part.commands {
        let fingerprint = c.fingerprint.as_ref().map(cuelight_artifact::Digest::as_raw);
        command.execute(params![ledger, c.command.as_str(), clamp(c.first), clamp(c.last), fingerprint])?;
    }
    let mut checkpoint =
        conn.prepare_cached("INSERT INTO checkpoints (ledger, size, note) VALUES (?1, ?2, ?3)")?;
    for c in &part.checkpoints {
        checkpoint.execute(params![ledger, clamp(c.size), c.note])?;
    }
    part.blobs.iter().try_for_each(|blob| add(conn, ledger, blob))
}

fn add(conn: &Connection, ledger: i64, blob: &StoredBlob) -> Result<(), Failure> {
    let found: Option<(i64, String, bool)> = conn
        .prepare_cached("SELECT id, class, bytes IS NULL FROM blobs WHERE ledger = ?1 AND digest = ?2")?
        .query_row(params![ledger, blob.digest.as_raw()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    let bytes = match &blob.content {
        Content::Present(bytes) => Some(bytes),
        Content::Erased => None,
    };
    match found {
        Some((_, class, _)) if class != blob.class.as_str() => {
            Err(StoreError::refused(format!("blob {} is stored with another class", blob.digest)).into())
        }
        Some((id, _, false)) if bytes.is_none() => {
            conn.prepare_cached("UPDATE blobs SET bytes = NULL WHERE id = ?1")?.execute([id])?;
            Ok(())
        }
        Some(_) => Ok(()),
        None => {
            conn.prepare_cached("INSERT INTO blobs (ledger, digest, class, bytes) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![ledger, blob.digest.as_raw(), blob.class.as_str(), bytes])?;
            Ok(())
        }
    }
}

//! The `Blobs` port.

use async_trait::async_trait;
use cuelight_artifact::Digest;
use cuelight_core::ledger::{BlobClass, LedgerId};
use cuelight_store::{Blobs, Content, Erased, StoreError, StoredBlob};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::failure::Failure;
use crate::ledger::digest;
use crate::store::SqliteStore;

fn stored(row: &Row<'_>) -> Result<StoredBlob, rusqlite::Error> {
    let class: String = row.get(1)?;
    let class = class.parse().map_err(|e| {
        rusqlite::Error::FromSqlConversionFailure(
            1,
            rusqlite::types::Type::Text,
            Box::<cuelight_core::ledger::blob::BlobClassError>::new(e),
        )
    })?;
    let bytes: Option<Vec<u8>> = row.get(2)?;
    Ok(StoredBlob {
        digest: digest(row, 0)?,
        class,
        content: bytes.map_or(Content::Erased, Content::Present),
    })
}

fn get(conn: &Connection, ledger: i64, digest: &Digest) -> Result<Option<StoredBlob>, rusqlite::Error> {
    conn.prepare_cached("SELECT digest, class, bytes FROM blobs WHERE ledger = ?1 AND digest = ?2")?
        .query_row(params![ledger, digest.as_raw()], stored)
        .optional()
}

/// Up to `limit` blobs after a digest, in order.
pub(crate) fn list(
    conn: &Connection,
    ledger: i64,
    after: Option<&Digest>,
    limit: u32,
) -> Result<Vec<StoredBlob>, rusqlite::Error> {
    // Every digest is larger than no bytes at all.
    let after: &[u8] = after.map_or(&[], |d| d.as_raw());
    let mut statement = conn.prepare_cached(
        "SELECT digest, class, bytes FROM blobs WHERE ledger = ?1 AND digest > ?2 ORDER BY digest LIMIT ?3",
    )?;
    let rows = statement.query_map(params![ledger, after, limit], stored)?;
    rows.collect()
}

/// Up to `limit` blobs that came after one, in that order.
fn since(
    conn: &Connection,
    ledger: i64,
    after: Option<&Digest>,
    limit: u32,
) -> Result<Vec<StoredBlob>, Failure> {
    let mut id = 0_i64;
    if let Some(after) = after {
        id = conn
            .prepare_cached("SELECT id FROM blobs WHERE ledger = ?1 AND digest = ?2")?
            .query_row(params![ledger, after.as_raw()], |r| r.get(0))
            .optional()?
            .ok_or_else(|| StoreError::refused(format!("there is no blob {after} to continue after")))?;
    }
    let mut statement = conn.prepare_cached(
        "SELECT digest, class, bytes FROM blobs WHERE ledger = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    )?;
    let rows = statement.query_map(params![ledger, id, limit], stored)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn erase(conn: &Connection, ledger: &str, digest: &Digest) -> Result<Erased, Failure> {
    let found: Option<(i64, String, bool)> = conn
        .prepare_cached(
            "SELECT b.id, b.class, b.bytes IS NULL FROM blobs b JOIN ledgers l ON l.id = b.ledger \
             WHERE l.name = ?1 AND b.digest = ?2",
        )?
        .query_row(params![ledger, digest.as_raw()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    match found {
        None => Ok(Erased::Unknown),
        Some((_, class, _)) if class != BlobClass::Text.as_str() => {
            Err(StoreError::refused(format!("blob {digest} is an artifact; only texts can be erased")).into())
        }
        Some((_, _, true)) => Ok(Erased::Before),
        Some((id, _, false)) => {
            conn.prepare_cached("UPDATE blobs SET bytes = NULL WHERE id = ?1")?.execute([id])?;
            Ok(Erased::Now)
        }
    }
}

#[async_trait]
impl Blobs for SqliteStore {
    async fn get(&self, ledger: &LedgerId, digest: &Digest) -> Result<Option<StoredBlob>, StoreError> {
        let digest = *digest;
        self.in_ledger(ledger, move |conn, row, _| Ok(get(conn, row, &digest)?)).await
    }

    async fn get_many(
        &self,
        ledger: &LedgerId,
        digests: &[Digest],
    ) -> Result<Vec<Option<StoredBlob>>, StoreError> {
        let (digests, count) = (digests.to_vec(), digests.len());
        let found: Vec<_> = self
            .in_ledger(ledger, move |conn, row, _| {
                // One view for all of them.
                let view = conn.unchecked_transaction()?;
                Ok(digests.iter().map(|d| get(&view, row, d)).collect::<Result<_, _>>()?)
            })
            .await?;
        // A ledger that is not there has none of them.
        Ok(if found.is_empty() { vec![None; count] } else { found })
    }

    async fn erase(&self, ledger: &LedgerId, digest: &Digest) -> Result<Erased, StoreError> {
        let (ledger, digest) = (ledger.to_string(), *digest);
        let done = self.registry().write(move |conn| erase(conn, &ledger, &digest)).await?;
        if done == Erased::Now {
            self.registry().empty_log().await?;
        }
        Ok(done)
    }

    async fn list(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        let after = after.copied();
        self.in_ledger(ledger, move |conn, row, _| Ok(list(conn, row, after.as_ref(), limit)?)).await
    }

    async fn newest(&self, ledger: &LedgerId) -> Result<Option<Digest>, StoreError> {
        self.in_ledger(ledger, |conn, row, _| {
            let mut statement =
                conn.prepare_cached("SELECT digest FROM blobs WHERE ledger = ?1 ORDER BY id DESC LIMIT 1")?;
            Ok(statement.query_row([row], |r| digest(r, 0)).optional()?)
        })
        .await
    }

    async fn since(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        let after = after.copied();
        self.in_ledger(ledger, move |conn, row, _| since(conn, row, after.as_ref(), limit)).await
    }
}

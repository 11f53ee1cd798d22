//! The `Vault` port.

use async_trait::async_trait;
use cuelight_store::{Deleted, Put, Revision, SecretBytes, StoreError, Vault, VaultItem, VaultKey};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::failure::Failure;
use crate::ledger::unsigned;
use crate::store::SqliteStore;

fn item(row: &Row<'_>) -> Result<VaultItem, rusqlite::Error> {
    Ok(VaultItem { key: row.get(0)?, revision: unsigned(row, 1)?, value: SecretBytes::new(row.get(2)?) })
}

fn revision(conn: &Connection, key: &VaultKey) -> Result<Option<Revision>, rusqlite::Error> {
    conn.prepare_cached("SELECT revision FROM items WHERE kind = ?1 AND key = ?2")?
        .query_row(params![key.kind, key.key], |r| unsigned(r, 0))
        .optional()
}

fn put(
    conn: &Connection,
    key: &VaultKey,
    value: &SecretBytes,
    expected: Option<Revision>,
) -> Result<Put, Failure> {
    let found = revision(conn, key)?;
    if found != expected {
        return Ok(Put::Behind { found });
    }
    let next: i64 = conn
        .prepare_cached("UPDATE counter SET revision = revision + 1 RETURNING revision")?
        .query_row([], |r| r.get(0))?;
    conn.prepare_cached(
        "INSERT INTO items (kind, key, revision, value) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (kind, key) DO UPDATE SET revision = excluded.revision, value = excluded.value",
    )?
    .execute(params![key.kind, key.key, next, value.expose()])?;
    Ok(Put::Stored { revision: next.unsigned_abs() })
}

fn delete(conn: &Connection, key: &VaultKey, expected: Revision) -> Result<Deleted, Failure> {
    let found = revision(conn, key)?;
    if found != Some(expected) {
        return Ok(Deleted::Behind { found });
    }
    conn.prepare_cached("DELETE FROM items WHERE kind = ?1 AND key = ?2")?
        .execute(params![key.kind, key.key])?;
    Ok(Deleted::Done)
}

#[async_trait]
impl Vault for SqliteStore {
    async fn get(&self, key: &VaultKey) -> Result<Option<VaultItem>, StoreError> {
        let key = key.clone();
        self.vault()
            .read(move |conn| {
                Ok(conn
                    .prepare_cached("SELECT key, revision, value FROM items WHERE kind = ?1 AND key = ?2")?
                    .query_row(params![key.kind, key.key], item)
                    .optional()?)
            })
            .await
    }

    async fn put(
        &self,
        key: &VaultKey,
        value: SecretBytes,
        expected: Option<Revision>,
    ) -> Result<Put, StoreError> {
        key.check()?;
        let key = key.clone();
        self.vault().write(move |conn| put(conn, &key, &value, expected)).await
    }

    async fn delete(&self, key: &VaultKey, expected: Revision) -> Result<Deleted, StoreError> {
        let key = key.clone();
        let done = self.vault().write(move |conn| delete(conn, &key, expected)).await?;
        if done == Deleted::Done {
            self.vault().empty_log().await?;
        }
        Ok(done)
    }

    async fn list(&self, kind: &str, after: Option<&str>, limit: u32) -> Result<Vec<VaultItem>, StoreError> {
        // Every key is larger than the empty one, which no value has.
        let (kind, after) = (kind.to_owned(), after.unwrap_or_default().to_owned());
        self.vault()
            .read(move |conn| {
                let mut statement = conn.prepare_cached(
                    "SELECT key, revision, value FROM items WHERE kind = ?1 AND key > ?2 ORDER BY key LIMIT ?3",
                )?;
                let rows = statement.query_map(params![kind, after, limit], item)?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }
}

//! The `Vault` port. Whoever writes holds the one counter, so that comparing and swapping are one step.

use async_trait::async_trait;
use cuelight_store::{Deleted, Put, Revision, SecretBytes, StoreError, Vault, VaultItem, VaultKey};
use tokio_postgres::Row;

use crate::database::{Database, Purpose, Transaction};
use crate::failure::Failure;
use crate::row::{unsigned, value};
use crate::sql;
use crate::store::{PostgresStore, to_the_end};

fn item(row: &Row, place: &str) -> Result<VaultItem, Failure> {
    let bytes = value(row, 2, place)?;
    Ok(VaultItem {
        key: value(row, 0, place)?,
        revision: unsigned(row, 1, place)?,
        value: SecretBytes::new(bytes),
    })
}

async fn revision(tx: &Transaction, key: &VaultKey, place: &str) -> Result<Option<Revision>, Failure> {
    tx.execute(&sql::LOCK_COUNTER, &[]).await?;
    let rows = tx.rows(&sql::REVISION, &[&key.kind, &key.key]).await?;
    rows.first().map(|row| unsigned(row, 0, place)).transpose()
}

async fn put(
    tx: &Transaction,
    key: &VaultKey,
    new: &SecretBytes,
    expected: Option<Revision>,
    place: &str,
) -> Result<Put, Failure> {
    let found = revision(tx, key, place).await?;
    if found != expected {
        return Ok(Put::Behind { found });
    }
    let rows = tx.rows(&sql::COUNT, &[]).await?;
    let Some(row) = rows.first() else {
        return Err(Failure::corrupt(place, "the vault's counter is gone"));
    };
    let next: i64 = value(row, 0, place)?;
    tx.execute(&sql::PUT_ITEM, &[&key.kind, &key.key, &next, &new.expose()]).await?;
    Ok(Put::Stored { revision: next.unsigned_abs() })
}

async fn delete(
    tx: &Transaction,
    key: &VaultKey,
    expected: Revision,
    place: &str,
) -> Result<Deleted, Failure> {
    let found = revision(tx, key, place).await?;
    if found != Some(expected) {
        return Ok(Deleted::Behind { found });
    }
    tx.execute(&sql::DELETE_ITEM, &[&key.kind, &key.key]).await?;
    Ok(Deleted::Done)
}

async fn put_now(
    db: &Database,
    key: &VaultKey,
    new: &SecretBytes,
    expected: Option<Revision>,
) -> Result<Put, Failure> {
    let tx = db.begin(Purpose::Write).await?;
    let done = put(&tx, key, new, expected, db.place()).await;
    tx.finish(done).await
}

async fn delete_now(db: &Database, key: &VaultKey, expected: Revision) -> Result<Deleted, Failure> {
    let tx = db.begin(Purpose::Write).await?;
    let done = delete(&tx, key, expected, db.place()).await;
    tx.finish(done).await
}

#[async_trait]
impl Vault for PostgresStore {
    async fn get(&self, key: &VaultKey) -> Result<Option<VaultItem>, StoreError> {
        // PostgreSQL refuses to be asked for a NUL, and no value has such a key.
        if key.check().is_err() {
            return Ok(None);
        }
        let rows = self.database().read(&sql::ITEM, &[&key.kind, &key.key]).await?;
        self.made(rows.first().map(|row| item(row, self.place())).transpose())
    }

    async fn put(
        &self,
        key: &VaultKey,
        value: SecretBytes,
        expected: Option<Revision>,
    ) -> Result<Put, StoreError> {
        key.check()?;
        let (store, key) = (self.clone(), key.clone());
        to_the_end(self.place(), async move {
            store.made(put_now(store.database(), &key, &value, expected).await)
        })
        .await
    }

    async fn delete(&self, key: &VaultKey, expected: Revision) -> Result<Deleted, StoreError> {
        if key.check().is_err() {
            return Ok(Deleted::Behind { found: None });
        }
        let (store, key) = (self.clone(), key.clone());
        to_the_end(
            self.place(),
            async move { store.made(delete_now(store.database(), &key, expected).await) },
        )
        .await
    }

    async fn list(&self, kind: &str, after: Option<&str>, limit: u32) -> Result<Vec<VaultItem>, StoreError> {
        // Every key is larger than the empty one, which no value has. No key has a NUL, so those larger than a text with
        // one are those larger than what stands before it.
        let after = after.unwrap_or_default().split('\0').next().unwrap_or_default();
        if kind.contains('\0') {
            return Ok(Vec::new());
        }
        let limit = i64::from(limit);
        let rows = self.database().read(&sql::ITEMS, &[&kind, &after, &limit]).await?;
        self.made(rows.iter().map(|row| item(row, self.place())).collect())
    }
}

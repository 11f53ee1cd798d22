//! The `Blobs` port.

use std::collections::HashMap;

use async_trait::async_trait;
use cuelight_artifact::Digest;
use cuelight_core::ledger::blob::BlobClassError;
use cuelight_core::ledger::{BlobClass, LedgerId};
use cuelight_store::{Blobs, Content, Erased, StoreError, StoredBlob};
use tokio_postgres::Row;

use crate::database::{Database, Purpose, Transaction};
use crate::failure::Failure;
use crate::row::{digest, value};
use crate::sql;
use crate::store::{PostgresStore, to_the_end};

/// A blob from its columns `digest, class, bytes`.
pub(crate) fn stored(row: &Row, place: &str) -> Result<StoredBlob, Failure> {
    let class: &str = value(row, 1, place)?;
    let class = class.parse().map_err(|e: BlobClassError| Failure::corrupt(place, e.to_string()))?;
    let bytes: Option<Vec<u8>> = value(row, 2, place)?;
    let content = bytes.map_or(Content::Erased, Content::Present);
    Ok(StoredBlob { digest: digest(row, 0, place)?, class, content })
}

async fn erase(db: &Database, ledger: &str, digest: &Digest) -> Result<Erased, Failure> {
    let tx = db.begin(Purpose::Write).await?;
    let done = erase_in(&tx, ledger, digest, db.place()).await;
    tx.finish(done).await
}

async fn erase_in(tx: &Transaction, ledger: &str, digest: &Digest, place: &str) -> Result<Erased, Failure> {
    let rows = tx.rows(&sql::LOCK_BLOB, &[&ledger, &digest.as_raw().as_slice()]).await?;
    let Some(row) = rows.first() else { return Ok(Erased::Unknown) };
    let (id, class, gone): (i64, &str, bool) =
        (value(row, 0, place)?, value(row, 1, place)?, value(row, 2, place)?);
    if class != BlobClass::Text.as_str() {
        let what = format!("blob {digest} is an artifact; only texts can be erased");
        return Err(StoreError::refused(what).into());
    }
    if gone {
        return Ok(Erased::Before);
    }
    tx.execute(&sql::ERASE, &[&id]).await?;
    Ok(Erased::Now)
}

impl PostgresStore {
    fn blobs(&self, rows: &[Row]) -> Result<Vec<StoredBlob>, StoreError> {
        self.made(rows.iter().map(|row| stored(row, self.place())).collect())
    }
}

#[async_trait]
impl Blobs for PostgresStore {
    async fn get(&self, ledger: &LedgerId, digest: &Digest) -> Result<Option<StoredBlob>, StoreError> {
        Ok(self.get_many(ledger, &[*digest]).await?.pop().flatten())
    }

    async fn get_many(
        &self,
        ledger: &LedgerId,
        digests: &[Digest],
    ) -> Result<Vec<Option<StoredBlob>>, StoreError> {
        if digests.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: Vec<&[u8]> = digests.iter().map(|d| d.as_raw().as_slice()).collect();
        let rows = self.database().read(&sql::BLOBS, &[&ledger.to_string(), &wanted]).await?;
        let found: HashMap<Digest, StoredBlob> =
            self.blobs(&rows)?.into_iter().map(|blob| (blob.digest, blob)).collect();
        Ok(digests.iter().map(|d| found.get(d).cloned()).collect())
    }

    async fn erase(&self, ledger: &LedgerId, digest: &Digest) -> Result<Erased, StoreError> {
        let (store, ledger, digest) = (self.clone(), ledger.to_string(), *digest);
        to_the_end(self.place(), async move { store.made(erase(store.database(), &ledger, &digest).await) })
            .await
    }

    async fn list(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        let after: &[u8] = after.map_or(&[], |d| d.as_raw());
        let limit = i64::from(limit);
        let rows = self.database().read(&sql::BLOB_LIST, &[&ledger.to_string(), &after, &limit]).await?;
        self.blobs(&rows)
    }

    async fn newest(&self, ledger: &LedgerId) -> Result<Option<Digest>, StoreError> {
        let rows = self.database().read(&sql::NEWEST_BLOB, &[&ledger.to_string()]).await?;
        self.made(rows.first().map(|row| digest(row, 0, self.place())).transpose())
    }

    async fn since(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        let (name, limit) = (ledger.to_string(), i64::from(limit));
        let mut place = 0_i64;
        if let Some(after) = after {
            // Blobs never go, so it does not matter that this is another moment.
            let rows = self.database().read(&sql::BLOB_PLACE, &[&name, &after.as_raw().as_slice()]).await?;
            let row = rows
                .first()
                .ok_or_else(|| StoreError::refused(format!("there is no blob {after} to continue after")))?;
            place = self.made(value(row, 0, self.place()))?;
        }
        let rows = self.database().read(&sql::BLOBS_SINCE, &[&name, &place, &limit]).await?;
        self.blobs(&rows)
    }
}

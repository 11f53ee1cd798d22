//! The `Observations` port.

use async_trait::async_trait;
use cuelight_artifact::{Digest, ProjectName};
use cuelight_core::ledger::Micros;
use cuelight_store::{Cursor, Filter, Observation, Observations, StoreError, Taken};
use tokio_postgres::Row;

use crate::database::{Database, Purpose, Transaction};
use crate::failure::Failure;
use crate::row::{clamp, unsigned, value};
use crate::sql;
use crate::store::{PostgresStore, to_the_end};

/// The number under which a project's stream is taken. Another program's lock of the same number would only make
/// writers wait.
fn stream(project: &str) -> i64 {
    let digest = Digest::of_bytes(format!("cuelight observations {project}").as_bytes());
    digest.as_raw().iter().take(8).fold(0_i64, |sum, byte| (sum << 8) | i64::from(*byte))
}

async fn append(db: &Database, batch: &[Observation]) -> Result<Taken, Failure> {
    let tx = db.begin(Purpose::Observe).await?;
    let done = append_in(&tx, batch).await;
    tx.finish(done).await
}

async fn append_in(tx: &Transaction, batch: &[Observation]) -> Result<Taken, Failure> {
    let projects: Vec<&str> = batch.iter().map(|o| o.project.as_str()).collect();
    let mut streams: Vec<i64> = projects.iter().map(|p| stream(p)).collect();
    streams.sort_unstable();
    streams.dedup();
    // Cursors are given at once and committed later. Without this a reader could pass one that is not committed yet, and
    // would never see it.
    tx.execute(&sql::LOCK_STREAMS, &[&streams]).await?;
    let ids: Vec<&str> = batch.iter().map(|o| o.id.as_str()).collect();
    let ats: Vec<i64> = batch.iter().map(|o| o.at).collect();
    let kinds: Vec<&str> = batch.iter().map(|o| o.kind.as_str()).collect();
    let bodies: Vec<&[u8]> = batch.iter().map(|o| o.body.as_slice()).collect();
    let new = tx.execute(&sql::OBSERVE, &[&projects, &ids, &ats, &kinds, &bodies]).await?;
    Ok(Taken { new, known: (batch.len() as u64).saturating_sub(new) })
}

async fn prune(db: &Database, project: &str, before: Micros) -> Result<u64, Failure> {
    let tx = db.begin(Purpose::Bulk).await?;
    let count = tx.execute(&sql::PRUNE, &[&project, &before]).await;
    tx.finish(count).await
}

#[async_trait]
impl Observations for PostgresStore {
    async fn append(&self, batch: Vec<Observation>) -> Result<Taken, StoreError> {
        batch.iter().try_for_each(Observation::check)?;
        if batch.is_empty() {
            return Ok(Taken::default());
        }
        let store = self.clone();
        to_the_end(self.place(), async move { store.made(append(store.database(), &batch).await) }).await
    }

    async fn read(&self, filter: &Filter) -> Result<Vec<(Cursor, Observation)>, StoreError> {
        let (after, limit) = (clamp(filter.after), i64::from(filter.limit));
        let project = filter.project.as_str();
        let rows = self.database().read(&sql::OBSERVATIONS, &[&project, &after, &limit]).await?;
        let place = self.place();
        let observation = |row: &Row| {
            let project = filter.project.clone();
            let observation = Observation {
                id: value(row, 1, place)?,
                project,
                at: value(row, 2, place)?,
                kind: value(row, 3, place)?,
                body: value(row, 4, place)?,
            };
            Ok((unsigned(row, 0, place)?, observation))
        };
        self.made(rows.iter().map(observation).collect())
    }

    async fn prune(&self, project: &ProjectName, before: Micros) -> Result<u64, StoreError> {
        let (store, project) = (self.clone(), project.clone());
        to_the_end(self.place(), async move {
            store.made(prune(store.database(), project.as_str(), before).await)
        })
        .await
    }
}

//! The `Nodes` port.

use async_trait::async_trait;
use cuelight_core::ledger::Micros;
use cuelight_store::{NodeRecord, Nodes, StoreError};
use rusqlite::params;

use crate::store::SqliteStore;

#[async_trait]
impl Nodes for SqliteStore {
    async fn beat(&self, node: NodeRecord) -> Result<(), StoreError> {
        node.check()?;
        self.observations()
            .write(move |conn| {
                conn.prepare_cached(
                    "INSERT INTO nodes (id, at, report) VALUES (?1, ?2, ?3) \
                     ON CONFLICT (id) DO UPDATE SET at = excluded.at, report = excluded.report",
                )?
                .execute(params![node.id, node.at, node.report])?;
                Ok(())
            })
            .await
    }

    async fn nodes(&self) -> Result<Vec<NodeRecord>, StoreError> {
        self.observations()
            .read(|conn| {
                let mut statement = conn.prepare_cached("SELECT id, at, report FROM nodes ORDER BY id")?;
                let rows = statement
                    .query_map([], |r| Ok(NodeRecord { id: r.get(0)?, at: r.get(1)?, report: r.get(2)? }))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn forget(&self, before: Micros) -> Result<u64, StoreError> {
        self.observations()
            .write(move |conn| {
                let count = conn.prepare_cached("DELETE FROM nodes WHERE at < ?1")?.execute([before])?;
                Ok(count as u64)
            })
            .await
    }
}

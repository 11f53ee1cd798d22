//! The `Nodes` port.

use async_trait::async_trait;
use cuelight_core::ledger::Micros;
use cuelight_store::{NodeRecord, Nodes, StoreError};
use tokio_postgres::Row;

use crate::database::{Database, Parameter, Purpose};
use crate::failure::Failure;
use crate::row::value;
use crate::sql::{self, Statement};
use crate::store::PostgresStore;

/// One statement whose loss in a crash does no harm: the next beat says it again.
async fn change(db: &Database, statement: &Statement, parameters: &[Parameter<'_>]) -> Result<u64, Failure> {
    let tx = db.begin(Purpose::Observe).await?;
    let count = tx.execute(statement, parameters).await;
    tx.finish(count).await
}

#[async_trait]
impl Nodes for PostgresStore {
    async fn beat(&self, node: NodeRecord) -> Result<(), StoreError> {
        node.check()?;
        let done = change(self.database(), &sql::BEAT, &[&node.id, &node.at, &node.report]).await;
        self.made(done.map(|_| ()))
    }

    async fn nodes(&self) -> Result<Vec<NodeRecord>, StoreError> {
        let rows = self.database().read(&sql::NODES, &[]).await?;
        let place = self.place();
        let node = |row: &Row| {
            let (id, at, report) = (value(row, 0, place)?, value(row, 1, place)?, value(row, 2, place)?);
            Ok(NodeRecord { id, at, report })
        };
        self.made(rows.iter().map(node).collect())
    }

    async fn forget(&self, before: Micros) -> Result<u64, StoreError> {
        let done = change(self.database(), &sql::FORGET, &[&before]).await;
        self.made(done)
    }
}

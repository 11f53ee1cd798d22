//! The `Observations` port.

use async_trait::async_trait;
use cuelight_artifact::ProjectName;
use cuelight_core::ledger::Micros;
use cuelight_store::{Cursor, Filter, Observation, Observations, StoreError, Taken};
use rusqlite::{Connection, params};

use crate::failure::Failure;
use crate::ledger::{clamp, unsigned};
use crate::store::SqliteStore;

fn append(conn: &Connection, batch: &[Observation]) -> Result<Taken, Failure> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO observations (project, id, at, kind, body) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (project, id) DO NOTHING",
    )?;
    let mut taken = Taken::default();
    for o in batch {
        match statement.execute(params![o.project.as_str(), o.id, o.at, o.kind, o.body])? {
            0 => taken.known += 1,
            _ => taken.new += 1,
        }
    }
    Ok(taken)
}

fn read(conn: &Connection, filter: &Filter) -> Result<Vec<(Cursor, Observation)>, Failure> {
    let mut statement = conn.prepare_cached(
        "SELECT cursor, id, at, kind, body FROM observations WHERE project = ?1 AND cursor > ?2 \
         ORDER BY cursor LIMIT ?3",
    )?;
    let rows =
        statement.query_map(params![filter.project.as_str(), clamp(filter.after), filter.limit], |r| {
            let project = filter.project.clone();
            let observation =
                Observation { id: r.get(1)?, project, at: r.get(2)?, kind: r.get(3)?, body: r.get(4)? };
            Ok((unsigned(r, 0)?, observation))
        })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[async_trait]
impl Observations for SqliteStore {
    async fn append(&self, batch: Vec<Observation>) -> Result<Taken, StoreError> {
        batch.iter().try_for_each(Observation::check)?;
        self.observations().write(move |conn| append(conn, &batch)).await
    }

    async fn read(&self, filter: &Filter) -> Result<Vec<(Cursor, Observation)>, StoreError> {
        let filter = filter.clone();
        self.observations().read(move |conn| read(conn, &filter)).await
    }

    async fn prune(&self, project: &ProjectName, before: Micros) -> Result<u64, StoreError> {
        let project = project.clone();
        self.observations()
            .write(move |conn| {
                let count = conn
                    .prepare_cached("DELETE FROM observations WHERE project = ?1 AND at < ?2")?
                    .execute(params![project.as_str(), before])?;
                Ok(count as u64)
            })
            .await
    }
}

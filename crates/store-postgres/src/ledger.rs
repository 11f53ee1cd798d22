//! The `Ledger` port.

pub(crate) mod append;

use std::ops::Range;

use async_trait::async_trait;
use cuelight_artifact::Digest;
use cuelight_core::ledger::{CommandId, LedgerId, Seq};
use cuelight_store::{
    Append, Appended, CommandRecord, Head, Ledger, Part, SavedState, StoreError, StoredCheckpoint,
    StoredEntry,
};
use tokio_postgres::Row;

use crate::copy::copy_in;
use crate::database::Purpose;
use crate::failure::Failure;
use crate::row::{clamp, digest, digest_or_none, unsigned, value};
use crate::sql;
use crate::store::{PostgresStore, to_the_end};

/// A command's record from its columns `command, first, last, fingerprint`.
pub(crate) fn record(row: &Row, place: &str) -> Result<CommandRecord, Failure> {
    let id: &str = value(row, 0, place)?;
    let command = id.parse().map_err(|e| Failure::corrupt(place, format!("a command's id `{id}`: {e}")))?;
    Ok(CommandRecord {
        command,
        first: unsigned(row, 1, place)?,
        last: unsigned(row, 2, place)?,
        fingerprint: digest_or_none(row, 3, place)?,
    })
}

fn entry(row: &Row, expected: Seq, place: &str) -> Result<StoredEntry, Failure> {
    let seq = unsigned(row, 0, place)?;
    if seq != expected {
        return Err(Failure::corrupt(place, format!("an entry or leaf hash before entry {seq} is missing")));
    }
    let command: &str = value(row, 2, place)?;
    let command =
        command.parse().map_err(|e| Failure::corrupt(place, format!("the command of entry {seq}: {e}")))?;
    Ok(StoredEntry {
        seq,
        at: value(row, 1, place)?,
        command,
        kind: value(row, 3, place)?,
        bytes: value(row, 4, place)?,
        leaf: digest(row, 5, place)?,
    })
}

fn leaf(row: &Row, expected: Seq, place: &str) -> Result<Digest, Failure> {
    if unsigned(row, 0, place)? != expected {
        return Err(Failure::corrupt(place, format!("the leaf hash of entry {expected} is missing")));
    }
    digest(row, 1, place)
}

fn checkpoint(row: &Row, place: &str) -> Result<StoredCheckpoint, Failure> {
    Ok(StoredCheckpoint { size: unsigned(row, 0, place)?, note: value(row, 1, place)? })
}

/// All ledgers and where they end, in the order of [`LedgerId`].
pub(crate) fn ends(rows: &[Row], place: &str) -> Result<Vec<(LedgerId, Seq)>, Failure> {
    let parse = |row: &Row| {
        let name: &str = value(row, 0, place)?;
        let id = name
            .parse()
            .map_err(|e| Failure::corrupt(place, format!("`{name}` is no ledger's name: {e}")))?;
        Ok((id, unsigned(row, 1, place)?))
    };
    let mut found = rows.iter().map(parse).collect::<Result<Vec<_>, Failure>>()?;
    found.sort();
    Ok(found)
}

impl PostgresStore {
    /// What the rows are made into, or why they cannot be.
    pub(crate) fn made<T>(&self, made: Result<T, Failure>) -> Result<T, StoreError> {
        made.map_err(|failure| failure.at(self.place()))
    }

    async fn leaves(&self, ledger: &LedgerId, range: &Range<Seq>) -> Result<Vec<Digest>, StoreError> {
        // Inclusive bounds, so that clamping cannot lose the largest position.
        let first = range.start.max(1);
        let (from, to) = (clamp(first), clamp(range.end.saturating_sub(1)));
        let rows = self.database().read(&sql::LEAVES, &[&ledger.to_string(), &from, &to]).await?;
        self.made(rows.iter().zip(first..).map(|(row, seq)| leaf(row, seq, self.place())).collect())
    }
}

#[async_trait]
impl Ledger for PostgresStore {
    async fn append(&self, new: Append) -> Result<Appended, StoreError> {
        new.check()?;
        let store = self.clone();
        to_the_end(self.place(), async move { append::append(store.database(), &new).await }).await
    }

    async fn head(&self, ledger: &LedgerId) -> Result<Option<Head>, StoreError> {
        let rows = self.database().read(&sql::HEAD, &[&ledger.to_string()]).await?;
        let head =
            |row: &Row| Ok(Head { seq: unsigned(row, 0, self.place())?, at: value(row, 1, self.place())? });
        self.made(rows.first().map(head).transpose())
    }

    async fn read(&self, ledger: &LedgerId, after: Seq, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
        let parameters: (_, i64, i64) = (ledger.to_string(), clamp(after), limit.into());
        let rows =
            self.database().read(&sql::ENTRIES, &[&parameters.0, &parameters.1, &parameters.2]).await?;
        let expected = after.saturating_add(1)..;
        self.made(rows.iter().zip(expected).map(|(row, seq)| entry(row, seq, self.place())).collect())
    }

    async fn leaf_hashes(&self, ledger: &LedgerId, range: Range<Seq>) -> Result<Vec<Digest>, StoreError> {
        self.leaves(ledger, &range).await
    }

    async fn commands(
        &self,
        ledger: &LedgerId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<CommandRecord>, StoreError> {
        let (name, after, limit) = (ledger.to_string(), clamp(after), i64::from(limit));
        let rows = self.database().read(&sql::COMMANDS, &[&name, &after, &limit]).await?;
        self.made(rows.iter().map(|row| record(row, self.place())).collect())
    }

    async fn command(&self, ledger: &LedgerId, id: &CommandId) -> Result<Option<CommandRecord>, StoreError> {
        let rows = self.database().read(&sql::COMMAND, &[&ledger.to_string(), &id.as_str()]).await?;
        self.made(rows.first().map(|row| record(row, self.place())).transpose())
    }

    async fn checkpoint(
        &self,
        ledger: &LedgerId,
        at_most: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, StoreError> {
        let size = clamp(at_most.unwrap_or(u64::MAX));
        let rows = self.database().read(&sql::CHECKPOINT, &[&ledger.to_string(), &size]).await?;
        self.made(rows.first().map(|row| checkpoint(row, self.place())).transpose())
    }

    async fn checkpoints(
        &self,
        ledger: &LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        let (name, after, limit) = (ledger.to_string(), clamp(after), i64::from(limit));
        let rows = self.database().read(&sql::CHECKPOINTS, &[&name, &after, &limit]).await?;
        self.made(rows.iter().map(|row| checkpoint(row, self.place())).collect())
    }

    async fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError> {
        Ok(self.ends().await?.into_iter().map(|(id, _)| id).collect())
    }

    async fn ends(&self) -> Result<Vec<(LedgerId, Seq)>, StoreError> {
        let rows = self.database().read(&sql::LEDGERS, &[]).await?;
        self.made(ends(&rows, self.place()))
    }

    async fn hint(&self) {
        self.listener().wait().await;
    }

    async fn copy_in(&self, part: Part) -> Result<(), StoreError> {
        part.check()?;
        let store = self.clone();
        to_the_end(self.place(), async move { store.made(copy_in(store.database(), &part).await) }).await
    }

    async fn save_state(&self, ledger: &LedgerId, state: SavedState) -> Result<(), StoreError> {
        let (store, name) = (self.clone(), ledger.to_string());
        let seq = state.seq;
        let saved = to_the_end(self.place(), async move {
            let (format, seq) = (i64::from(state.format), clamp(state.seq));
            let work = async {
                let tx = store.database().begin(Purpose::Bulk).await?;
                let saved = tx.execute(&sql::SAVE_STATE, &[&name, &format, &seq, &state.bytes]).await;
                tx.finish(saved).await
            };
            store.made(work.await)
        });
        match saved.await? {
            0 => Err(StoreError::refused(format!("{ledger} has no entry {seq} to save a state of"))),
            _ => Ok(()),
        }
    }

    async fn saved_state(
        &self,
        ledger: &LedgerId,
        format: u32,
        at_most: Option<Seq>,
    ) -> Result<Option<SavedState>, StoreError> {
        let (wanted, at_most) = (i64::from(format), clamp(at_most.unwrap_or(Seq::MAX)));
        let rows = self.database().read(&sql::SAVED_STATE, &[&ledger.to_string(), &wanted, &at_most]).await?;
        let state = |row: &Row| {
            Ok(SavedState {
                seq: unsigned(row, 0, self.place())?,
                format,
                bytes: value(row, 1, self.place())?,
            })
        };
        self.made(rows.first().map(state).transpose())
    }

    async fn drop_saved_states(&self, ledger: &LedgerId, before: Seq) -> Result<u64, StoreError> {
        let (store, name, before) = (self.clone(), ledger.to_string(), clamp(before));
        to_the_end(self.place(), async move {
            let work = async {
                let tx = store.database().begin(Purpose::Bulk).await?;
                let count = tx.execute(&sql::DROP_STATES, &[&name, &before]).await;
                tx.finish(count).await
            };
            store.made(work.await)
        })
        .await
    }
}

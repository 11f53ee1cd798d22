//! The port of production facts: what was seen, not what was decided. They may be pruned.

use async_trait::async_trait;
use cuelight_artifact::ProjectName;
use cuelight_core::ledger::Micros;

use crate::StoreError;
use crate::text::check_key;

/// A place in the stream of observations. It grows with every observation and is never used twice.
pub type Cursor = u64;

/// One observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Given by the sender; the same id counts once per project while the observation is kept.
    pub id: String,
    /// Whose.
    pub project: ProjectName,
    /// When it happened, in microseconds UTC.
    pub at: Micros,
    /// What it is, with a version.
    pub kind: String,
    /// Its content.
    pub body: Vec<u8>,
}

impl Observation {
    /// What every store checks before it writes.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when id or kind is empty, too long, or has a NUL.
    pub fn check(&self) -> Result<(), StoreError> {
        check_key("an observation's id", &self.id)?;
        check_key("an observation's kind", &self.kind)
    }
}

/// How many observations of a batch were new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// Stored.
    pub new: u64,
    /// Left out, because their id is known.
    pub known: u64,
}

/// Which observations to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Whose.
    pub project: ProjectName,
    /// Only later ones in the stream; 0 for all.
    pub after: Cursor,
    /// At most so many.
    pub limit: u32,
}

/// The observations. Errors are as for [`crate::Ledger`].
#[async_trait]
pub trait Observations: Send + Sync {
    /// Stores a batch in one transaction; of several with one id the first counts.
    ///
    /// # Errors
    /// [`StoreError::Refused`] as [`Observation::check`], for the whole batch; [`StoreError::Full`].
    async fn append(&self, batch: Vec<Observation>) -> Result<Taken, StoreError>;

    /// Observations in the order in which they were stored, each with its cursor.
    ///
    /// # Errors
    /// See the trait.
    async fn read(&self, filter: &Filter) -> Result<Vec<(Cursor, Observation)>, StoreError>;

    /// Deletes what happened before a time, and forgets those ids. Returns how many.
    ///
    /// # Errors
    /// See the trait.
    async fn prune(&self, project: &ProjectName, before: Micros) -> Result<u64, StoreError>;
}

//! A database elsewhere with a copy of it here: reads go to the database and, while that is away, to the copy; writes go
//! to the database only. With the copy a server starts although the database is away.
//!
//! The copy holds ledgers, their content, and those sealed values without which nothing can be served. It is never ahead of
//! the database and may be behind. Invariant (an absence): nothing but copying writes to it.

mod keep;
mod ports;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cuelight_core::ledger::{LedgerId, Seq};
use cuelight_store::copy::Side;
use cuelight_store::{Blobs, Ledger, Nodes, Observations, StoreError, Vault};
use tokio::sync::{Notify, OnceCell};

/// Sealed values that the copy holds: keys of the installation, hashes of tokens, and the mark of a restored copy. Sessions
/// are not among them.
pub const KINDS: &[&str] = &["key", "token", "recovery"];

/// The ports of one store.
#[derive(Clone)]
pub struct Stores {
    /// Control facts.
    pub ledger: Arc<dyn Ledger>,
    /// Content.
    pub blobs: Arc<dyn Blobs>,
    /// Production facts.
    pub observations: Arc<dyn Observations>,
    /// Sealed values.
    pub vault: Arc<dyn Vault>,
    /// Presence.
    pub nodes: Arc<dyn Nodes>,
}

impl Stores {
    /// The ports of a store that implements all of them.
    pub fn of<S: Ledger + Blobs + Observations + Vault + Nodes + 'static>(store: Arc<S>) -> Self {
        Self {
            ledger: store.clone(),
            blobs: store.clone(),
            observations: store.clone(),
            vault: store.clone(),
            nodes: store,
        }
    }

    fn side(&self) -> Side<'_> {
        Side { ledger: &*self.ledger, blobs: &*self.blobs }
    }
}

/// What connecting gives.
pub type Connecting = Pin<Box<dyn Future<Output = Result<Stores, StoreError>> + Send>>;
/// How to reach the database.
pub type Connect = Box<dyn Fn() -> Connecting + Send + Sync>;

/// Both, as one store. All ports are on it.
pub struct Replica {
    connect: Connect,
    primary: OnceCell<Stores>,
    copy: Stores,
    away: AtomicBool,
    grown: Notify,
}

impl Replica {
    /// A store that reaches its database by `connect` and has its copy in `copy`. Connects to nothing yet.
    #[must_use]
    pub fn new(connect: Connect, copy: Stores) -> Self {
        let (primary, away, grown) = (OnceCell::new(), AtomicBool::new(true), Notify::new());
        Self { connect, primary, copy, away, grown }
    }

    /// Connects, if that has not happened yet, and asks for the ledgers' ends. Whoever follows calls this again and again, as
    /// [`Ledger::ends`]; it alone finds out that the database is back.
    ///
    /// # Errors
    /// Why the database cannot be used.
    pub async fn probe(&self) -> Result<Vec<(LedgerId, Seq)>, StoreError> {
        let asked = async { self.primary.get_or_try_init(|| (self.connect)()).await?.ledger.ends().await };
        let found = asked.await;
        self.away.store(found.as_ref().is_err_and(StoreError::is_away), Ordering::SeqCst);
        if found.is_ok() {
            self.grown.notify_one();
        }
        found
    }

    /// Whether the copy is enough to start from while the database is away.
    ///
    /// # Errors
    /// When the copy cannot be read.
    pub async fn can_start_alone(&self) -> Result<bool, StoreError> {
        Ok(self.copy.ledger.head(&LedgerId::Installation).await?.is_some())
    }

    /// The database, unless it is away.
    fn primary(&self) -> Result<&Stores, StoreError> {
        match self.primary.get() {
            Some(primary) if !self.away.load(Ordering::SeqCst) => Ok(primary),
            _ => Err(StoreError::Unavailable {
                what: "the database does not answer; until it does, this server serves what it knows and changes \
                       nothing"
                    .into(),
            }),
        }
    }

    /// Runs a request of the database and notices when that is away.
    async fn at_primary<'a, T, F>(&'a self, ask: impl FnOnce(&'a Stores) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let found = ask(self.primary()?).await;
        if found.as_ref().is_err_and(StoreError::is_away) {
            self.away.store(true, Ordering::SeqCst);
        }
        found
    }

    /// Runs a request of the database, or of the copy while the database is away or too busy.
    async fn at_either<'a, T, F>(&'a self, ask: impl Fn(&'a Stores) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        match self.at_primary(&ask).await {
            Err(error) if error.is_no_answer() => ask(&self.copy).await,
            found => found,
        }
    }

    /// The same, of something that the ledger speaks of. What the copy does not have it has not got yet, which is no reason to
    /// say that there is none.
    async fn at_either_whole<'a, T, F>(
        &'a self,
        ask: impl Fn(&'a Stores) -> F,
        is_whole: impl Fn(&T) -> bool,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        match self.at_primary(&ask).await {
            Err(error @ (StoreError::Unavailable { .. } | StoreError::Busy { .. })) => {
                let found = ask(&self.copy).await?;
                if is_whole(&found) { Ok(found) } else { Err(error) }
            }
            found => found,
        }
    }
}

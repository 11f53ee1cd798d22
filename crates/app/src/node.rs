//! This server as one of several: what it applied and when, which clients report to it, how fresh what it serves is.

mod applied;
mod clients;
mod list;
mod report;
mod spread;

pub use applied::{AppliedInput, ClientId, ClientIdError, Connected, applied, connect};
pub use list::{ClientInfo, NodeInfo, NodeProject, Propagation, list, propagation, spreads};
pub use report::{ClientReport, EnvironmentReport, NodeReport, ProjectReport, SpreadReport};

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::ledger::Micros;

use clients::Clients;
use spread::Spreads;

/// What is served counts as old when the store has not answered for so long, in microseconds.
pub const STALE_AFTER: Micros = 3_000_000;

/// One server, from its start to its end.
#[derive(Debug)]
pub struct Node {
    id: String,
    started: Micros,
    address: OnceLock<String>,
    follows: AtomicBool,
    contact: AtomicI64,
    tables: Mutex<Tables>,
}

/// What changes while it runs, by project and environment.
#[derive(Debug, Default)]
struct Tables {
    clients: Clients,
    spreads: BTreeMap<(ProjectName, EnvironmentName), Spreads>,
}

impl Node {
    pub(crate) fn new(id: String, started: Micros) -> Self {
        Self {
            id,
            started,
            address: OnceLock::new(),
            follows: AtomicBool::new(false),
            contact: AtomicI64::new(started),
            tables: Mutex::default(),
        }
    }

    /// Its id: another one after every start.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Says under which address it is reached; the first word counts.
    pub fn reached_at(&self, address: &str) {
        self.address.get_or_init(|| address.to_owned());
    }

    /// For how many whole seconds the store has not answered, once that is long enough to matter. `None` while
    /// nothing follows the store.
    #[must_use]
    pub fn stale_for(&self, now: Micros) -> Option<u64> {
        let silent = now.saturating_sub(self.contact.load(Ordering::Relaxed));
        let stale = self.follows.load(Ordering::Relaxed) && silent > STALE_AFTER;
        stale.then(|| silent.unsigned_abs() / 1_000_000)
    }

    /// Notes that the store has answered.
    pub(crate) fn heard(&self, now: Micros) {
        self.follows.store(true, Ordering::Relaxed);
        self.contact.store(now, Ordering::Relaxed);
    }

    /// Notes that it follows a store that others write to, whether that answers or not.
    pub(crate) fn follows(&self) {
        self.follows.store(true, Ordering::Relaxed);
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // A panic elsewhere leaves at worst a report uncounted.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A generation that this node begins to serve.
pub(crate) struct Began<'a> {
    pub(crate) project: &'a ProjectName,
    pub(crate) environment: &'a EnvironmentName,
    pub(crate) generation: u64,
    /// When it was decided.
    pub(crate) at: Micros,
    /// When it is served here.
    pub(crate) now: Micros,
}

impl Node {
    /// Notes that a generation is served here from now on.
    pub(crate) fn began(&self, began: &Began<'_>) {
        let key = (began.project.clone(), began.environment.clone());
        self.tables().spreads.entry(key).or_default().begin(began.generation, began.at, began.now);
    }
}

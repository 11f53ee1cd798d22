//! Stores as commands name them: a data folder or a database.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use cuelight_store::{Blobs, Ledger, Nodes, Observations, StoreError, Vault};
use cuelight_store_postgres::{PostgresOptions, PostgresStore};
use cuelight_store_sqlite::{OpenOptions, SqliteStore};

use crate::failure::{Failure, LocalCode};

pub use crate::commands::serve::open_failure;

/// Where a store is.
#[derive(Clone, PartialEq, Eq)]
pub enum Where {
    /// A data folder.
    Folder(PathBuf),
    /// The address of a PostgreSQL database. It may hold a password.
    Database(String),
}

/// A store that is open.
#[derive(Clone)]
pub struct Store {
    /// Control facts.
    pub ledger: Arc<dyn Ledger>,
    /// Content.
    pub blobs: Arc<dyn Blobs>,
    /// Production facts.
    pub observations: Arc<dyn Observations>,
    /// Sealed values.
    pub vault: Arc<dyn Vault>,
    /// Servers.
    pub nodes: Arc<dyn Nodes>,
}

impl FromStr for Where {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Ok(Self::Database(text.to_owned()));
        }
        if text.contains("://") {
            return Err("a database begins with postgres://, as in postgres://USER:PASSWORD@HOST/DATABASE; \
                        everything else is a folder"
                .into());
        }
        Ok(Self::Folder(PathBuf::from(text)))
    }
}

/// As it may be shown: without what may be secret.
impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Database(_) => f.write_str("the database"),
        }
    }
}

impl fmt::Debug for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Store {
    fn of<S: Ledger + Blobs + Observations + Vault + Nodes + 'static>(store: S) -> Self {
        let store = Arc::new(store);
        Self {
            ledger: store.clone(),
            blobs: store.clone(),
            observations: store.clone(),
            vault: store.clone(),
            nodes: store,
        }
    }
}

/// Opens a store for this process alone, as far as the store can tell.
///
/// # Errors
/// As [`open_folder`]; trouble with the database.
pub async fn open(place: &Where) -> Result<Store, Failure> {
    match place {
        Where::Folder(dir) => open_folder(dir),
        Where::Database(url) => open_database(url).await,
    }
}

/// Opens a database.
///
/// # Errors
/// When it cannot be reached, or holds something else.
pub async fn open_database(url: &str) -> Result<Store, Failure> {
    PostgresStore::open(&PostgresOptions::new(url)).await.map(Store::of).map_err(|e| database_failure(&e))
}

/// Why a database could not be opened or used.
pub fn database_failure(error: &StoreError) -> Failure {
    let code = match error {
        StoreError::NewerSchema { .. } | StoreError::TooOld { .. } => LocalCode::DataVersion,
        StoreError::Corrupt { .. } => LocalCode::DataDamaged,
        StoreError::Settings { .. } => LocalCode::DatabaseSettings,
        _ => LocalCode::Database,
    };
    Failure::new(code, error.to_string())
}

/// Opens a data folder for this process alone.
///
/// # Errors
/// `data_locked` when a server uses it, `data_damaged`, `data_version`.
pub fn open_folder(dir: &Path) -> Result<Store, Failure> {
    SqliteStore::open(&OpenOptions::new(dir)).map(Store::of).map_err(|e| open_failure(&e))
}

//! Opening a data folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cuelight_store::StoreError;

use crate::connection::check_version;
use crate::database::Database;
use crate::folder::{self, Lock};
use crate::migrate;
use crate::poison::Poison;

/// How to open a data folder.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The folder; made if it is not there.
    pub dir: PathBuf,
    /// How many queries may run at once on each file.
    pub readers: usize,
}

impl OpenOptions {
    /// This folder, with four readers.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), readers: 4 }
    }
}

/// All four ports on the files of one data folder. Clones share it; dropping the last one closes the files and frees
/// the folder.
#[derive(Clone)]
pub struct SqliteStore(Arc<Inner>);

struct Inner {
    registry: Database,
    observations: Database,
    vault: Database,
    poison: Poison,
    // Last: the folder is free only once the files are closed.
    _lock: Option<Lock>,
}

impl SqliteStore {
    /// Opens a data folder for this process alone. Blocks while it migrates.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process has it, [`StoreError::NewerSchema`], [`StoreError::Corrupt`] when a
    /// file is damaged, edited or another program's, [`StoreError::TooOld`] for a SQLite before 3.51.3,
    /// [`StoreError::Unavailable`] when folder or files cannot be used.
    pub fn open(options: &OpenOptions) -> Result<Self, StoreError> {
        check_version(rusqlite::version_number(), rusqlite::version())?;
        let dir = folder::make(&options.dir)?;
        let lock = folder::lock(&dir)?;
        folder::check_complete(&dir)?;
        let poison = Poison::default();
        let open = |name: &str, schema| Database::open(dir.join(name), schema, options.readers, &poison);
        // The registry first: `check_complete` relies on it.
        let registry = open(folder::REGISTRY, &migrate::REGISTRY)?;
        let observations = open(folder::OBSERVATIONS, &migrate::OBSERVATIONS)?;
        let vault = open(folder::VAULT, &migrate::VAULT)?;
        Ok(Self(Arc::new(Inner { registry, observations, vault, poison, _lock: Some(lock) })))
    }

    /// Opens a data folder for reading, also while a server runs on it. Every write fails.
    ///
    /// # Errors
    /// As [`SqliteStore::open`] except for the lock; [`StoreError::Unavailable`] when a file is missing or its schema is
    /// older.
    pub fn open_read_only(dir: &Path) -> Result<Self, StoreError> {
        check_version(rusqlite::version_number(), rusqlite::version())?;
        let dir = folder::absolute(dir)?;
        folder::check_complete(&dir)?;
        let open = |name: &str, schema| Database::open_read_only(dir.join(name), schema, 2);
        let registry = open(folder::REGISTRY, &migrate::REGISTRY)?;
        let observations = open(folder::OBSERVATIONS, &migrate::OBSERVATIONS)?;
        let vault = open(folder::VAULT, &migrate::VAULT)?;
        Ok(Self(Arc::new(Inner { registry, observations, vault, poison: Poison::default(), _lock: None })))
    }

    /// Why the process has to end, if a write ended with an unknown result. All calls fail from then on.
    #[must_use]
    pub fn poisoned(&self) -> Option<&str> {
        self.0.poison.reason()
    }

    pub(crate) fn registry(&self) -> &Database {
        &self.0.registry
    }

    pub(crate) fn observations(&self) -> &Database {
        &self.0.observations
    }

    pub(crate) fn vault(&self) -> &Database {
        &self.0.vault
    }
}

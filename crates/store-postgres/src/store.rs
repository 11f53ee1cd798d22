//! Opening a database.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cuelight_store::StoreError;

use crate::address::Address;
use crate::database::{Database, Purpose};
use crate::failure::Failure;
use crate::hint::Listener;
use crate::{migrate, sql};

/// How to open a database.
#[derive(Clone)]
pub struct PostgresOptions {
    /// Its address: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`. `sslmode` is `disable`, `prefer` (the
    /// default), `require`, `verify-ca` or `verify-full`, with libpq's meanings; `sslrootcert` names a file of
    /// certificates in place of the system's. A socket in the file system is `postgres:///DATABASE?host=/FOLDER`.
    pub url: String,
    /// How many connections there may be, besides one that listens for hints.
    pub connections: usize,
    /// How long to wait for an answer before the database counts as away. What moves much at once (copying a ledger,
    /// pruning) waits longer.
    pub patience: Duration,
}

impl PostgresOptions {
    /// This database, with eight connections and three seconds of patience.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), connections: 8, patience: Duration::from_secs(3) }
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address has a password.
        f.debug_struct("PostgresOptions")
            .field("connections", &self.connections)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// All ports on one database. Clones share its connections; dropping the last one closes them.
#[derive(Clone)]
pub struct PostgresStore(Arc<Inner>);

struct Inner {
    database: Database,
    listener: Listener,
}

impl PostgresStore {
    /// Opens a database and brings its schema up to date. Several servers may do so at once.
    ///
    /// # Errors
    /// [`StoreError::Settings`] when the address cannot be read or leads to no database that lets us in,
    /// [`StoreError::Unavailable`] when the database cannot be reached,
    /// [`StoreError::TooOld`] for a server before PostgreSQL 15, [`StoreError::NewerSchema`],
    /// [`StoreError::Corrupt`] when the schema was edited or is another program's. No error shows the password.
    pub async fn open(options: &PostgresOptions) -> Result<Self, StoreError> {
        let address = Address::parse(&options.url)?;
        if address.is_unchecked() {
            tracing::warn!(
                place = address.place,
                "nothing proves that this server is the right one; use sslmode=verify-full"
            );
        }
        let database = Database::new(&address, options.connections, options.patience)?;
        migrate::check_server(&database).await?;
        migrate::migrate(&database).await?;
        let listener = Listener::new(address)?;
        Ok(Self(Arc::new(Inner { database, listener })))
    }

    /// Has the server read and plan every statement that this crate sends, and run none. Returns how many.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it refuses one of them, or cannot be reached.
    pub async fn check_statements(&self) -> Result<usize, StoreError> {
        let work = async {
            let tx = self.database().begin(Purpose::Read).await?;
            for statement in sql::ALL {
                tx.prepare(statement).await.map_err(|failure| {
                    let why = failure.at(self.place());
                    Failure::Store(StoreError::Unavailable { what: format!("{}: {why}", statement.name) })
                })?;
            }
            tx.roll_back().await;
            Ok(sql::ALL.len())
        };
        self.made(work.await)
    }

    /// Why the process has to end: never, see `ledger/append.rs`. It is here because SQLite's store has it.
    #[must_use]
    pub const fn poisoned(&self) -> Option<&str> {
        None
    }

    pub(crate) fn database(&self) -> &Database {
        &self.0.database
    }

    pub(crate) fn listener(&self) -> &Listener {
        &self.0.listener
    }

    pub(crate) fn place(&self) -> &str {
        self.0.database.place()
    }
}

/// Runs a write to its end even if the caller stops waiting.
pub(crate) async fn to_the_end<T: Send + 'static>(
    place: &str,
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::Unavailable { what: format!("{place}: the write was cut short") }),
    }
}

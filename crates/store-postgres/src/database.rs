//! Connections to the database and transactions on them. Nothing waits for ever: not for a connection, not for an answer.

use std::sync::Arc;
use std::time::Duration;

use cuelight_store::StoreError;
use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType, Timeouts,
};
use futures_util::{TryStreamExt as _, future};
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use crate::address::{Address, CONNECT};
use crate::failure::{Failure, is_settings, named, words};
use crate::sql::Statement;
use crate::tls;

/// How long a transaction may take between two requests of ours before the server ends it. So a server of Cuelight that
/// was cut off does not hold a ledger's row.
const IDLE: &str = "5s";

/// What a transaction is for, which decides its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// One statement that reads.
    Read,
    /// Control facts and secrets: on disk before the commit is acknowledged.
    Write,
    /// Observations: a crash of the server may take the last moments, never a part of a batch.
    Observe,
    /// Much at once: may take long.
    Bulk,
    /// Many statements that read the same moment, at the pace of whoever reads.
    View,
}

/// A parameter of a statement.
pub(crate) type Parameter<'a> = &'a (dyn ToSql + Sync);

/// The database: a bounded pool of connections.
#[derive(Clone)]
pub(crate) struct Database {
    pool: Pool,
    place: Arc<str>,
    patience: Duration,
}

impl Database {
    /// The database at this address, with at most so many connections. Connects when first needed.
    pub(crate) fn new(address: &Address, connections: usize, patience: Duration) -> Result<Self, StoreError> {
        // Fast: a connection that is closed is seen without asking; one that died unseen is told by its first request,
        // which is then made once more on another.
        let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(address.config.clone(), tls::connector(address)?, config);
        let pool = Pool::builder(manager).max_size(connections.max(1)).runtime(Runtime::Tokio1).build();
        let pool = pool.map_err(|e| StoreError::Settings { what: format!("{}: {e}", address.place) })?;
        Ok(Self { pool, place: address.place.as_str().into(), patience })
    }

    /// Host and database, for messages.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Runs one statement that reads and gives its rows. A connection that turns out to be dead is replaced, because
    /// reading twice does no harm.
    pub(crate) async fn read(
        &self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        self.reading(statement, parameters).await.map_err(|failure| failure.at(&self.place))
    }

    async fn reading(
        &self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, Failure> {
        let begin = begin(Purpose::Read, self.patience);
        let mut attempts = self.attempts();
        loop {
            attempts -= 1;
            let mut lease = self.lease().await?;
            // One flight for all three; should the statement fail, the last one rolls back.
            let done = future::join3(
                lease.answer(lease.client()?.batch_execute(&begin)),
                lease.rows(statement, parameters),
                lease.answer(lease.client()?.batch_execute("COMMIT")),
            )
            .await;
            match done {
                (Ok(()), Ok(rows), Ok(())) => {
                    lease.clean = true;
                    return Ok(rows);
                }
                (Err(failure), ..) | (_, Err(failure), _) | (.., Err(failure)) => {
                    if attempts == 0 || !is_closed(&failure) {
                        return Err(failure);
                    }
                }
            }
        }
    }

    /// Begins a transaction. A connection that turns out to be dead is replaced, because nothing was asked of it yet.
    pub(crate) async fn begin(&self, purpose: Purpose) -> Result<Transaction, Failure> {
        let patience = match purpose {
            Purpose::Bulk | Purpose::View => self.patience.max(Duration::from_secs(120)),
            Purpose::Read | Purpose::Write | Purpose::Observe => self.patience,
        };
        let begin = begin(purpose, patience);
        let mut attempts = self.attempts();
        loop {
            attempts -= 1;
            let mut lease = self.lease().await?;
            lease.patience = patience;
            match lease.answer(lease.client()?.batch_execute(&begin)).await {
                Ok(()) => return Ok(Transaction(lease)),
                Err(failure) if attempts == 0 || !is_closed(&failure) => return Err(failure),
                Err(_) => {}
            }
        }
    }

    /// All waiting connections may be dead, as after a restart of the server; the one after them is new.
    fn attempts(&self) -> usize {
        self.pool.status().max_size + 1
    }

    async fn lease(&self) -> Result<Lease, Failure> {
        let limits = Timeouts { wait: Some(CONNECT), create: Some(CONNECT), recycle: Some(CONNECT) };
        // Waiting and connecting add up otherwise.
        match timeout(CONNECT + Duration::from_millis(500), self.pool.timeout_get(&limits)).await {
            Ok(Ok(object)) => Ok(Lease { object: Some(object), clean: false, patience: self.patience }),
            Ok(Err(error)) => Err(self.no_connection(&error).into()),
            Err(_) => Err(self.unreached("no connection in time").into()),
        }
    }

    fn no_connection(&self, error: &PoolError) -> StoreError {
        match error {
            PoolError::Backend(error) if error.as_db_error().is_some() || is_settings(error) => {
                named(error, &self.place)
            }
            PoolError::Backend(error) => self.unreached(&words(error)),
            PoolError::Timeout(TimeoutType::Wait) => StoreError::Busy {
                what: format!("{}: all connections are in use, and none became free in time", self.place),
            },
            PoolError::Timeout(_) => self.unreached("no answer in time"),
            other => self.unreached(&other.to_string()),
        }
    }

    fn unreached(&self, why: &str) -> StoreError {
        StoreError::Unavailable { what: format!("{} cannot be reached: {why}", self.place) }
    }
}

fn is_closed(failure: &Failure) -> bool {
    match failure {
        Failure::Sql(error) => match error.as_db_error() {
            // What a server that was told to stop has sent before it closed the connection.
            Some(_) => failure.is_lost(),
            None => true,
        },
        Failure::Silent | Failure::Store(_) => false,
    }
}

/// The start of a transaction. All settings are local to it, as a pooler demands.
fn begin(purpose: Purpose, patience: Duration) -> String {
    let (access, commit) = match purpose {
        Purpose::Read => ("READ COMMITTED READ ONLY", ""),
        Purpose::View => ("REPEATABLE READ READ ONLY", "; SET LOCAL idle_in_transaction_session_timeout = 0"),
        // Only `off` is raised: a server may ask for more than `on`.
        Purpose::Write | Purpose::Bulk => (
            "READ COMMITTED READ WRITE",
            "; SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'",
        ),
        Purpose::Observe => ("READ COMMITTED READ WRITE", "; SET LOCAL synchronous_commit = off"),
    };
    // Much that is read comes row by row, each within the patience; this only ends what nobody waits for any more.
    let times = if purpose == Purpose::Read { 10 } else { 1 };
    let limit = patience.as_millis() * times;
    format!(
        "BEGIN ISOLATION LEVEL {access}; SET LOCAL statement_timeout = {limit}; \
         SET LOCAL lock_timeout = {limit}; SET LOCAL idle_in_transaction_session_timeout = '{IDLE}'; \
         SET LOCAL search_path = pg_catalog{commit}"
    )
}

/// A connection in use. Unless it is marked clean it is closed at the end, so that nothing that was cut short, by an
/// error or because nobody waits any more, is left to the next user.
struct Lease {
    object: Option<Object>,
    clean: bool,
    patience: Duration,
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.clean
            && let Some(object) = self.object.take()
        {
            drop(Object::take(object));
        }
    }
}

impl Lease {
    fn client(&self) -> Result<&Client, Failure> {
        // Only `drop` takes the connection away.
        self.object.as_ref().map(|object| &***object).ok_or(Failure::Silent)
    }

    /// The answer to one request, if it comes in time.
    async fn answer<T>(
        &self,
        request: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Failure> {
        // The server's own limit ends a slow statement first, and says why.
        match timeout(self.patience + Duration::from_millis(200), request).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Failure::Silent),
        }
    }

    /// The rows of a statement; each must come in time.
    async fn rows(&self, statement: &Statement, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Failure> {
        let typed = with_types(statement, parameters);
        let stream = self.answer(self.client()?.query_typed_raw(statement.sql, typed)).await?;
        let mut stream = std::pin::pin!(stream);
        let mut rows = Vec::new();
        while let Some(row) = self.answer(stream.try_next()).await? {
            rows.push(row);
        }
        Ok(rows)
    }

    async fn execute(&self, statement: &Statement, parameters: &[Parameter<'_>]) -> Result<u64, Failure> {
        let typed = with_types(statement, parameters);
        self.answer(self.client()?.execute_typed(statement.sql, &typed)).await
    }
}

/// A statement is sent unnamed, with the types of its parameters: one round trip, and no prepared statement that a
/// pooler would have to know. The driver does not log the parameters on this way.
fn with_types<'a>(statement: &Statement, parameters: &[Parameter<'a>]) -> Vec<(Parameter<'a>, Type)> {
    parameters.iter().copied().zip(statement.types.iter().cloned()).collect()
}

/// A transaction. Unless it is committed or rolled back, its connection is closed, which rolls it back.
pub(crate) struct Transaction(Lease);

impl Transaction {
    /// Runs a statement and gives its rows.
    pub(crate) async fn rows(
        &self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, Failure> {
        self.0.rows(statement, parameters).await
    }

    /// Runs a statement and gives the number of rows it touched.
    pub(crate) async fn execute(
        &self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<u64, Failure> {
        self.0.execute(statement, parameters).await
    }

    /// Runs a script without parameters.
    pub(crate) async fn script(&self, sql: &str) -> Result<(), Failure> {
        self.0.answer(self.0.client()?.batch_execute(sql)).await
    }

    /// Asks the server to read a statement and plan it, and to forget it again.
    pub(crate) async fn prepare(&self, statement: &Statement) -> Result<(), Failure> {
        let client = self.0.client()?;
        let prepared = self.0.answer(client.prepare_typed(statement.sql, statement.types)).await?;
        debug_assert_eq!(prepared.params(), statement.types);
        Ok(())
    }

    /// Commits. After an error that [`Failure::is_lost`] it is not known whether it has.
    pub(crate) async fn commit(mut self) -> Result<(), Failure> {
        self.script("COMMIT").await?;
        self.0.clean = true;
        Ok(())
    }

    /// Commits what went well, rolls back what is refused, and closes the connection after any other failure.
    pub(crate) async fn finish<T>(self, result: Result<T, Failure>) -> Result<T, Failure> {
        match result {
            Ok(value) => self.commit().await.map(|()| value),
            Err(failure @ Failure::Store(_)) => {
                self.roll_back().await;
                Err(failure)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Rolls back. If that fails the connection is closed, with the same effect.
    pub(crate) async fn roll_back(mut self) {
        self.0.clean = self.script("ROLLBACK").await.is_ok();
    }
}

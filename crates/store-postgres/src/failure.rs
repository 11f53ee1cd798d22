//! From PostgreSQL's errors to the store's. Of an error of the server only its own sentence is shown, never its detail,
//! which quotes values.

use std::error::Error as _;

use cuelight_store::StoreError;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::tls;

/// What goes wrong inside a transaction.
#[derive(Debug)]
pub(crate) enum Failure {
    /// PostgreSQL's or the connection's error.
    Sql(Error),
    /// No answer came in time.
    Silent,
    /// An answer that is an error of the port.
    Store(StoreError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Failure {
    /// The store's error for what happened in the database `place`.
    pub(crate) fn at(self, place: &str) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Sql(error) => named(&error, place),
            Self::Silent => StoreError::Unavailable { what: format!("{place} does not answer") },
        }
    }

    /// A stored value that cannot be what Cuelight wrote.
    pub(crate) fn corrupt(place: &str, what: impl Into<String>) -> Self {
        Self::Store(StoreError::Corrupt { what: what.into(), place: place.to_owned() })
    }

    /// Whether the connection was lost, so that the server may have done what was asked or not.
    pub(crate) fn is_lost(&self) -> bool {
        match self {
            Self::Silent => true,
            Self::Store(_) => false,
            Self::Sql(error) => match error.as_db_error() {
                // With any other error of its own the server says that it did nothing. When it ends in the middle, or
                // is told to end, a commit may have been written already.
                Some(db) => ends_session(db),
                None => true,
            },
        }
    }
}

fn ends_session(error: &DbError) -> bool {
    matches!(error.parsed_severity(), Some(Severity::Fatal | Severity::Panic))
        || matches!(*error.code(), SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN)
}

/// The store's error for an error in the database `place`.
pub(crate) fn named(error: &Error, place: &str) -> StoreError {
    match error.as_db_error() {
        Some(db) => of_server(db, place),
        None if is_settings(error) => StoreError::Settings {
            what: format!("{place}: {}; look at user, password, sslmode and sslrootcert", words(error)),
        },
        None => StoreError::Unavailable { what: format!("{place}: {}", words(error)) },
    }
}

/// Whether the driver did not connect because of what it was told, and not because of the way to the server.
pub(crate) fn is_settings(error: &Error) -> bool {
    // The driver does not show the kind of an error; its first words are that kind's own.
    let words = error.to_string();
    ["authentication error", "invalid configuration"].iter().any(|kind| words.starts_with(kind))
        || tls::is_refused(error)
}

/// An error and its causes, in one line.
pub(crate) fn words(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn of_server(error: &DbError, place: &str) -> StoreError {
    let (code, message) = (error.code().code(), error.message());
    let unavailable = |what: String| StoreError::Unavailable { what: format!("{place}: {what}") };
    let settings = |what: String| StoreError::Settings { what: format!("{place}: {what}") };
    match code {
        "53100" => StoreError::Full { place: place.to_owned() },
        "28P01" | "28000" => settings(format!("{message}; look at user and password, and at pg_hba.conf")),
        "3D000" => settings(format!("{message}; create it, with the encoding UTF8")),
        "42501" => settings(format!(
            "{message}; give the user this right, or name the owner of the schema `cuelight`"
        )),
        "57014" | "55P03" | "40P01" | "40001" => StoreError::Busy { what: format!("{place}: {message}") },
        _ => match code.get(..2) {
            Some("23") => StoreError::Conflict { what: message.to_owned() },
            Some("54") => StoreError::refused(format!("{place} cannot keep this: {message}")),
            Some("XX") => StoreError::Corrupt { what: message.to_owned(), place: place.to_owned() },
            _ => unavailable(message.to_owned()),
        },
    }
}

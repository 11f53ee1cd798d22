//! From SQLite's errors to the store's.

use cuelight_store::StoreError;
use rusqlite::{Error, ErrorCode};

/// What goes wrong inside a transaction: SQLite's error, or an answer that is an error of the port.
#[derive(Debug)]
pub(crate) enum Failure {
    Sql(Error),
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
    /// The store's error for what happened in the file `place`.
    pub(crate) fn at(self, place: &str) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Sql(error) => named(&error, place),
        }
    }

    /// A stored value that cannot be what Cuelight wrote.
    pub(crate) fn corrupt(place: &str, what: impl Into<String>) -> Self {
        Self::Store(StoreError::Corrupt { what: what.into(), place: place.to_owned() })
    }
}

/// The store's error for an error of SQLite in the file `place`.
pub(crate) fn named(error: &Error, place: &str) -> StoreError {
    let what = error.to_string();
    let place = place.to_owned();
    match error {
        Error::SqliteFailure(code, _) => match code.code {
            ErrorCode::DatabaseCorrupt => StoreError::Corrupt { what, place },
            ErrorCode::NotADatabase => StoreError::Corrupt {
                what: "it is not a SQLite database, or its start was overwritten".into(),
                place,
            },
            ErrorCode::DiskFull => StoreError::Full { place },
            ErrorCode::ConstraintViolation => StoreError::Conflict { what },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                StoreError::Busy { what: format!("{place}: {what}") }
            }
            ErrorCode::TooBig => StoreError::refused(format!("{place} cannot keep a value that large")),
            _ => StoreError::Unavailable { what: format!("{place}: {what}") },
        },
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..)
        | Error::Utf8Error(..)
        | Error::QueryReturnedNoRows => StoreError::Corrupt { what, place },
        _ => StoreError::Unavailable { what: format!("{place}: {what}") },
    }
}

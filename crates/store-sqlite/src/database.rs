//! One file: its writer, if it is open for writing, and its readers.

use std::path::PathBuf;

use cuelight_store::StoreError;
use rusqlite::Connection;

use crate::connection::{open_reader, open_writer};
use crate::failure::Failure;
use crate::folder::{make_file, shown};
use crate::migrate::Schema;
use crate::poison::Poison;
use crate::readers::Readers;
use crate::writer::Writer;

/// A file that is open.
pub(crate) struct Database {
    // Dropped before the writer: whoever closes a file last empties its log, and readers cannot.
    readers: Readers,
    writer: Option<Writer>,
    poison: Poison,
    place: String,
}

impl Database {
    /// Opens a file for reading and writing, makes it if need be, and brings its schema up to date.
    pub(crate) fn open(
        path: PathBuf,
        schema: &Schema,
        readers: usize,
        poison: &Poison,
    ) -> Result<Self, StoreError> {
        let place = shown(&path);
        make_file(&path)?;
        let mut conn = open_writer(&path)?;
        schema.migrate(&mut conn, &place)?;
        let writer = Writer::start(conn, poison.clone(), &place)?;
        let readers = Readers::new(path, readers);
        Ok(Self { readers, writer: Some(writer), poison: poison.clone(), place })
    }

    /// Opens a file that is there for reading only.
    pub(crate) fn open_read_only(path: PathBuf, schema: &Schema, readers: usize) -> Result<Self, StoreError> {
        let place = shown(&path);
        if !path.exists() {
            return Err(StoreError::Unavailable {
                what: format!("{place} does not exist; name a data folder"),
            });
        }
        schema.check(&open_reader(&path)?, &place)?;
        let readers = Readers::new(path, readers);
        Ok(Self { readers, writer: None, poison: Poison::default(), place })
    }

    /// The file, for messages.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Runs a query.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.poison.check()?;
        self.readers.run(query).await
    }

    /// Runs a transaction.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer()?.run(work).await
    }

    /// See [`Writer::empty_log`].
    pub(crate) async fn empty_log(&self) -> Result<(), StoreError> {
        self.writer()?.empty_log().await
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        self.writer.as_ref().ok_or_else(|| StoreError::Unavailable {
            what: format!("{} was opened for reading only", self.place),
        })
    }
}

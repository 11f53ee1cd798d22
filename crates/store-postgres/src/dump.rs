//! Everything that is stored of a ledger, for the offline check: one view, read page by page, nothing trusted.

use std::collections::{BTreeSet, VecDeque};
use std::sync::mpsc;

use cuelight_artifact::Digest;
use cuelight_core::ledger::LedgerId;
use cuelight_core::ledger::verify::{
    BlobRow, CheckpointRow, CommandRow, Row as EntryRow, Rows, SavedState, Stored,
};
use cuelight_store::{Content, StoreError};
use tokio::sync::mpsc as asking;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::address::Address;
use crate::database::{Database, Parameter, Purpose, Transaction};
use crate::failure::Failure;
use crate::ledger::ends;
use crate::migrate;
use crate::row::{digest, digest_or_none, unsigned, value};
use crate::sql::{self, Statement};
use crate::store::PostgresOptions;
use crate::{blobs, row};

/// Rows read at once.
const PAGE: i64 = 256;
/// Blobs read at once; they may be large.
const BLOB_PAGE: i64 = 16;

type Answer = Result<Vec<Row>, Failure>;

/// A question to the thread that has the connection.
struct Question {
    statement: &'static Statement,
    parameters: Vec<Box<dyn ToSql + Sync + Send>>,
    answer: mpsc::Sender<Answer>,
}

/// A view of a database at one moment, also while servers work on it. It checks no schema: what it is for is looking
/// at what may be wrong.
///
/// The check reads through iterators that block, and may itself be called from within an asynchronous runtime, where
/// waiting for a future would block the runtime. So the connection has a thread and a runtime of its own, and whoever
/// iterates waits for that thread.
pub struct Dump {
    questions: asking::UnboundedSender<Question>,
    place: String,
}

/// A moment of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The snapshot's name, to be imported by other connections.
    pub snapshot: String,
    /// The schema.
    pub schema: u32,
    /// The server's major version, such as 17.
    pub server: u32,
}

impl Dump {
    /// Opens the view. Blocks.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database cannot be reached or has no schema of Cuelight,
    /// [`StoreError::Settings`] as [`crate::PostgresStore::open`].
    pub fn open(options: &PostgresOptions) -> Result<Self, StoreError> {
        let dump = Self::connect(options)?;
        // The first read fixes the view until the end, and says whether there is anything.
        match dump.ask(&sql::LEDGERS, Vec::new()) {
            Ok(_) => Ok(dump),
            Err(Failure::Sql(error))
                if error.code().is_some_and(|c| c.code() == "42P01" || c.code() == "3F000") =>
            {
                let what = format!("{} has no schema of Cuelight; name another database", dump.place);
                Err(StoreError::Unavailable { what })
            }
            Err(failure) => Err(failure.at(&dump.place)),
        }
    }

    /// Connects, asks nothing and leaves: whether the database lets us in, whatever is in it. Blocks.
    ///
    /// # Errors
    /// As [`Dump::open`], but for the schema.
    pub fn reach(options: &PostgresOptions) -> Result<(), StoreError> {
        Self::connect(options).map(drop)
    }

    fn connect(options: &PostgresOptions) -> Result<Self, StoreError> {
        let address = Address::parse(&options.url)?;
        let (place, patience) = (address.place.clone(), options.patience);
        let (questions, asked) = asking::unbounded_channel();
        let (opened, opening) = mpsc::channel();
        let no_thread =
            |e: std::io::Error| StoreError::Unavailable { what: format!("no thread to read {place}: {e}") };
        let work = async move {
            let begun = async { Database::new(&address, 1, patience)?.begin(Purpose::View).await }.await;
            match begun {
                Ok(tx) => {
                    // The opener waits for this message, so somebody takes it.
                    let _ = opened.send(Ok(()));
                    answer_all(tx, asked).await;
                }
                Err(failure) => {
                    let _ = opened.send(Err(failure.at(&address.place)));
                }
            }
        };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_thread)?;
        let run = move || runtime.block_on(work);
        std::thread::Builder::new().name("postgres-dump".into()).spawn(run).map_err(no_thread)?;
        let gone = || StoreError::Unavailable { what: format!("the reader of {place} has ended") };
        opening.recv().map_err(|_| gone())??;
        Ok(Self { questions, place })
    }

    /// What a program such as `pg_dump` needs to see the same moment, as long as this view is open.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn moment(&self) -> Result<Moment, StoreError> {
        let read = || {
            let rows = self.ask(&sql::MOMENT, Vec::new())?;
            let Some(row) = rows.first() else {
                return Err(Failure::corrupt(&self.place, "the database does not say which moment this is"));
            };
            let small = |index| -> Result<u32, Failure> {
                Ok(u32::try_from(unsigned(row, index, &self.place)?).unwrap_or(u32::MAX))
            };
            Ok(Moment {
                snapshot: value(row, 0, &self.place)?,
                schema: small(1)?,
                server: small(2)? / 10_000,
            })
        };
        read().map_err(|failure: Failure| failure.at(&self.place))
    }

    /// The ledgers there are.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when they cannot be read.
    pub fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError> {
        let read = || ends(&self.ask(&sql::LEDGERS, Vec::new())?, &self.place);
        let found = read().map_err(|failure: Failure| failure.at(&self.place))?;
        Ok(found.into_iter().map(|(id, _)| id).collect())
    }

    /// What is wrong with the tables themselves; nothing if they are sound: guards that are changed or gone, rows that
    /// refer to rows that are not there, heads that are not at the last entry. The server watches over its own files.
    ///
    /// # Errors
    /// When they cannot be read at all.
    pub fn integrity(&self) -> Result<Vec<String>, StoreError> {
        let find = || {
            let rows = self.ask(&sql::OBJECTS, Vec::new())?;
            let objects: BTreeSet<String> =
                rows.iter().map(|row| value(row, 0, &self.place)).collect::<Result<_, Failure>>()?;
            let mut found = migrate::edits(&objects);
            for row in &self.ask(&sql::BROKEN, Vec::new())? {
                found.push(value(row, 0, &self.place)?);
            }
            Ok(found)
        };
        find().map_err(|failure: Failure| failure.at(&self.place))
    }

    /// The same as work for another thread. The connection answers one question at a time, so that this view stays one.
    pub fn inspection(&self) -> impl FnOnce() -> Result<Vec<String>, StoreError> + Send {
        || self.integrity()
    }

    /// What [`cuelight_core::ledger::verify::verify`] needs of one ledger. `format` is that of the saved state to
    /// compare.
    ///
    /// # Errors
    /// When the ledger is not there or cannot be found.
    pub fn stored(&self, ledger: &LedgerId, format: u32) -> Result<Stored<'_>, StoreError> {
        if !self.ledgers()?.contains(ledger) {
            return Err(StoreError::Unavailable { what: format!("{} has no ledger {ledger}", self.place) });
        }
        let name = ledger.to_string();
        let find = || {
            let parameters: Vec<Box<dyn ToSql + Sync + Send>> =
                vec![Box::new(name.clone()), Box::new(i64::from(format)), Box::new(i64::MAX)];
            let rows = self.ask(&sql::SAVED_STATE, parameters)?;
            let state = |row: &Row| {
                Ok(SavedState { seq: unsigned(row, 0, &self.place)?, bytes: value(row, 1, &self.place)? })
            };
            rows.first().map(state).transpose()
        };
        let saved = find().map_err(|failure: Failure| failure.at(&self.place))?;
        Ok(Stored {
            rows: self.rows(name.clone()),
            commands: Some(self.commands(name.clone())),
            checkpoints: self.checkpoints(name.clone()),
            blobs: self.blobs(name),
            saved,
        })
    }

    fn rows(&self, ledger: String) -> Rows<'_, EntryRow> {
        let mut after = 0_i64;
        self.pages(move |dump| {
            let rows = dump
                .ask(&sql::DUMP_ENTRIES, vec![Box::new(ledger.clone()), Box::new(after), Box::new(PAGE)])?;
            if let Some(last) = rows.last() {
                after = value(last, 0, &dump.place)?;
            }
            Ok(rows.iter().map(|row| entry(row, &dump.place)).collect())
        })
    }

    fn commands(&self, ledger: String) -> Rows<'_, CommandRow> {
        let mut after = String::new();
        self.pages(move |dump| {
            let parameters: Vec<Box<dyn ToSql + Sync + Send>> =
                vec![Box::new(ledger.clone()), Box::new(after.clone()), Box::new(PAGE)];
            let rows = dump.ask(&sql::DUMP_COMMANDS, parameters)?;
            if let Some(last) = rows.last() {
                after = value(last, 0, &dump.place)?;
            }
            let command = |row: &Row| {
                let place = &dump.place;
                let (command, first, last) =
                    (value(row, 0, place)?, unsigned(row, 1, place)?, unsigned(row, 2, place)?);
                Ok(CommandRow { command, first, last })
            };
            Ok(rows.iter().map(command).collect())
        })
    }

    fn checkpoints(&self, ledger: String) -> Rows<'_, CheckpointRow> {
        let mut after = i64::MIN;
        self.pages(move |dump| {
            let rows =
                dump.ask(&sql::CHECKPOINTS, vec![Box::new(ledger.clone()), Box::new(after), Box::new(PAGE)])?;
            if let Some(last) = rows.last() {
                after = value(last, 0, &dump.place)?;
            }
            let checkpoint = |row: &Row| {
                Ok(CheckpointRow { size: unsigned(row, 0, &dump.place)?, note: value(row, 1, &dump.place)? })
            };
            Ok(rows.iter().map(checkpoint).collect())
        })
    }

    fn blobs(&self, ledger: String) -> Rows<'_, BlobRow> {
        let mut after: Option<Digest> = None;
        self.pages(move |dump| {
            let from = after.map_or_else(Vec::new, |d| d.as_raw().to_vec());
            let rows = dump
                .ask(&sql::BLOB_LIST, vec![Box::new(ledger.clone()), Box::new(from), Box::new(BLOB_PAGE)])?;
            if let Some(last) = rows.last() {
                after = Some(digest(last, 0, &dump.place)?);
            }
            let blob = |row: &Row| {
                let blob = blobs::stored(row, &dump.place)?;
                let bytes = match blob.content {
                    Content::Present(bytes) => Some(bytes),
                    Content::Erased => None,
                };
                Ok(BlobRow { digest: blob.digest, class: blob.class, bytes })
            };
            Ok(rows.iter().map(blob).collect())
        })
    }

    /// An iterator over what `next` gives until it gives nothing. A page that cannot be read is one error and the end.
    fn pages<'a, T: 'a>(
        &'a self,
        mut next: impl FnMut(&Self) -> Result<Vec<Result<T, Failure>>, Failure> + 'a,
    ) -> Rows<'a, T> {
        let mut waiting = VecDeque::new();
        let mut ended = false;
        let words = |failure: Failure| failure.at(&self.place).to_string();
        Box::new(std::iter::from_fn(move || {
            if waiting.is_empty() && !ended {
                match next(self) {
                    Ok(page) => {
                        ended = page.is_empty();
                        waiting.extend(page.into_iter().map(|row| row.map_err(words)));
                    }
                    Err(failure) => {
                        ended = true;
                        waiting.push_back(Err(words(failure)));
                    }
                }
            }
            waiting.pop_front()
        }))
    }

    /// Asks the thread, and waits.
    fn ask(&self, statement: &'static Statement, parameters: Vec<Box<dyn ToSql + Sync + Send>>) -> Answer {
        let gone = || StoreError::Unavailable { what: format!("the connection to {} has ended", self.place) };
        let (answer, answered) = mpsc::channel();
        self.questions.send(Question { statement, parameters, answer }).map_err(|_| gone())?;
        answered.recv().map_err(|_| gone())?
    }
}

/// Answers until nobody can ask any more.
async fn answer_all(tx: Transaction, mut asked: asking::UnboundedReceiver<Question>) {
    while let Some(question) = asked.recv().await {
        let parameters: Vec<Parameter<'_>> =
            question.parameters.iter().map(|p| -> Parameter<'_> { &**p }).collect();
        let rows = tx.rows(question.statement, &parameters).await;
        // The one who asked waits for the answer.
        let _ = question.answer.send(rows);
    }
    tx.roll_back().await;
}

fn entry(row: &Row, place: &str) -> Result<EntryRow, Failure> {
    Ok(EntryRow {
        seq: row::unsigned(row, 0, place)?,
        at: value(row, 1, place)?,
        command: value(row, 2, place)?,
        kind: value(row, 3, place)?,
        bytes: value(row, 4, place)?,
        leaf: digest_or_none(row, 5, place)?,
    })
}

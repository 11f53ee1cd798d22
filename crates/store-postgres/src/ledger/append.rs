//! An append: one transaction that holds the ledger's row from the first look to the commit.

use cuelight_artifact::Digest;
use cuelight_core::ledger::LedgerId;
use cuelight_store::{Append, Appended, CommandRecord, StoreError};
use futures_util::future;

use crate::database::{Database, Purpose, Transaction};
use crate::failure::Failure;
use crate::ledger::record;
use crate::row::{clamp, digest, value};
use crate::sql;

/// How often an append whose commit got no answer is looked into.
const LOOKS: u32 = 2;

/// A ledger's row, taken until the transaction ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// Its number in this database.
    pub(crate) id: i64,
    /// Its last position.
    pub(crate) head: i64,
}

/// How an attempt failed.
enum Attempt {
    /// Nothing was stored.
    Failed(Failure),
    /// The connection was lost during the commit: all is stored or nothing.
    Unknown(Failure),
}

impl From<Failure> for Attempt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Stores all of `new` or nothing, and knows which.
///
/// A connection that is lost during the commit leaves the outcome unknown. The same append is then tried on another
/// connection: its first step takes the ledger's row, which the lost transaction holds until it has ended one way or the
/// other, and its second looks for the command. So it finds what the lost one stored, or stores it now; never both. The
/// process need not end for it, as it must with SQLite after a failed write to its file: here the files are the server's, and
/// what it says after its own recovery is true.
pub(crate) async fn append(db: &Database, new: &Append) -> Result<Appended, StoreError> {
    let mut lost = match attempt(db, new).await {
        Ok(done) => return Ok(done),
        Err(Attempt::Failed(failure)) => return Err(failure.at(db.place())),
        Err(Attempt::Unknown(failure)) => failure,
    };
    for _ in 0..LOOKS {
        match attempt(db, new).await {
            Ok(Appended::Duplicate(found)) => match is_this(db, new, &found).await {
                Ok(true) => return Ok(Appended::Stored),
                Ok(false) => return Ok(Appended::Duplicate(found)),
                Err(error) => lost = error.into(),
            },
            Ok(done) => return Ok(done),
            Err(Attempt::Failed(failure) | Attempt::Unknown(failure)) => lost = failure,
        }
    }
    let why = lost.at(db.place());
    Err(StoreError::Unavailable {
        what: format!(
            "the connection was lost during a commit, and whether command {} was stored is not known; ask for it \
             again under the same id ({why})",
            new.command
        ),
    })
}

async fn attempt(db: &Database, new: &Append) -> Result<Appended, Attempt> {
    let tx = db.begin(Purpose::Write).await?;
    match write(&tx, new, db.place()).await {
        Ok(Appended::Stored) => match tx.commit().await {
            Ok(()) => Ok(Appended::Stored),
            Err(failure) if failure.is_lost() => Err(Attempt::Unknown(failure)),
            Err(failure) => Err(Attempt::Failed(failure)),
        },
        other => {
            // Nothing was written: the answer stands even if the connection is lost now.
            tx.roll_back().await;
            Ok(other?)
        }
    }
}

/// Whether the command that is stored is this append, byte for byte. Another server may have decided the same command at
/// the same time, and then it is a repeat.
async fn is_this(db: &Database, new: &Append, found: &CommandRecord) -> Result<bool, StoreError> {
    let (first, last) = (clamp(found.first), clamp(found.last));
    let rows = db.read(&sql::LEAVES, &[&new.ledger.to_string(), &first, &last]).await?;
    let stored: Result<Vec<Digest>, Failure> = rows.iter().map(|row| digest(row, 1, db.place())).collect();
    let stored = stored.map_err(|failure| failure.at(db.place()))?;
    Ok(found.fingerprint == Some(new.fingerprint)
        && found.first == new.expected.saturating_add(1)
        && new.entries.iter().map(|e| e.leaf).eq(stored))
}

/// Takes a ledger's row, if it is there.
pub(crate) async fn take(tx: &Transaction, ledger: &str, place: &str) -> Result<Option<Taken>, Failure> {
    taken(&tx.rows(&sql::LOCK_LEDGER, &[&ledger]).await?, place)
}

/// Makes a ledger and takes its row; if another has made it meanwhile, takes that one's.
pub(crate) async fn make(tx: &Transaction, ledger: &str, place: &str) -> Result<Taken, Failure> {
    let made = taken(&tx.rows(&sql::ADD_LEDGER, &[&ledger]).await?, place)?;
    let found = match made {
        Some(made) => Some(made),
        None => take(tx, ledger, place).await?,
    };
    found.ok_or_else(|| Failure::corrupt(place, format!("the row of ledger {ledger} comes and goes")))
}

fn taken(rows: &[tokio_postgres::Row], place: &str) -> Result<Option<Taken>, Failure> {
    let taken = |row| Ok(Taken { id: value(row, 0, place)?, head: value(row, 1, place)? });
    rows.first().map(taken).transpose()
}

/// What the transaction says once it has ended, for those who listen: a hint only.
pub(crate) fn notice(ledger: &LedgerId, head: i64) -> String {
    format!("{ledger} {head}")
}

async fn write(tx: &Transaction, new: &Append, place: &str) -> Result<Appended, Failure> {
    let (name, expected) = (new.ledger.to_string(), clamp(new.expected));
    let id = new.command.as_str();
    // In one flight. The second statement looks after the first has the row, so it sees every command before this one.
    let command: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&name, &id];
    let (row, known) = future::try_join(take(tx, &name, place), tx.rows(&sql::COMMAND, &command)).await?;
    if let Some(known) = known.first() {
        return Ok(Appended::Duplicate(record(known, place)?));
    }
    let ledger = match row {
        Some(row) => row,
        None if expected != 0 => return Ok(Appended::Behind { head: 0 }),
        None => {
            let made = make(tx, &name, place).await?;
            if made.head != 0
                && let Some(known) = tx.rows(&sql::COMMAND, &command).await?.first()
            {
                return Ok(Appended::Duplicate(record(known, place)?));
            }
            made
        }
    };
    if ledger.head != expected {
        return Ok(Appended::Behind { head: ledger.head.unsigned_abs() });
    }
    check_classes(tx, ledger.id, new, place).await?;
    insert(tx, ledger.id, new).await?;
    Ok(Appended::Stored)
}

async fn check_classes(tx: &Transaction, ledger: i64, new: &Append, place: &str) -> Result<(), Failure> {
    if new.blobs.is_empty() {
        return Ok(());
    }
    let digests: Vec<&[u8]> = new.blobs.iter().map(|b| b.digest.as_raw().as_slice()).collect();
    for row in &tx.rows(&sql::BLOB_CLASSES, &[&ledger, &digests]).await? {
        let (stored, class): (Digest, &str) = (digest(row, 0, place)?, value(row, 1, place)?);
        if new.blobs.iter().any(|b| b.digest == stored && b.class.as_str() != class) {
            return Err(StoreError::refused(format!("blob {stored} is stored with another class")).into());
        }
    }
    Ok(())
}

async fn insert(tx: &Transaction, ledger: i64, new: &Append) -> Result<(), Failure> {
    let seqs: Vec<i64> = new.entries.iter().map(|e| clamp(e.seq)).collect();
    let ats: Vec<i64> = new.entries.iter().map(|e| e.at).collect();
    let commands: Vec<&str> = vec![new.command.as_str(); new.entries.len()];
    let kinds: Vec<&str> = new.entries.iter().map(|e| e.kind.as_str()).collect();
    let bytes: Vec<&[u8]> = new.entries.iter().map(|e| e.bytes.as_slice()).collect();
    let leaves: Vec<&[u8]> = new.entries.iter().map(|e| e.leaf.as_raw().as_slice()).collect();
    let last = clamp(new.expected + new.entries.len() as u64);
    let (command, first, lasts) = (vec![new.command.as_str()], vec![clamp(new.expected + 1)], vec![last]);
    let fingerprint = vec![new.fingerprint.as_raw().as_slice()];
    let note = vec![new.checkpoint.as_str()];
    let notice = notice(&new.ledger, last);
    let work = async {
        future::try_join5(
            tx.execute(&sql::ADD_ENTRIES, &[&ledger, &seqs, &ats, &commands, &kinds, &bytes]),
            tx.execute(&sql::ADD_LEAVES, &[&ledger, &seqs, &leaves]),
            tx.execute(&sql::ADD_COMMANDS, &[&ledger, &command, &first, &lasts, &fingerprint]),
            tx.execute(&sql::ADD_CHECKPOINTS, &[&ledger, &lasts, &note]),
            add_blobs(tx, ledger, new),
        )
        .await
    };
    // All in one flight again: the statements are sent in this order, and each fails if one before it did.
    future::try_join3(
        work,
        tx.execute(&sql::MOVE_HEAD, &[&ledger, &last]),
        tx.execute(&sql::NOTIFY, &[&notice]),
    )
    .await?;
    Ok(())
}

async fn add_blobs(tx: &Transaction, ledger: i64, new: &Append) -> Result<(), Failure> {
    if new.blobs.is_empty() {
        return Ok(());
    }
    let digests: Vec<&[u8]> = new.blobs.iter().map(|b| b.digest.as_raw().as_slice()).collect();
    let classes: Vec<&str> = new.blobs.iter().map(|b| b.class.as_str()).collect();
    let bytes: Vec<&[u8]> = new.blobs.iter().map(|b| b.bytes.as_slice()).collect();
    tx.execute(&sql::ADD_BLOBS, &[&ledger, &digests, &classes, &bytes]).await?;
    Ok(())
}

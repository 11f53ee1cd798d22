//! The offline check of a stored ledger: everything is recomputed from the stored bytes, what contradicts is
//! named, and what no such check can see is said.

use std::fmt;
use std::num::NonZeroUsize;

use cuelight_artifact::Digest;
use serde::Serialize;

use super::checkpoint::{Checkpoint, CheckpointError};
use super::note::{Opener, VerifierKey};
use super::{BlobClass, Body, Envelope, Micros, Seq};

mod blobs;
mod checkpoints;
mod commands;
mod crew;
mod entries;
mod look;

/// Most findings that a report lists; the rest are counted in [`Report::more`].
pub const MAX_FINDINGS: usize = 1000;

/// Rows of one kind, in order. An `Err` says why storage could not read a row; it becomes a finding.
pub type Rows<'a, T> = Box<dyn Iterator<Item = Result<T, String>> + 'a>;

/// One stored entry: the columns beside the bytes, and the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Position, from its own column.
    pub seq: Seq,
    /// Time, from its own column.
    pub at: Micros,
    /// Command id, from its own column.
    pub command: String,
    /// Event kind, from its own column.
    pub kind: String,
    /// The bytes that were hashed.
    pub bytes: Vec<u8>,
    /// The leaf hash stored for this position, if any.
    pub leaf: Option<Digest>,
}

/// One stored command record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRow {
    /// The command's id.
    pub command: String,
    /// Its first entry.
    pub first: Seq,
    /// Its last entry.
    pub last: Seq,
}

/// One stored checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointRow {
    /// Tree size, from its own column.
    pub size: u64,
    /// The signed note.
    pub note: String,
}

/// One stored blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRow {
    /// Its name.
    pub digest: Digest,
    /// Its class.
    pub class: BlobClass,
    /// Its bytes; none once erased.
    pub bytes: Option<Vec<u8>>,
}

/// A stored state, to be compared with a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedState {
    /// The last entry it includes.
    pub seq: Seq,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What is stored of one ledger.
pub struct Stored<'a> {
    /// All entries, by `seq`.
    pub rows: Rows<'a, Row>,
    /// All command records in any order; `None` where the source has none, such as an export.
    pub commands: Option<Rows<'a, CommandRow>>,
    /// All checkpoints, by size.
    pub checkpoints: Rows<'a, CheckpointRow>,
    /// All blobs, in any order.
    pub blobs: Rows<'a, BlobRow>,
    /// The newest saved state, if there is one.
    pub saved: Option<SavedState>,
}

/// What the checker knows from elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Expect<'a> {
    /// The origin that every checkpoint must carry.
    pub origin: &'a str,
    /// The key that every checkpoint must be signed with.
    pub key: &'a VerifierKey,
    /// A checkpoint that was kept away from the ledger: a signed note.
    pub external: Option<&'a str>,
}

/// What entries mean, given by whoever knows the events.
pub trait Replay {
    /// What an entry says happened.
    type Event: Send;

    /// Reads an entry's kind and body.
    ///
    /// # Errors
    /// In words, when they cannot be read.
    fn read(kind: &str, body: &Body<'_>) -> Result<Self::Event, String>;

    /// The blobs that an event refers to.
    fn references(event: &Self::Event) -> Vec<(Digest, BlobClass)>;

    /// Folds one event into the state.
    fn apply(&mut self, entry: &Envelope, event: &Self::Event);

    /// The state in the form in which it is saved.
    ///
    /// # Errors
    /// In words, when it cannot be written.
    fn state(&self) -> Result<Vec<u8>, String>;
}

/// What kind of contradiction was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Storage could not read a row.
    Unreadable,
    /// An entry is missing, out of order or stored twice.
    Sequence,
    /// The bytes are no entry.
    NotAnEntry,
    /// A column says something else than the bytes.
    Columns,
    /// The bytes are not the canonical form of the entry.
    NotCanonical,
    /// The stored leaf hash is not the hash of the bytes.
    LeafHash,
    /// An entry was not written after the entries that now stand before it.
    PreviousRoot,
    /// An entry is earlier than the one before it.
    Time,
    /// A command's entries are not adjacent, or its id was used again, or its record does not fit.
    Command,
    /// A checkpoint's signature, origin or form.
    Checkpoint,
    /// A checkpoint was signed over other entries than those stored.
    CheckpointRoot,
    /// Entries that no checkpoint covers.
    Unsigned,
    /// A checkpoint proves entries that are gone.
    Truncated,
    /// A blob that an entry needs is missing, erased against the rules, or of the wrong class.
    BlobMissing,
    /// A blob's bytes are not those its name promises.
    BlobContent,
    /// An entry's event cannot be read by this version.
    Event,
    /// The saved state is not what a replay gives.
    SavedState,
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "unreadable",
            Self::Sequence => "sequence",
            Self::NotAnEntry => "not-an-entry",
            Self::Columns => "columns",
            Self::NotCanonical => "not-canonical",
            Self::LeafHash => "leaf-hash",
            Self::PreviousRoot => "previous-root",
            Self::Time => "time",
            Self::Command => "command",
            Self::Checkpoint => "checkpoint",
            Self::CheckpointRoot => "checkpoint-root",
            Self::Unsigned => "unsigned",
            Self::Truncated => "truncated",
            Self::BlobMissing => "blob-missing",
            Self::BlobContent => "blob-content",
            Self::Event => "event",
            Self::SavedState => "saved-state",
        })
    }
}

/// One contradiction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// The entry concerned: the first that is in doubt because of this.
    pub seq: Option<Seq>,
    /// What contradicts what.
    pub message: String,
}

/// The outcome of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many entries were read.
    pub entries: u64,
    /// Root of the tree over them. Means nothing when there are findings.
    pub root: Digest,
    /// How many entries the newest good checkpoint covers.
    pub signed: u64,
    /// How many checkpoints were read.
    pub checkpoints: u64,
    /// How many blobs were read, erased ones included.
    pub blobs: u64,
    /// How many of them are erased texts.
    pub erased: u64,
    /// What contradicts, in the order found; at most [`MAX_FINDINGS`].
    pub findings: Vec<Finding>,
    /// How many findings more there were.
    pub more: u64,
    /// The first entry in doubt.
    pub first_bad: Option<Seq>,
    /// What this check cannot see, with these inputs.
    pub cannot_detect: Vec<&'static str>,
}

impl Report {
    /// Whether nothing contradicts.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    fn add(&mut self, kind: FindingKind, seq: Option<Seq>, message: String) {
        if let Some(seq) = seq {
            self.first_bad = Some(self.first_bad.map_or(seq, |first| first.min(seq)));
        }
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding { kind, seq, message });
        } else {
            self.more += 1;
        }
    }
}

/// How the work is divided. It changes how long a check takes, and nothing of what it finds.
#[derive(Debug, Clone, Copy)]
pub struct Division {
    /// Threads that work, the caller's included.
    pub threads: NonZeroUsize,
    /// Entries that one of them takes at a time.
    pub entries: NonZeroUsize,
    /// Checkpoints that one of them takes at a time.
    pub checkpoints: NonZeroUsize,
}

/// Few enough to be half a megabyte of entries.
const ENTRIES: NonZeroUsize = NonZeroUsize::new(512).unwrap();
/// Checkpoints are small, and the more of them are looked at together the less each of their signatures costs: with so many
/// it is little more than reading its point.
const CHECKPOINTS: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

impl Division {
    /// Work for this many threads.
    #[must_use]
    pub const fn among(threads: NonZeroUsize) -> Self {
        Self { threads, entries: ENTRIES, checkpoints: CHECKPOINTS }
    }
}

/// Checks one ledger on the caller's thread. Memory grows with the number of commands and blobs, not with the bytes
/// stored.
#[must_use]
pub fn verify<R: Replay>(stored: Stored<'_>, expect: &Expect<'_>, replay: &mut R) -> Report {
    verify_among(stored, expect, replay, Division::among(NonZeroUsize::MIN))
}

/// The same on several threads. What is stored is read, and put in order, on the caller's.
#[must_use]
pub fn verify_among<R: Replay>(
    stored: Stored<'_>,
    expect: &Expect<'_>,
    replay: &mut R,
    division: Division,
) -> Report {
    let opener = Opener::new(expect.key);
    let open = |rows: Vec<_>| checkpoints::open(&rows, expect, &opener);
    let look =
        |rows: Vec<Result<Row, String>>| rows.into_iter().map(|row| Ok(look::look::<R>(&row?))).collect();
    crew::with(division.threads, |crew| {
        let Stored { rows, commands: records, checkpoints, blobs, saved } = stored;
        let mut report = Report {
            entries: 0,
            root: super::tree::empty_root(),
            signed: 0,
            checkpoints: 0,
            blobs: 0,
            erased: 0,
            findings: Vec::new(),
            more: 0,
            first_bad: None,
            cannot_detect: cannot_detect(expect),
        };
        let known = blobs::read(blobs, &mut report);
        let checkpoints = crew.map(checkpoints, division.checkpoints, &open);
        let checkpoints = checkpoints::Checkpoints::new(checkpoints, expect, &mut report);
        let mut check = entries::Check::new(&mut report, known, checkpoints, saved, replay);
        for looked in crew.map(rows, division.entries, &look) {
            check.row(looked);
        }
        let commands = check.finish();
        if let Some(rows) = records {
            commands.compare(rows, &mut report);
        }
        report
    })
}

/// `entry 3` or `entries 3 to 5`.
fn span(first: Seq, last: Seq) -> String {
    if first == last { format!("entry {first}") } else { format!("entries {first} to {last}") }
}

/// A checkpoint of this ledger, from what a note was found to be.
fn of_ledger(found: Result<Checkpoint, CheckpointError>, expect: &Expect<'_>) -> Result<Checkpoint, String> {
    let found = found.map_err(|e| e.to_string())?;
    if found.origin == expect.origin {
        Ok(found)
    } else {
        Err(format!(
            "its origin is `{}`, not `{}`: it belongs to another ledger",
            found.origin, expect.origin
        ))
    }
}

fn cannot_detect(expect: &Expect<'_>) -> Vec<&'static str> {
    let mut list = vec![
        "a ledger rewritten by someone who holds the signing key and every copy of its checkpoints",
        "something that was done but never recorded",
        "whether the clock was right when an entry was written; only that time never went backwards",
        "whether an erased text was erased by someone who may",
    ];
    if expect.external.is_none() {
        list.insert(
            0,
            "the newest entries cut off together with their checkpoints: give a checkpoint kept elsewhere",
        );
    }
    list
}

#[cfg(test)]
mod tests;

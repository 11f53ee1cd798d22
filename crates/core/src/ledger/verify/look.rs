//! What can be said of one entry by itself, whatever stands before it: the part of the check that is done ahead.

use cuelight_artifact::Digest;

use super::{Replay, Row};
use crate::ledger::entry::read;
use crate::ledger::tree::leaf_hash;
use crate::ledger::{BlobClass, Envelope, Seq};

/// An entry that was looked at.
pub(super) struct Looked<E> {
    /// Position, from its own column.
    pub(super) seq: Seq,
    /// The hash stored for this position, if any.
    pub(super) stored: Option<Digest>,
    /// The hash of the bytes.
    pub(super) computed: Digest,
    /// What the bytes say, or why they are no entry.
    pub(super) said: Result<Said<E>, String>,
}

/// What an entry says.
pub(super) struct Said<E> {
    pub(super) envelope: Envelope,
    /// The columns that say something else.
    pub(super) columns: Vec<&'static str>,
    pub(super) canonical: bool,
    /// The blobs that it refers to.
    pub(super) references: Vec<(Digest, BlobClass)>,
    /// What happened, or why it cannot be read.
    pub(super) event: Result<E, String>,
}

/// Looks at one stored entry.
pub(super) fn look<R: Replay>(row: &Row) -> Looked<R::Event> {
    Looked {
        seq: row.seq,
        stored: row.leaf,
        computed: leaf_hash(&row.bytes),
        said: said::<R>(row).map_err(|why| why.to_string()),
    }
}

fn said<R: Replay>(row: &Row) -> Result<Said<R::Event>, serde_json::Error> {
    let (envelope, body) = read::read(&row.bytes)?;
    let columns = [
        ("seq", row.seq == envelope.seq),
        ("at", row.at == envelope.at),
        ("command", row.command == envelope.command.as_str()),
        ("kind", row.kind == envelope.kind),
    ];
    let event = R::read(&envelope.kind, &body);
    Ok(Said {
        columns: columns.into_iter().filter(|(_, same)| !same).map(|(column, _)| column).collect(),
        canonical: read::is_canonical(&row.bytes, &body),
        // What an entry refers to that cannot be read, nobody knows.
        references: event.as_ref().map_or_else(|_| Vec::new(), R::references),
        event,
        envelope,
    })
}

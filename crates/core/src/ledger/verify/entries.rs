//! Entries, in order: numbering, columns, bytes, leaf hashes, previous roots, time, references, replay.

use cuelight_artifact::Digest;

use super::blobs::Blobs;
use super::checkpoints::Checkpoints;
use super::commands::Commands;
use super::{FindingKind, Replay, Report, Row, SavedState, span};
use crate::ledger::tree::{Frontier, leaf_hash};
use crate::ledger::{Entry, Micros, Seq};

/// The walk over the entries.
pub(super) struct Check<'a> {
    report: &'a mut Report,
    blobs: Blobs,
    checkpoints: Checkpoints<'a>,
    commands: Commands,
    saved: Option<SavedState>,
    replay: &'a mut dyn Replay,
    tree: Frontier,
    last: Seq,
    at: Option<Micros>,
    /// Whether the tree so far is what was signed. Once it is not, every later root differs; saying so for each
    /// would bury the first.
    intact: bool,
    replays: bool,
}

impl<'a> Check<'a> {
    pub(super) fn new(
        report: &'a mut Report,
        blobs: Blobs,
        checkpoints: Checkpoints<'a>,
        saved: Option<SavedState>,
        replay: &'a mut dyn Replay,
    ) -> Self {
        let mut check = Self {
            report,
            blobs,
            checkpoints,
            commands: Commands::default(),
            saved,
            replay,
            tree: Frontier::new(),
            last: 0,
            at: None,
            intact: true,
            replays: true,
        };
        check.reached();
        check
    }

    /// Checks the next stored entry.
    pub(super) fn row(&mut self, row: Result<Row, String>) {
        match row {
            Ok(row) => self.readable(&row),
            Err(why) => {
                let seq = self.last + 1;
                self.report.add(
                    FindingKind::Unreadable,
                    Some(seq),
                    format!("entry {seq} cannot be read: {why}"),
                );
                self.last = seq;
                self.report.entries += 1;
                self.intact = false;
                self.replays = false;
            }
        }
    }

    /// Ends the walk.
    pub(super) fn finish(mut self) -> Commands {
        self.checkpoints.finish(self.last, self.report);
        if let Some(saved) = self.saved.take() {
            let message =
                format!("a state is saved for entry {}, but there are only {} entries", saved.seq, self.last);
            self.report.add(FindingKind::SavedState, None, message);
        }
        self.blobs.finish(self.report);
        self.report.root = self.tree.root();
        self.commands
    }

    fn readable(&mut self, row: &Row) {
        let seq = row.seq;
        self.report.entries += 1;
        self.position(seq);
        let leaf = self.leaf(row);
        match Entry::decode(&row.bytes) {
            Ok(entry) => self.entry(row, &entry),
            Err(why) => {
                let message = format!("the bytes of entry {seq} are no ledger entry: {why}");
                self.report.add(FindingKind::NotAnEntry, Some(seq), message);
                self.replays = false;
            }
        }
        self.tree.push(leaf);
        self.last = seq;
        self.reached();
    }

    fn position(&mut self, seq: Seq) {
        let expected = self.last + 1;
        if seq > expected {
            let message = format!("missing: {}", span(expected, seq - 1));
            self.report.add(FindingKind::Sequence, Some(expected), message);
        } else if seq < expected {
            let message = format!("entry {seq} stands after entry {}", self.last);
            self.report.add(FindingKind::Sequence, Some(seq), message);
        }
        if seq != expected {
            self.intact = false;
            self.replays = false;
        }
    }

    /// The leaf to go on with: the stored one, so that a change of bytes alone is told at its own entry and the
    /// entries after it are still checked.
    fn leaf(&mut self, row: &Row) -> Digest {
        let seq = row.seq;
        let computed = leaf_hash(&row.bytes);
        match row.leaf {
            Some(stored) if stored == computed => {}
            Some(_) => {
                let message = format!("entry {seq} and its stored hash disagree: one of the two was changed");
                self.report.add(FindingKind::LeafHash, Some(seq), message);
            }
            None => {
                let message = format!("entry {seq} has no stored hash");
                self.report.add(FindingKind::LeafHash, Some(seq), message);
            }
        }
        row.leaf.unwrap_or(computed)
    }

    fn entry(&mut self, row: &Row, entry: &Entry) {
        let seq = row.seq;
        let columns = [
            ("seq", row.seq == entry.seq),
            ("at", row.at == entry.at),
            ("command", row.command == entry.command.as_str()),
            ("kind", row.kind == entry.kind),
        ];
        for (column, _) in columns.iter().filter(|(_, same)| !same) {
            let message = format!("the column `{column}` of entry {seq} says something else than its bytes");
            self.report.add(FindingKind::Columns, Some(seq), message);
        }
        if !entry.encode().is_ok_and(|bytes| bytes == row.bytes) {
            let message = format!("the bytes of entry {seq} are not in canonical form (RFC 8785)");
            self.report.add(FindingKind::NotCanonical, Some(seq), message);
        }
        self.previous(seq, &entry.prev);
        if let Some(before) = self.at.filter(|before| entry.at < *before) {
            let message = format!("entry {seq} is {} µs earlier than the entry before it", before - entry.at);
            self.report.add(FindingKind::Time, Some(seq), message);
        }
        self.at = Some(entry.at);
        self.commands.entry(seq, entry.command.as_str(), self.report);
        for (digest, class) in self.replay.references(entry) {
            self.blobs.need(seq, digest, class, self.report);
        }
        if self.replays
            && let Err(why) = self.replay.apply(entry)
        {
            let message = format!("the event `{}` of entry {seq} cannot be read: {why}", entry.kind);
            self.report.add(FindingKind::Event, Some(seq), message);
            self.replays = false;
        }
    }

    /// Entry `seq` was written after entries whose root was `prev`.
    fn previous(&mut self, seq: Seq, prev: &Digest) {
        if !self.intact || *prev == self.tree.root() {
            return;
        }
        self.intact = false;
        // The previous roots before this one agreed, so entry `seq - 1` was changed, unless a checkpoint vouches for
        // it: then this entry was put in its place.
        if self.report.signed == self.last {
            let message = format!("entry {seq} was not written after entry {}, which is signed", self.last);
            self.report.add(FindingKind::PreviousRoot, Some(seq), message);
        } else {
            let message = format!(
                "entry {seq} was written after another entry {}: one of the two was changed",
                self.last
            );
            self.report.add(FindingKind::PreviousRoot, Some(self.last), message);
        }
    }

    /// Compares what is known about the tree and the state of this size.
    fn reached(&mut self) {
        let root = self.intact.then(|| self.tree.root());
        self.intact &= self.checkpoints.reach(self.last, root.as_ref(), self.report);
        if let Some(saved) = self.saved.take_if(|s| s.seq <= self.last)
            && self.replays
            && self.report.first_bad.is_none()
        {
            self.compare(&saved);
        }
    }

    fn compare(&mut self, saved: &SavedState) {
        let seq = saved.seq;
        let message = match self.replay.state() {
            Ok(bytes) if bytes == saved.bytes => return,
            Ok(_) => format!("the state saved for entry {seq} is not what its entries give; delete it"),
            Err(why) => format!("the state at entry {seq} cannot be written for comparison: {why}"),
        };
        self.report.add(FindingKind::SavedState, None, message);
    }
}

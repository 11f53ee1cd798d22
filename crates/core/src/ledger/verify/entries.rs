//! Entries, in order: numbering, columns, bytes, leaf hashes, previous roots, time, references, replay.

use cuelight_artifact::Digest;

use super::blobs::Blobs;
use super::checkpoints::{Checkpoints, Opened};
use super::commands::Commands;
use super::look::{Looked, Said};
use super::{FindingKind, Replay, Report, SavedState, span};
use crate::ledger::tree::{Frontier, empty_root};
use crate::ledger::{Micros, Seq};

/// The walk over the entries.
pub(super) struct Check<'a, I: Iterator, R> {
    report: &'a mut Report,
    blobs: Blobs,
    checkpoints: Checkpoints<I>,
    commands: Commands,
    saved: Option<SavedState>,
    replay: &'a mut R,
    tree: Frontier,
    /// Root of the tree so far.
    root: Digest,
    last: Seq,
    at: Option<Micros>,
    /// Whether the tree so far is what was signed. Once it is not, every later root differs; saying so for each
    /// would bury the first.
    intact: bool,
    replays: bool,
}

impl<'a, I, R> Check<'a, I, R>
where
    I: Iterator<Item = Result<Opened, String>>,
    R: Replay,
{
    pub(super) fn new(
        report: &'a mut Report,
        blobs: Blobs,
        checkpoints: Checkpoints<I>,
        saved: Option<SavedState>,
        replay: &'a mut R,
    ) -> Self {
        let mut check = Self {
            report,
            blobs,
            checkpoints,
            commands: Commands::default(),
            saved,
            replay,
            tree: Frontier::new(),
            root: empty_root(),
            last: 0,
            at: None,
            intact: true,
            replays: true,
        };
        check.reached();
        check
    }

    /// Checks the next stored entry.
    pub(super) fn row(&mut self, row: Result<Looked<R::Event>, String>) {
        match row {
            Ok(looked) => self.readable(looked),
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
        self.report.root = self.root;
        self.commands
    }

    fn readable(&mut self, looked: Looked<R::Event>) {
        let Looked { seq, stored, computed, said } = looked;
        self.report.entries += 1;
        self.position(seq);
        self.leaf(seq, stored, &computed);
        match said {
            Ok(said) => self.entry(seq, said),
            Err(why) => {
                let message = format!("the bytes of entry {seq} are no ledger entry: {why}");
                self.report.add(FindingKind::NotAnEntry, Some(seq), message);
                self.replays = false;
            }
        }
        // Going on with the stored hash, a change of bytes alone is told at its own entry and the entries after it are
        // still checked.
        self.tree.push(stored.unwrap_or(computed));
        self.root = self.tree.root();
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

    fn leaf(&mut self, seq: Seq, stored: Option<Digest>, computed: &Digest) {
        let message = match stored {
            Some(stored) if stored == *computed => return,
            Some(_) => format!("entry {seq} and its stored hash disagree: one of the two was changed"),
            None => format!("entry {seq} has no stored hash"),
        };
        self.report.add(FindingKind::LeafHash, Some(seq), message);
    }

    fn entry(&mut self, seq: Seq, said: Said<R::Event>) {
        let Said { envelope, columns, canonical, references, event } = said;
        for column in columns {
            let message = format!("the column `{column}` of entry {seq} says something else than its bytes");
            self.report.add(FindingKind::Columns, Some(seq), message);
        }
        if !canonical {
            let message = format!("the bytes of entry {seq} are not in canonical form (RFC 8785)");
            self.report.add(FindingKind::NotCanonical, Some(seq), message);
        }
        self.previous(seq, &envelope.prev);
        if let Some(before) = self.at.filter(|before| envelope.at < *before) {
            let message =
                format!("entry {seq} is {} µs earlier than the entry before it", before - envelope.at);
            self.report.add(FindingKind::Time, Some(seq), message);
        }
        self.at = Some(envelope.at);
        self.commands.entry(seq, envelope.command.clone(), self.report);
        for (digest, class) in references {
            self.blobs.need(seq, digest, class, self.report);
        }
        match event {
            _ if !self.replays => {}
            Ok(event) => self.replay.apply(&envelope, &event),
            Err(why) => {
                let message = format!("the event `{}` of entry {seq} cannot be read: {why}", envelope.kind);
                self.report.add(FindingKind::Event, Some(seq), message);
                self.replays = false;
            }
        }
    }

    /// Entry `seq` was written after entries whose root was `prev`.
    fn previous(&mut self, seq: Seq, prev: &Digest) {
        if !self.intact || *prev == self.root {
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
        let root = self.intact.then_some(self.root);
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

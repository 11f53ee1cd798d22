//! Checkpoints: signed by the right key for this ledger, over exactly the entries stored, and not over more.

use std::iter::Peekable;

use cuelight_artifact::Digest;

use super::{CheckpointRow, Expect, FindingKind, Report, of_ledger, span};
use crate::ledger::Seq;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::note::Opener;

/// A stored checkpoint that was looked at by itself.
pub(super) struct Opened {
    /// Tree size, from its own column.
    size: u64,
    /// What the note says if its signature, origin and form are right; else why they are not.
    said: Result<Checkpoint, String>,
}

/// Looks at stored checkpoints, whatever stands before them.
pub(super) fn open(
    rows: &[Result<CheckpointRow, String>],
    expect: &Expect<'_>,
    opener: &Opener<'_>,
) -> Vec<Result<Opened, String>> {
    let notes: Vec<&str> = rows.iter().flatten().map(|row| row.note.as_str()).collect();
    let mut said = Checkpoint::open_many(&notes, opener).into_iter();
    let mut opened = Vec::with_capacity(rows.len());
    for row in rows {
        opened.push(match row {
            Ok(row) => match said.next() {
                Some(said) => Ok(Opened { size: row.size, said: of_ledger(said, expect) }),
                // There is one for each.
                None => break,
            },
            Err(why) => Err(why.clone()),
        });
    }
    opened
}

/// Walks the stored checkpoints beside the entries.
pub(super) struct Checkpoints<I: Iterator> {
    rows: Peekable<I>,
    external: Option<Checkpoint>,
    largest: Option<u64>,
}

impl<I: Iterator<Item = Result<Opened, String>>> Checkpoints<I> {
    pub(super) fn new(rows: I, expect: &Expect<'_>, report: &mut Report) -> Self {
        let open = |note| of_ledger(Checkpoint::open(note, expect.key), expect);
        let external = expect.external.and_then(|note| match open(note) {
            Ok(found) => Some(found),
            Err(why) => {
                report.add(
                    FindingKind::Checkpoint,
                    None,
                    format!("the given checkpoint cannot be used: {why}"),
                );
                None
            }
        });
        Self { rows: rows.peekable(), external, largest: None }
    }

    /// Checks every checkpoint of at most `size` entries that was not yet. `root` is the root over the first `size`
    /// entries; none once the entries are known not to be what was signed, so that one fault is told once.
    ///
    /// Returns whether the tree is still what was signed.
    pub(super) fn reach(&mut self, size: u64, root: Option<&Digest>, report: &mut Report) -> bool {
        let mut sound = true;
        while let Some(found) = self.next(Some(size), report) {
            if found.size == size && root.is_some() {
                sound &= judge(&found, root, "the checkpoint", report);
            }
        }
        if self.external.as_ref().is_some_and(|e| e.size == size)
            && let Some(found) = self.external.take()
            && root.is_some()
        {
            sound &= judge(&found, root, "the given checkpoint", report);
        }
        sound
    }

    /// Checks what is left once the entries have ended at `size`.
    pub(super) fn finish(&mut self, size: u64, report: &mut Report) {
        let mut beyond: Option<u64> = None;
        while let Some(found) = self.next(None, report) {
            beyond = beyond.max(Some(found.size));
        }
        if let Some(proven) = beyond {
            let message = format!(
                "a stored checkpoint proves {proven} entries, but only {size} are there: the newest were cut off"
            );
            report.add(FindingKind::Truncated, Some(size + 1), message);
        }
        if let Some(found) = self.external.take().filter(|e| e.size > size) {
            let message = format!(
                "the given checkpoint proves {} entries, but only {size} are there: the newest were cut off, or an \
                 older copy was restored",
                found.size
            );
            report.add(FindingKind::Truncated, Some(size + 1), message);
        }
        let newest = self.largest.unwrap_or(0);
        if newest < size {
            let first = newest + 1;
            let message = format!("no checkpoint covers {}; every append writes one", span(first, size));
            report.add(FindingKind::Unsigned, Some(first), message);
        }
    }

    /// The next checkpoint of at most `limit` entries whose signature, origin and form are right.
    fn next(&mut self, limit: Option<u64>, report: &mut Report) -> Option<Checkpoint> {
        loop {
            let due = |row: &Result<Opened, String>| match (row, limit) {
                (Ok(row), Some(limit)) => row.size <= limit,
                _ => true,
            };
            let Opened { size, said } = match self.rows.next_if(due)? {
                Ok(row) => row,
                Err(why) => {
                    report.add(FindingKind::Unreadable, None, format!("a checkpoint cannot be read: {why}"));
                    continue;
                }
            };
            report.checkpoints += 1;
            let ordered = self.largest.is_none_or(|largest| largest < size);
            self.largest = self.largest.max(Some(size));
            let doubt = doubt(size, report);
            match said {
                Ok(found) if found.size == size && ordered => return Some(found),
                Ok(found) => {
                    let message = format!(
                        "the checkpoint stored for {size} entries is one for {} entries, or stands out of order",
                        found.size
                    );
                    report.add(FindingKind::Checkpoint, Some(doubt), message);
                }
                Err(why) => {
                    let message = format!("the checkpoint for {size} entries: {why}");
                    report.add(FindingKind::Checkpoint, Some(doubt), message);
                }
            }
        }
    }
}

/// The first entry that no good checkpoint vouches for, if a checkpoint of this size is bad.
fn doubt(size: u64, report: &Report) -> Seq {
    if size > report.signed { report.signed + 1 } else { size }
}

fn judge(found: &Checkpoint, root: Option<&Digest>, what: &str, report: &mut Report) -> bool {
    let size = found.size;
    if root == Some(&found.root) {
        report.signed = report.signed.max(size);
        return true;
    }
    // A fault already told in this stretch explains the difference better than its first entry would.
    let first = doubt(size, report);
    let told = report.findings.iter().filter_map(|f| f.seq).filter(|seq| (first..=size).contains(seq)).min();
    let message = if first == size {
        format!("{what} of {size} entries was signed over another entry {size}")
    } else {
        format!("{what} of {size} entries was signed over other entries: one or more of {first} to {size}")
    };
    report.add(FindingKind::CheckpointRoot, Some(told.unwrap_or(first)), message);
    false
}

//! Commands: the entries of one are adjacent, its id is used once, and its record says where they are.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{CommandRow, FindingKind, Report, Rows, span};
use crate::ledger::{CommandId, Seq};

/// Every command seen so far and where its entries are.
#[derive(Default)]
pub(super) struct Commands {
    ranges: HashMap<CommandId, Range>,
    /// How many entries there were.
    entries: u64,
}

struct Range {
    first: Seq,
    last: Seq,
    /// Which of the entries was the newest of it.
    newest: u64,
    /// Told already; its record would only repeat it.
    repeated: bool,
}

impl Commands {
    /// Notes that entry `seq` belongs to `command`.
    pub(super) fn entry(&mut self, seq: Seq, command: CommandId, report: &mut Report) {
        self.entries += 1;
        let newest = self.entries;
        match self.ranges.entry(command) {
            Entry::Vacant(new) => {
                new.insert(Range { first: seq, last: seq, newest, repeated: false });
            }
            Entry::Occupied(mut known) => {
                let range = known.get();
                let adjacent = range.newest + 1 == newest;
                if !adjacent {
                    let message = format!(
                        "entry {seq} belongs to command `{}`, which was used for {} already; a command applies once \
                         and its entries are adjacent",
                        known.key(),
                        span(range.first, range.last)
                    );
                    report.add(FindingKind::Command, Some(seq), message);
                }
                let range = known.get_mut();
                range.newest = newest;
                if adjacent {
                    range.last = seq;
                } else {
                    range.repeated = true;
                }
            }
        }
    }

    /// Compares with the stored command records.
    pub(super) fn compare(mut self, rows: Rows<'_, CommandRow>, report: &mut Report) {
        // Where entries are in doubt already, records that do not fit them put no further entry in doubt.
        let sound = report.first_bad.is_none();
        for row in rows {
            let CommandRow { command, first, last } = match row {
                Ok(row) => row,
                Err(why) => {
                    let message = format!("a command record cannot be read: {why}");
                    report.add(FindingKind::Unreadable, None, message);
                    continue;
                }
            };
            match self.ranges.remove(command.as_str()) {
                Some(range) if range.repeated || (range.first, range.last) == (first, last) => {}
                Some(range) => {
                    let message = format!(
                        "the record of command `{command}` says {}; it has {}",
                        span(first, last),
                        span(range.first, range.last)
                    );
                    report.add(FindingKind::Command, sound.then_some(range.first), message);
                }
                None => {
                    let message = format!(
                        "there is a record of command `{command}` for {}, which no entry names",
                        span(first, last)
                    );
                    report.add(FindingKind::Command, sound.then_some(first), message);
                }
            }
        }
        let mut rest: Vec<_> =
            self.ranges.into_iter().map(|(command, range)| (range.first, command)).collect();
        rest.sort();
        for (first, command) in rest {
            let message =
                format!("the record of command `{command}` (entry {first}) is gone, so it could apply again");
            report.add(FindingKind::Command, sound.then_some(first), message);
        }
    }
}

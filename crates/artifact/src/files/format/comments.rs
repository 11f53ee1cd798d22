//! Which comment is about what: comments and empty lines of a file, attached to its keys and items.

use std::collections::HashMap;
use std::ops::Range;

use crate::files::tree::{Data, Node, Style};
use crate::files::yaml::{Comment, Document};
use crate::text::saturated;

/// What stands around the keys and items of a file. Parts (keys and items of indented lists and mappings) are
/// numbered in the order of the file, each before the parts within it.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Comments above a part; an empty text is an empty line.
    pub(super) above: HashMap<usize, Vec<String>>,
    /// The comment on the line of a part.
    pub(super) beside: HashMap<usize, String>,
    /// Comments that end a list or mapping, by the number of its first part.
    pub(super) foot: HashMap<usize, Vec<String>>,
}

/// Where a part stands.
struct Slot {
    line: u32,
    column: u32,
    last_line: u32,
    /// The lists and mappings it is in, from the outermost: column and number of the first part.
    around: Vec<(u32, usize)>,
}

/// The header of the file (comments before its first key, with the empty line after them) and the notes; or the
/// line of a comment that has no place.
pub(super) fn attach(document: &Document, source: &str) -> Result<(String, Notes), u32> {
    let mut finder = Finder { lines: source.split('\n').collect(), slots: Vec::new(), brackets: Vec::new() };
    finder.visit(&document.root, &[], 0);
    let Finder { lines, slots, brackets } = finder;
    let place = Places { lines, slots };
    let enclosed = |c: &&Comment| {
        let before = brackets.partition_point(|r| r.start < c.range.start);
        brackets[..before].last().is_some_and(|r| c.range.end < r.end)
    };
    if let Some(comment) = document.comments.iter().find(enclosed) {
        return Err(comment.at.line);
    }
    let first_line = place.slots.first().map_or(document.root.at.line, |s| s.line);
    let before = document.comments.iter().take_while(|c| c.at.line < first_line).count();
    let (above, rest) = document.comments.split_at(place.header(&document.comments[..before], first_line));
    let mut header = String::new();
    for comment in above {
        if !header.is_empty() && place.blank_above(comment.at.line) {
            header.push('\n');
        }
        header.push_str(&comment.text);
        header.push('\n');
    }
    let next_line = rest.first().map_or(first_line, |c| c.at.line.min(first_line));
    if !above.is_empty() && place.blank_above(next_line) {
        header.push('\n');
    }
    let mut notes = Notes::default();
    for comment in rest {
        place.attach(comment, &mut notes)?;
    }
    for (number, slot) in place.slots.iter().enumerate() {
        // Only the outermost part that begins on a line has the empty line above it.
        let outermost = number == 0 || place.slots[number - 1].line != slot.line;
        if outermost && place.blank_above(slot.line) {
            notes.above.entry(number).or_default().push(String::new());
        }
    }
    Ok((header, notes))
}

struct Places<'s> {
    lines: Vec<&'s str>,
    slots: Vec<Slot>,
}

impl Places<'_> {
    fn blank_above(&self, line: u32) -> bool {
        line >= 2 && self.lines.get(line as usize - 2).is_some_and(|l| l.trim().is_empty())
    }

    /// How many of the comments above the first key form the header: those before the last empty line, and those
    /// up to a line for the editor's language server.
    fn header(&self, comments: &[Comment], first_line: u32) -> usize {
        let last_blank = (2..=first_line).rev().find(|n| self.blank_above(*n)).unwrap_or(0);
        let detached = comments.iter().filter(|c| c.at.line < last_blank).count();
        let modeline = comments.iter().position(|c| c.text.starts_with("# yaml-language-server:"));
        detached.max(modeline.map_or(0, |i| i + 1))
    }

    fn attach(&self, comment: &Comment, notes: &mut Notes) -> Result<(), u32> {
        let line = comment.at.line;
        let after = self.slots.partition_point(|s| s.line <= line);
        let previous = after.checked_sub(1);
        let own_line = self.on_own_line(comment);
        if !own_line
            && let Some(number) = previous
            && (self.slots[number].line == line || self.slots[number].last_line == line)
        {
            let taken = notes.beside.insert(number, comment.text.clone());
            return if taken.is_none() { Ok(()) } else { Err(line) };
        }
        let next = self.slots.get(after);
        // A comment indented deeper than what follows it ends the list or mapping before.
        let least = next.map_or(0, |n| n.column);
        let ended = previous.filter(|_| own_line).and_then(|number| {
            let around = self.slots[number].around.iter().rev();
            around.copied().find(|(column, _)| *column > least && *column <= comment.at.column)
        });
        let target = match (ended, next) {
            (Some((_, first)), _) => notes.foot.entry(first).or_default(),
            (None, Some(_)) => notes.above.entry(after).or_default(),
            // At the end of the file, left of everything: it ends the outermost list or mapping.
            (None, None) if !self.slots.is_empty() => notes.foot.entry(0).or_default(),
            (None, None) => return Err(line),
        };
        if self.blank_above(line) {
            target.push(String::new());
        }
        target.push(comment.text.clone());
        Ok(())
    }

    fn on_own_line(&self, comment: &Comment) -> bool {
        let line = self.lines.get(comment.at.line as usize - 1).copied().unwrap_or_default();
        line.trim_start().starts_with('#')
    }
}

struct Finder<'s> {
    lines: Vec<&'s str>,
    slots: Vec<Slot>,
    /// Extents of outermost `[…]` and `{…}`.
    brackets: Vec<Range<usize>>,
}

impl Finder<'_> {
    /// `dashes` is how many dashes on the node's first line belong to items around it.
    fn visit(&mut self, node: &Node, around: &[(u32, usize)], dashes: usize) {
        match &node.data {
            Data::Map(_) | Data::List(_) if node.style == Style::Flow => {
                self.brackets.push(node.range.clone());
            }
            Data::Map(entries) => {
                let Some(first) = entries.first() else { return };
                let around = [around, &[(first.key_at.column, self.slots.len())]].concat();
                for entry in entries {
                    let (at, last_line) = (entry.key_at, last_line(&entry.node));
                    self.slots.push(Slot {
                        line: at.line,
                        column: at.column,
                        last_line,
                        around: around.clone(),
                    });
                    self.visit(&entry.node, &around, 0);
                }
            }
            Data::List(items) => {
                let number = self.slots.len();
                let Some(column) = items.first().map(|item| self.dash(item, dashes).1) else { return };
                let around = [around, &[(column, number)]].concat();
                for (i, item) in items.iter().enumerate() {
                    let used = if i == 0 { dashes } else { 0 };
                    let last_line = last_line(item);
                    let (line, column) = self.dash(item, used);
                    self.slots.push(Slot { line, column, last_line, around: around.clone() });
                    self.visit(item, &around, used + 1);
                }
            }
            _ => {}
        }
    }

    /// Where an item's dash is: before the item on its line, or else somewhere above. A block of text begins below
    /// its header, which stands beside the dash.
    fn dash(&self, item: &Node, used: usize) -> (u32, u32) {
        let mut number = item.at.line;
        if matches!(item.style, Style::Literal | Style::Folded) {
            number = number.saturating_sub(1).max(1);
            while number > 1 && self.line(number).trim().is_empty() {
                number -= 1;
            }
        }
        let dashes = self.line(number).bytes().enumerate().take_while(|(_, b)| matches!(b, b' ' | b'-'));
        let columns = dashes.filter(|(_, b)| *b == b'-').map(|(i, _)| saturated(i + 1));
        let column = columns.take_while(|c| number < item.at.line || *c < item.at.column).nth(used);
        (number, column.unwrap_or(item.at.column.saturating_sub(2).max(1)))
    }

    fn line(&self, number: u32) -> &str {
        self.lines.get(number as usize - 1).copied().unwrap_or_default()
    }
}

/// The last line of a value after which a comment may stand. Indented lists and mappings have parts of their own,
/// and blocks of text take everything after them as text.
fn last_line(node: &Node) -> u32 {
    match node.style {
        Style::Plain | Style::Quoted | Style::Flow => node.last_line,
        Style::Literal | Style::Folded | Style::Block => 0,
    }
}

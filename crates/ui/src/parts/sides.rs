//! Two texts, word by word: side by side in one grid, so that both sides stay level, or in one line of reading.

use cuelight_artifact::diff::{WordOp, WordSpan};
use maud::{Markup, html};

use super::text;
use crate::words::t;

/// Lines that are the same and stand further than this from a change are folded.
const AROUND: usize = 3;

/// Which lines are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// Those that changed, and a few around.
    Changed,
    /// All.
    All,
}

type Line = Vec<(WordOp, String)>;

/// One row of the grid: the older line, the newer line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    old: Option<Line>,
    new: Option<Line>,
}

impl Row {
    fn same(&self) -> bool {
        let plain =
            |line: &Option<Line>| line.as_ref().is_some_and(|l| l.iter().all(|(op, _)| *op == WordOp::Equal));
        plain(&self.old) && plain(&self.new)
    }
}

/// Side by side, line by line, under the names of both sides.
#[must_use]
pub fn side_by_side(spans: &[WordSpan], names: (&str, &str), lines: Lines) -> Markup {
    html! {
        div class="diff" {
            div class="cap a" { (names.0) }
            div class="cap b" { (names.1) }
            @for piece in folded(rows(spans), lines) {
                @match piece {
                    Piece::Row(row) => {
                        @let class = if row.same() { "" } else { " ch" };
                        div class={ "a" (class) } { (side(row.old.as_ref())) }
                        div class={ "b" (class) } { (side(row.new.as_ref())) }
                    }
                    Piece::Fold(count) => {
                        div class="fold" { (t!("common-same-lines", count = count)) }
                    }
                }
            }
        }
    }
}

/// As one text: what went and what came, where it stands.
#[must_use]
pub fn inline(spans: &[WordSpan]) -> Markup {
    let line: Line = spans.iter().map(|s| (s.op, s.text.clone())).collect();
    html! { div class="diff-inline" data-user { @for (op, text) in gathered(&line) { (word(op, &text)) } } }
}

/// Words that went and words that came in turn, with nothing but spaces between, as one that went and one that came:
/// two sentences are read one after the other, and not word by word in each other.
fn gathered(line: &[(WordOp, String)]) -> Line {
    let mut out = Line::new();
    let (mut went, mut came) = (String::new(), String::new());
    for (i, (op, text)) in line.iter().enumerate() {
        let inside = !(went.is_empty() && came.is_empty())
            && text.chars().all(|c| c == ' ')
            && line.get(i + 1).is_some_and(|(next, _)| *next != WordOp::Equal);
        match op {
            WordOp::Delete => went.push_str(text),
            WordOp::Insert => came.push_str(text),
            WordOp::Equal if inside => {
                // A space is part of each side that goes on.
                went.push_str(text);
                came.push_str(text);
            }
            WordOp::Equal => {
                flush(&mut out, &mut went, &mut came);
                out.push((WordOp::Equal, text.clone()));
            }
        }
    }
    flush(&mut out, &mut went, &mut came);
    out
}

fn flush(out: &mut Line, went: &mut String, came: &mut String) {
    // What is left of a side that has nothing but the spaces between the other's words says nothing.
    let blank = |text: &str| text.chars().all(|c| c == ' ');
    let one_sided = blank(went) != blank(came);
    for (op, text) in [(WordOp::Delete, std::mem::take(went)), (WordOp::Insert, std::mem::take(came))] {
        if !(text.is_empty() || one_sided && blank(&text)) {
            out.push((op, text));
        }
    }
}

fn side(line: Option<&Line>) -> Markup {
    let whole = line.map(|l| joined(l)).unwrap_or_default();
    html! { @for (op, text) in &whole { (word(*op, text)) } }
}

/// A space between two changed words is read as changed with them: one mark in place of many.
fn joined(line: &[(WordOp, String)]) -> Line {
    let mut out = Line::new();
    for (i, (op, text)) in line.iter().enumerate() {
        let around = [i.checked_sub(1).and_then(|b| line.get(b)), line.get(i + 1)];
        let between = around.into_iter().all(|n| n.is_some_and(|(op, _)| *op != WordOp::Equal));
        let blank = *op == WordOp::Equal && text.trim().is_empty() && between;
        let op = if blank { out.last().map_or(*op, |(last, _)| *last) } else { *op };
        match out.last_mut() {
            Some(last) if last.0 == op => last.1.push_str(text),
            _ => out.push((op, text.clone())),
        }
    }
    out
}

fn word(op: WordOp, said: &str) -> Markup {
    html! {
        @match op {
            WordOp::Equal => (text::shown(said)),
            WordOp::Delete => del { (text::shown(said)) },
            WordOp::Insert => ins { (text::shown(said)) },
        }
    }
}

/// Lines of both sides in pairs. A line break that both sides have brings them level again.
fn rows(spans: &[WordSpan]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut old: Vec<Line> = vec![Line::new()];
    let mut new: Vec<Line> = vec![Line::new()];
    for span in spans {
        for (i, part) in span.text.split('\n').enumerate() {
            if i > 0 {
                match span.op {
                    WordOp::Delete => old.push(Line::new()),
                    WordOp::Insert => new.push(Line::new()),
                    WordOp::Equal => level(&mut old, &mut new, &mut rows),
                }
            }
            let piece = (span.op, part.to_owned());
            if span.op != WordOp::Insert && !part.is_empty() {
                old.last_mut().into_iter().for_each(|line| line.push(piece.clone()));
            }
            if span.op != WordOp::Delete && !part.is_empty() {
                new.last_mut().into_iter().for_each(|line| line.push(piece.clone()));
            }
        }
    }
    level(&mut old, &mut new, &mut rows);
    rows
}

fn level(old: &mut Vec<Line>, new: &mut Vec<Line>, rows: &mut Vec<Row>) {
    let (a, b) = (std::mem::replace(old, vec![Line::new()]), std::mem::replace(new, vec![Line::new()]));
    let count = a.len().max(b.len());
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    rows.extend((0..count).map(|_| Row { old: a.next(), new: b.next() }));
}

enum Piece {
    Row(Row),
    Fold(usize),
}

/// Folds long stretches where nothing changed.
fn folded(rows: Vec<Row>, lines: Lines) -> Vec<Piece> {
    if lines == Lines::All {
        return rows.into_iter().map(Piece::Row).collect();
    }
    let changed: Vec<usize> = rows.iter().enumerate().filter(|(_, r)| !r.same()).map(|(i, _)| i).collect();
    let near = |i: usize| {
        let next = changed.partition_point(|c| *c + AROUND < i);
        changed.get(next).is_some_and(|c| *c <= i + AROUND)
    };
    let mut pieces = Vec::new();
    let mut hidden: Vec<Row> = Vec::new();
    for (i, row) in rows.into_iter().enumerate() {
        if near(i) {
            fold(&mut hidden, &mut pieces);
            pieces.push(Piece::Row(row));
        } else {
            hidden.push(row);
        }
    }
    fold(&mut hidden, &mut pieces);
    pieces
}

/// A fold of one line would save nothing.
fn fold(hidden: &mut Vec<Row>, pieces: &mut Vec<Piece>) {
    let rows = std::mem::take(hidden);
    if rows.len() > 1 {
        pieces.push(Piece::Fold(rows.len()));
    } else {
        pieces.extend(rows.into_iter().map(Piece::Row));
    }
}

#[cfg(test)]
mod tests;

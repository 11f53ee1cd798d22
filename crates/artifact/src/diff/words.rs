//! Word by word: what was deleted from a text and what was inserted, for people to read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use similar::{Algorithm, ChangeTag, DiffOp, DiffTag, DiffableStr, capture_diff_slices};

/// Above this many pairs of tokens, lines are compared first and words only within changed lines. A clock would make
/// the outcome depend on the machine.
const MAX_PAIRS: usize = 4_000_000;

/// What happened to a stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WordOp {
    /// In both texts.
    Equal,
    /// Only in the old text.
    Delete,
    /// Only in the new text.
    Insert,
}

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WordSpan {
    /// What happened to it.
    pub op: WordOp,
    /// The text, with its white space.
    pub text: String,
}

/// The two texts as one sequence of spans, no two neighbours alike. `Equal` and `Delete` together are `old`,
/// `Equal` and `Insert` together are `new`, to the byte. Words are those of Unicode (UAX 29).
#[must_use]
pub fn words(old: &str, new: &str) -> Vec<WordSpan> {
    let mut spans = Spans(Vec::new());
    by_word(old, new, &mut spans, Fallback::Lines);
    spans.0
}

/// What to do with texts too long for a comparison word by word.
#[derive(Clone, Copy)]
enum Fallback {
    Lines,
    Whole,
}

struct Spans(Vec<WordSpan>);

impl Spans {
    fn push(&mut self, op: WordOp, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.op == op => last.text.push_str(text),
            _ => self.0.push(WordSpan { op, text: text.to_owned() }),
        }
    }
}

fn by_word(old: &str, new: &str, spans: &mut Spans, fallback: Fallback) {
    let (old, new) = (old.tokenize_unicode_words(), new.tokenize_unicode_words());
    around(&old, &new, spans, |old, new, spans| {
        if old.len().saturating_mul(new.len()) <= MAX_PAIRS {
            for op in capture_diff_slices(Algorithm::Myers, old, new) {
                emit(&op, old, new, spans);
            }
            return;
        }
        match fallback {
            Fallback::Lines => by_line(&old.concat(), &new.concat(), spans),
            Fallback::Whole => {
                spans.push(WordOp::Delete, &old.concat());
                spans.push(WordOp::Insert, &new.concat());
            }
        }
    });
}

fn by_line(old: &str, new: &str, spans: &mut Spans) {
    let (old, new) = (old.tokenize_lines(), new.tokenize_lines());
    around(&old, &new, spans, |old, new, spans| {
        if old.len().saturating_mul(new.len()) > MAX_PAIRS {
            return by_word(&old.concat(), &new.concat(), spans, Fallback::Whole);
        }
        for op in capture_diff_slices(Algorithm::Myers, old, new) {
            if op.tag() == DiffTag::Replace {
                by_word(&old[op.old_range()].concat(), &new[op.new_range()].concat(), spans, Fallback::Whole);
            } else {
                emit(&op, old, new, spans);
            }
        }
    });
}

/// Sets aside the beginning and the end that both have, and hands the middle to `middle`.
fn around(old: &[&str], new: &[&str], spans: &mut Spans, middle: impl FnOnce(&[&str], &[&str], &mut Spans)) {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    spans.push(WordOp::Equal, &old[..head].concat());
    middle(&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail], spans);
    spans.push(WordOp::Equal, &old_rest[old_rest.len() - tail..].concat());
}

fn emit(op: &DiffOp, old: &[&str], new: &[&str], spans: &mut Spans) {
    for (tag, text) in op.iter_slices(old, new) {
        let op = match tag {
            ChangeTag::Equal => WordOp::Equal,
            ChangeTag::Delete => WordOp::Delete,
            ChangeTag::Insert => WordOp::Insert,
        };
        spans.push(op, &text.concat());
    }
}

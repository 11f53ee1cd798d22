//! Small helpers to report findings in one way.

use super::tree::Position;
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::Rule;

/// An error at a place.
pub(crate) fn error(rule: &'static Rule, message: String, at: Position) -> Diagnostic {
    Diagnostic::error(rule, message).at(at.line, at.column)
}

/// The finding with its rule's general fix, if it has none of its own.
pub(crate) fn with_fix(mut found: Diagnostic, rule: &'static Rule) -> Diagnostic {
    found.fix.get_or_insert_with(|| rule.fix.to_owned());
    found
}

/// Longest message, in characters.
const MAX_MESSAGE: usize = 400;

/// Makes findings fit to be shown: sorted by file and place, of bounded length, and without characters that could
/// hide or rearrange what a terminal or page shows.
pub(crate) fn finish(found: &mut [Diagnostic]) {
    for one in &mut *found {
        one.message = shown(&one.message);
        for part in [&mut one.file, &mut one.artifact, &mut one.path, &mut one.fix].into_iter().flatten() {
            *part = shown(part);
        }
    }
    found.sort_by(|a, b| {
        (&a.file, a.line, a.column, a.severity, &a.rule)
            .cmp(&(&b.file, b.line, b.column, b.severity, &b.rule))
    });
}

fn shown(text: &str) -> String {
    let plain = text.len() <= MAX_MESSAGE && text.chars().all(|c| (' '..='~').contains(&c));
    if plain { text.to_owned() } else { cut(text) }
}

fn cut(text: &str) -> String {
    let mut out = String::new();
    let hidden = crate::text::hidden_in(text);
    for (i, c) in text.chars().enumerate() {
        if i >= MAX_MESSAGE {
            out.push('…');
            break;
        }
        if c.is_control() || hidden.contains(&c) {
            out.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a finding stops publishing.
pub(crate) fn is_error(found: &Diagnostic) -> bool {
    found.severity == Severity::Error
}

/// The word of `known` that `word` was probably meant to be.
pub(crate) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let tolerance = if word.chars().count() <= 4 { 1 } else { 2 };
    known
        .map(|k| (distance(word, k), k))
        .filter(|(d, k)| *d <= tolerance && *d < k.chars().count())
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k)
}

/// Edits from `a` to `b`: insertions, deletions, replacements, swaps of neighbours (optimal string alignment).
/// Words longer than 40 characters are never close.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(41).collect(), b.chars().take(41).collect());
    if a.len() > 40 || b.len() > 40 {
        return usize::MAX;
    }
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

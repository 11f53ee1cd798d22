//! Text hygiene: one normal form, and a scan for what must not or should not stand in a text.

mod hidden;
mod script;
mod secret;

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::diagnostic::Diagnostic;
use crate::rules::file::{HIDDEN_CHARACTER, MIXED_SCRIPT, SECRET};

/// At most this many findings of one rule are reported for one text; the last one says how many more there are.
pub const MAX_FINDINGS: usize = 20;

/// The text with LF line ends: CR LF becomes LF, with every CR right before it, so that the result has none. A CR
/// elsewhere stays, and [`scan`] reports it.
#[must_use]
pub fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if !text.contains("\r\n") {
        return Cow::Borrowed(text);
    }
    let mut lines = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(line) => {
                lines.push_str(line.trim_end_matches('\r'));
                lines.push('\n');
            }
            None => lines.push_str(line),
        }
    }
    Cow::Owned(lines)
}

/// The text in Unicode normalisation form C with LF line ends: the form artifacts hold.
#[must_use]
pub fn normal(text: &str) -> Cow<'_, str> {
    let lines = with_line_feeds(text);
    if is_nfc_quick(lines.chars()) == IsNormalized::Yes {
        return lines;
    }
    Cow::Owned(lines.nfc().collect())
}

/// What stands in `text` that must not (hidden characters, secrets: errors) or should not (words of mixed script:
/// warnings). Findings have line and column, both from 1, in the order of rule and place.
#[must_use]
pub fn scan(text: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    collect(&mut found, hidden::find(text), |h| {
        Diagnostic::error(
            &HIDDEN_CHARACTER,
            format!("hidden character {}: {}", code_point(h.character), h.name),
        )
        .at(h.line, h.column)
        .fix(HIDDEN_CHARACTER.fix)
    });
    collect(&mut found, secret::find(text).into_iter(), |s| {
        let (line, column) = line_and_column(text, s.range.start);
        let shown = secret::masked(&text[s.range]);
        Diagnostic::error(&SECRET, format!("this looks like {}: {shown}", s.what))
            .at(line, column)
            .fix(SECRET.fix)
    });
    collect(&mut found, script::find(text), |(range, suspect)| {
        let (line, column) = line_and_column(text, range.start);
        let (word, suspect) = (&text[range], crate::name::describe(suspect));
        Diagnostic::warning(&MIXED_SCRIPT, format!("`{word}` mixes scripts; look at {suspect}"))
            .at(line, column)
            .fix(MIXED_SCRIPT.fix)
    });
    found
}

/// The refused hidden characters of `text`, of which there may be many.
pub(crate) fn hidden_in(text: &str) -> std::collections::BTreeSet<char> {
    hidden::find(text).map(|h| h.character).collect()
}

/// `U+200B`.
fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Line and column (in characters) of a byte offset, both from 1.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    (saturated(line), saturated(before[start..].chars().count() + 1))
}

pub(crate) fn saturated(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Reports findings up to [`MAX_FINDINGS`]; counts the rest into the last one's message.
fn collect<T>(into: &mut Vec<Diagnostic>, found: impl Iterator<Item = T>, report: impl Fn(T) -> Diagnostic) {
    let mut found = found.fuse();
    into.extend(found.by_ref().take(MAX_FINDINGS).map(report));
    let more = found.count();
    if more > 0
        && let Some(last) = into.last_mut()
    {
        last.message = format!("{} (and {more} more after it)", last.message);
    }
}

#[cfg(test)]
mod tests;

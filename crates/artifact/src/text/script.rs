//! Words that mix scripts with letters that look alike (UTS 39).

use std::ops::Range;

use unicode_security::MixedScript;
use unicode_security::mixed_script::is_potential_mixed_script_confusable_char;

/// Every such word, with a letter of it that can be taken for another one.
pub(super) fn find(text: &str) -> impl Iterator<Item = (Range<usize>, char)> + '_ {
    words(text).filter_map(|range| {
        let word = &text[range.clone()];
        if word.is_ascii() || word.is_single_script() {
            return None;
        }
        let suspects = || word.chars().filter(|c| is_potential_mixed_script_confusable_char(*c));
        let suspect = suspects().find(|c| !c.is_ascii()).or_else(|| suspects().next())?;
        Some((range, suspect))
    })
}

/// Runs of letters and digits.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, _) = rest.find(|(_, c)| c.is_alphanumeric())?;
        let mut end = text.len();
        while let Some((i, c)) = rest.peek().copied() {
            if !c.is_alphanumeric() && !unicode_normalization::char::is_combining_mark(c) {
                end = i;
                break;
            }
            rest.next();
        }
        Some(start..end)
    })
}

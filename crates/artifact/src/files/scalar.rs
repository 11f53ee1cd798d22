//! Texts as YAML scalars: plain where every YAML parser reads the same text, else quoted or as a literal block.

use std::fmt::Write as _;

use super::tree::is_json_number;

/// The text on one line: plain if that is safe, else in double quotes.
pub(crate) fn one_line(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// The text as a literal block: header and content lines. None when the text has one line, or a form that blocks
/// do not carry (leading blanks, several final line ends, control characters).
pub(crate) fn literal(text: &str) -> Option<Vec<String>> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let blocked = !text.contains('\n')
        || body.is_empty()
        || body.ends_with('\n')
        || body.starts_with([' ', '\t', '\n'])
        || body.split('\n').any(|line| !line.is_empty() && line.trim().is_empty())
        || text.chars().any(|c| c != '\n' && needs_escape(c));
    if blocked {
        return None;
    }
    let header = if text.ends_with('\n') { "|" } else { "|-" };
    Some(std::iter::once(header).chain(body.split('\n')).map(str::to_owned).collect())
}

/// Whether every YAML parser, of 1.1 or 1.2, reads the bare text as this very text.
fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let bad_start = first.is_ascii_punctuation()
        && !matches!(first, '_' | '/' | '(' | '$' | ';' | '+' | '^' | '~' | '<' | '.');
    !bad_start
        && !text.starts_with(' ')
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        // Within brackets these would end the text; quoting them everywhere keeps flow and block alike.
        && !text.contains([',', '[', ']', '{', '}'])
        && !text.chars().any(|c| c == '\t' || needs_escape(c))
        && !resolves(text)
}

/// Whether some parser takes the bare text for something other than a text: nothing, a truth value, a number, a
/// date, a time, a merge key.
fn resolves(text: &str) -> bool {
    const WORDS: &[&str] =
        &["null", "~", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan", "<<", "="];
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.trim_start_matches(['+', '-']);
    WORDS.contains(&unsigned)
        || is_json_number(text)
        // Numbers of other notations, dates and times all start like this and hold nothing else.
        || unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && unsigned.bytes().all(|b| b.is_ascii_hexdigit() || b"._:-+xotz".contains(&b))
            && unsigned.matches('.').count() <= 1
}

/// Characters that stand in quotes only, as escapes.
fn needs_escape(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if needs_escape(c) => {
                // Every such character is in the basic plane, so four digits do.
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

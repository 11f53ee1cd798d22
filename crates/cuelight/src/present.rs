//! Answers as text for people: plans, differences, releases.

pub mod plan;
pub mod recovery;
pub mod release;
pub mod words;

use serde_json::Value;

use crate::output::clean;

/// Most characters of a value within a line.
const WIDTH: usize = 60;

/// A value on one line, cut where it is long.
pub fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.contains(char::is_whitespace) && !text.is_empty() => text.clone(),
        other => other.to_string(),
    };
    cut(&clean(&text), WIDTH)
}

/// The text on one line, cut to about `width` characters.
pub fn cut(text: &str, width: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= width {
        return line;
    }
    let part: String = line.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", part.trim_end())
}

/// `2026-03-15 13:47:00 UTC` for the server's `2026-03-15T13:47:00.123456Z`.
pub fn when(at: &str) -> String {
    let seconds = at.split('.').next().unwrap_or(at).trim_end_matches('Z');
    format!("{} UTC", clean(&seconds.replace('T', " ")))
}

/// Indents every line but empty ones.
pub fn indent(text: &str, by: usize) -> String {
    let margin = " ".repeat(by);
    let line = |l: &str| if l.is_empty() { String::new() } else { format!("{margin}{l}") };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

//! A finding with the line it is about.

use std::collections::HashSet;

use cuelight_artifact::files::FileSet;
use cuelight_artifact::rules::file::SECRET;
use cuelight_artifact::{Diagnostic, Severity};

use super::{Style, Tone, clean};

/// Most characters of a source line that are shown.
const WIDTH: usize = 120;

/// All findings: place, rule and message; the source line with a caret; the fix.
pub fn show(all: &[Diagnostic], files: &FileSet, style: Style) -> String {
    // Lines with a secret are never shown, whatever else is wrong with them: build logs are read by many.
    let secret: HashSet<_> = all.iter().filter(|d| d.rule == SECRET.id).map(|d| (&d.file, d.line)).collect();
    let source = |d: &Diagnostic| {
        let line = d.line.filter(|_| !secret.contains(&(&d.file, d.line)))?;
        source_line(files.get(d.file.as_ref()?)?, line)
    };
    all.iter().map(|d| one(d, source(d).as_deref(), style)).collect()
}

fn one(found: &Diagnostic, source: Option<&str>, style: Style) -> String {
    let (tone, word) = match found.severity {
        Severity::Error => (Tone::Red, "error"),
        Severity::Warning => (Tone::Yellow, "warning"),
    };
    let label = style.paint(tone, &format!("{word}[{}]", clean(&found.rule)));
    let mut text = format!("{}{label} {}\n", place(found), clean(&found.message));
    if let (Some(line), Some(column), Some(source)) = (found.line, found.column, source) {
        text.push_str(&excerpt(source, line, column, style));
    }
    if let Some(fix) = &found.fix {
        text.push_str(&format!("  fix: {}\n", clean(fix)));
    }
    text
}

fn place(found: &Diagnostic) -> String {
    let around = match (&found.file, found.line, found.column) {
        (Some(file), Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        (Some(file), Some(line), None) => format!("{file}:{line}"),
        (Some(file), None, _) => file.clone(),
        (None, ..) => match (&found.artifact, &found.path) {
            (Some(artifact), Some(path)) => format!("{artifact} {path}"),
            (Some(artifact), None) => artifact.clone(),
            (None, _) => return String::new(),
        },
    };
    format!("{}: ", clean(&around))
}

fn source_line(bytes: &[u8], line: u32) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().nth(usize::try_from(line.checked_sub(1)?).ok()?).map(str::to_owned)
}

fn excerpt(source: &str, line: u32, column: u32, style: Style) -> String {
    let column = usize::try_from(column).unwrap_or(usize::MAX).saturating_sub(1);
    let first = column.saturating_sub(WIDTH / 2);
    let shown: Vec<char> = source.chars().skip(first).take(WIDTH).collect();
    // The caret must stand below its character, whatever the characters before it are written as.
    let before: String = shown.iter().take(column - first).collect();
    let before = clean(&before).replace('\t', " ");
    let all = clean(&shown.into_iter().collect::<String>()).replace('\t', " ");
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    let lead = if first > 0 { "… " } else { "" };
    let gap = " ".repeat(lead.chars().count() + before.chars().count());
    let bar = style.paint(Tone::Dim, "|");
    format!("  {number} {bar} {lead}{all}\n  {margin} {bar} {gap}{}\n", style.paint(Tone::Bold, "^"))
}

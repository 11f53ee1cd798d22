//! YAML as Cuelight prints it: two spaces a level, items indented below their key, comments with what they are about.

use serde_json::Value;

use super::scalar::{literal, one_line};

/// Longest line that keeps a list or mapping in brackets.
pub(super) const MAX_WIDTH: usize = 110;

/// Something to print.
#[derive(Debug)]
pub(super) enum Piece {
    /// A scalar, or a collection in brackets, on one line.
    Line(String),
    /// A scalar over several lines: the first beside its key, the others below.
    Lines(Vec<String>),
    /// Items.
    List(Group),
    /// Keys with values.
    Map(Group),
}

/// The parts of a list or mapping.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) parts: Vec<Part>,
    /// Comments after the last part; an empty text is an empty line.
    pub(super) foot: Vec<String>,
}

/// An item, or a key with its value.
#[derive(Debug)]
pub(super) struct Part {
    /// The key as printed; none for an item.
    pub(super) key: Option<String>,
    /// Comments above it; an empty text is an empty line.
    pub(super) above: Vec<String>,
    /// A comment on its line.
    pub(super) beside: Option<String>,
    pub(super) piece: Piece,
}

impl Part {
    pub(super) const fn new(key: Option<String>, piece: Piece) -> Self {
        Self { key, above: Vec::new(), beside: None, piece }
    }
}

/// A whole file.
pub(super) fn print(piece: Piece) -> String {
    let mut out = String::new();
    match piece {
        Piece::Line(line) => push_line(&mut out, 0, &line),
        Piece::Lines(lines) => lines.iter().for_each(|l| push_line(&mut out, 0, l)),
        Piece::List(group) | Piece::Map(group) => print_group(&mut out, group, 0),
    }
    out
}

/// A JSON value in block style.
pub(super) fn of_value(value: &Value) -> Piece {
    match value {
        Value::String(text) => literal(text).map_or_else(|| Piece::Line(one_line(text)), Piece::Lines),
        Value::Array(items) if !items.is_empty() => {
            let parts = items.iter().map(|v| Part::new(None, of_value(v))).collect();
            Piece::List(Group { parts, foot: Vec::new() })
        }
        Value::Object(map) if !map.is_empty() => {
            let parts = map.iter().map(|(k, v)| Part::new(Some(one_line(k)), of_value(v))).collect();
            Piece::Map(Group { parts, foot: Vec::new() })
        }
        // Numbers, truth values, null, and empty brackets are the same in JSON and YAML.
        other => Piece::Line(other.to_string()),
    }
}

fn print_group(out: &mut String, group: Group, indent: usize) {
    for (i, mut part) in group.parts.into_iter().enumerate() {
        hoist(&mut part);
        if i == 0 {
            part.above.drain(..part.above.iter().take_while(|l| l.is_empty()).count());
        }
        part.above.dedup_by(|a, b| a.is_empty() && b.is_empty());
        for line in &part.above {
            push_line(out, indent, line);
        }
        print_part(out, part, indent);
    }
    for line in &group.foot {
        push_line(out, indent, line);
    }
}

/// Moves the comments beside an item that is a mapping or list itself, and above the first part of it, above the
/// item: between the dash and that part there is no line for them.
fn hoist(part: &mut Part) {
    if part.key.is_some() {
        return;
    }
    if let Piece::List(group) | Piece::Map(group) = &mut part.piece
        && let Some(first) = group.parts.first_mut()
    {
        hoist(first);
        let above = std::mem::take(&mut first.above);
        part.above.extend(part.beside.take());
        part.above.extend(above.into_iter().skip_while(String::is_empty));
    }
}

fn print_part(out: &mut String, part: Part, indent: usize) {
    let lead = part.key.as_ref().map_or_else(|| "-".to_owned(), |key| format!("{key}:"));
    let beside = part.beside.map(|c| format!(" {c}")).unwrap_or_default();
    match part.piece {
        Piece::Line(line) if line.is_empty() => push_line(out, indent, &format!("{lead}{beside}")),
        Piece::Line(line) => push_line(out, indent, &format!("{lead} {line}{beside}")),
        Piece::Lines(lines) => {
            let block = lines.first().is_some_and(|l| l.starts_with(['|', '>']));
            let last = lines.len() - 1;
            for (i, line) in lines.iter().enumerate() {
                let comment = if i == if block { 0 } else { last } { beside.as_str() } else { "" };
                match i {
                    0 => push_line(out, indent, &format!("{lead} {line}{comment}")),
                    _ => push_line(out, indent + 2, &format!("{line}{comment}")),
                }
            }
        }
        Piece::List(group) | Piece::Map(group) if part.key.is_some() => {
            push_line(out, indent, &format!("{lead}{beside}"));
            print_group(out, group, indent + 2);
        }
        Piece::List(group) | Piece::Map(group) => {
            let start = out.len();
            print_group(out, group, indent + 2);
            // The first line of the item's own parts begins beside the dash.
            out.replace_range(start + indent..start + indent + 1, "-");
        }
    }
}

fn push_line(out: &mut String, indent: usize, line: &str) {
    if !line.is_empty() {
        out.extend(std::iter::repeat_n(' ', indent));
        out.push_str(line);
    }
    out.push('\n');
}

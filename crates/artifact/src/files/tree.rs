//! A parsed YAML or JSON file: values with the place of each key and value.

use std::ops::Range;

use serde_json::{Map, Number, Value};

/// Most levels of lists and mappings.
pub(crate) const MAX_DEPTH: usize = 64;
/// Most values (scalars, lists and mappings) in one file.
pub(crate) const MAX_NODES: usize = 50_000;
/// The largest integer that every JSON program holds exactly: 2^53-1.
pub(crate) const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Line and column in characters, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Position {
    pub(crate) const START: Self = Self { line: 1, column: 1 };
}

/// How a value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// A scalar without quotes, or any JSON scalar but a string.
    Plain,
    /// A scalar in quotes.
    Quoted,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
    /// An indented list or mapping.
    Block,
    /// `[…]` or `{…}`.
    Flow,
}

/// One value.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) data: Data,
    /// Where it starts.
    pub(crate) at: Position,
    /// The last line it stands on.
    pub(crate) last_line: u32,
    pub(crate) style: Style,
    /// Its bytes in the source. Empty for block collections, whose extent is that of their parts.
    pub(crate) range: Range<usize>,
}

/// A value without its place.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_at: Position,
    pub(crate) key_range: Range<usize>,
    pub(crate) node: Node,
}

impl Node {
    /// The entries of a mapping; none for anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        if let Data::Map(entries) = &self.data { entries } else { &[] }
    }

    /// The items of a list; none for anything else.
    pub(crate) fn items(&self) -> &[Node] {
        if let Data::List(items) = &self.data { items } else { &[] }
    }

    /// The value under `key` of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|e| e.key == key).map(|e| &e.node)
    }

    /// The text of a string.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Data::Text(text) = &self.data { Some(text) } else { None }
    }

    /// The text under `key`.
    pub(crate) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::text)
    }

    /// The value as JSON.
    pub(crate) fn value(&self) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(b) => Value::Bool(*b),
            Data::Number(n) => Value::Number(n.clone()),
            Data::Text(text) => Value::String(text.clone()),
            Data::List(items) => Value::Array(items.iter().map(Self::value).collect()),
            Data::Map(entries) => {
                Value::Object(entries.iter().map(|e| (e.key.clone(), e.node.value())).collect::<Map<_, _>>())
            }
        }
    }

    /// What kind of value it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.data {
            Data::Null => "nothing",
            Data::Bool(_) => "true or false",
            Data::Number(n) if n.is_f64() => "a number",
            Data::Number(_) => "a whole number",
            Data::Text(_) => "a text",
            Data::List(_) => "a list",
            Data::Map(_) => "a mapping",
        }
    }
}

/// A number written as JSON writes it, or why it is not one.
pub(crate) fn number(text: &str) -> Result<Number, &'static str> {
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return match text.parse::<i64>() {
            Ok(n) if (-MAX_INTEGER..=MAX_INTEGER).contains(&n) => Ok(n.into()),
            _ => Err("lies beyond ±9007199254740991 (2^53-1)"),
        };
    }
    text.parse::<f64>().ok().and_then(Number::from_f64).ok_or("is too large for a number")
}

/// Whether `text` is a number in JSON's grammar (RFC 8259, section 6).
pub(crate) fn is_json_number(text: &str) -> bool {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((m, e)) => (m, Some(e)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((w, f)) => (w, Some(f)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

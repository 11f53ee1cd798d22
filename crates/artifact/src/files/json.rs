//! JSON (RFC 8259) into a tree, with places; duplicate keys refused.

use std::collections::HashMap;

use super::report;
use super::tree::{Data, Entry, MAX_DEPTH, MAX_NODES, Node, Position, Style, is_json_number, number};
use crate::diagnostic::Diagnostic;
use crate::rules::Rule;
use crate::rules::file::{DUPLICATE_KEY, JSON_SYNTAX, NUMBER_RANGE, TOO_LARGE};
use crate::text::{line_and_column, normal, saturated};

/// Parses `source`, which has LF line ends. The first error ends the reading.
pub(crate) fn parse(source: &str) -> Result<Node, Vec<Diagnostic>> {
    let mut reader = Reader { source, at: 0, line: 1, counted: (0, 1), nodes: 0 };
    let root = reader.value(0).and_then(|root| {
        reader.space();
        if reader.at == source.len() {
            Ok(root)
        } else {
            Err(reader.wrong("after the value nothing may follow"))
        }
    });
    root.map_err(|e| {
        let (line, column) = line_and_column(source, e.at);
        vec![report::error(e.rule, e.message, Position { line, column }).fix(e.fix)]
    })
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
    line: u32,
    /// A byte offset in this line and its column, from which [`Reader::position`] counts on.
    counted: (usize, u32),
    nodes: usize,
}

struct Wrong {
    rule: &'static Rule,
    message: String,
    at: usize,
    fix: &'static str,
}

impl Reader<'_> {
    fn wrong(&self, message: &str) -> Wrong {
        let (message, fix) = match self.peek() {
            Some(b'/' | b'#') => ("comments are not part of it", "Delete the comment."),
            Some(b'\'') => ("texts stand in double quotes", "Write double quotes."),
            Some(b'}' | b']') if self.source[..self.at].trim_end().ends_with(',') => {
                ("a comma stands before the closing bracket", "Delete the comma.")
            }
            _ => (message, JSON_SYNTAX.fix),
        };
        Wrong { rule: &JSON_SYNTAX, message: format!("this is not valid JSON: {message}"), at: self.at, fix }
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
            if self.source.as_bytes()[self.at - 1] == b'\n' {
                self.line = self.line.saturating_add(1);
                self.counted = (self.at, 1);
            }
        }
    }

    fn position(&mut self) -> Position {
        let (from, column) = self.counted;
        let column = column.saturating_add(saturated(self.source[from..self.at].chars().count()));
        self.counted = (self.at, column);
        Position { line: self.line, column }
    }

    fn take(&mut self, byte: u8, message: &str) -> Result<(), Wrong> {
        self.space();
        if self.peek() != Some(byte) {
            return Err(self.wrong(message));
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Node, Wrong> {
        self.space();
        self.nodes += 1;
        if self.nodes > MAX_NODES || depth > MAX_DEPTH {
            let message = if depth > MAX_DEPTH {
                format!("lists and objects are nested more than {MAX_DEPTH} levels deep")
            } else {
                format!("the file has more than {MAX_NODES} values")
            };
            return Err(Wrong { rule: &TOO_LARGE, message, at: self.at, fix: TOO_LARGE.fix });
        }
        let (at, start) = (self.position(), self.at);
        let (data, style) = match self.peek() {
            Some(b'{') => (self.object(depth)?, Style::Flow),
            Some(b'[') => (self.list(depth)?, Style::Flow),
            Some(b'"') => (Data::Text(self.string()?), Style::Quoted),
            Some(_) => (self.word()?, Style::Plain),
            None => return Err(self.wrong("the file ends where a value should stand")),
        };
        Ok(Node { data, at, last_line: self.line, style, range: start..self.at })
    }

    fn list(&mut self, depth: usize) -> Result<Data, Wrong> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Data::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(Data::List(items));
            }
            self.take(b',', "a comma or `]` is missing")?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Data, Wrong> {
        self.at += 1;
        let mut entries = Vec::new();
        let mut seen = HashMap::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Data::Map(entries));
        }
        loop {
            self.space();
            let (key_at, start) = (self.position(), self.at);
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a key in double quotes is missing"));
            }
            let key = self.string()?;
            let key_range = start..self.at;
            if let Some(line) = seen.insert(key.clone(), key_at.line) {
                let message = format!("the key `{key}` is given twice; the first is on line {line}");
                return Err(Wrong { rule: &DUPLICATE_KEY, message, at: start, fix: DUPLICATE_KEY.fix });
            }
            self.take(b':', "a colon is missing after the key")?;
            entries.push(Entry { key, key_at, key_range, node: self.value(depth + 1)? });
            self.space();
            if self.peek() == Some(b'}') {
                self.at += 1;
                return Ok(Data::Map(entries));
            }
            self.take(b',', "a comma or `}` is missing")?;
        }
    }

    fn word(&mut self) -> Result<Data, Wrong> {
        let start = self.at;
        let end = self.source[start..]
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')))
            .map_or(self.source.len(), |i| start + i);
        let word = &self.source[start..end];
        let data = match word {
            "true" => Data::Bool(true),
            "false" => Data::Bool(false),
            "null" => Data::Null,
            _ if is_json_number(word) => match number(word) {
                Ok(number) => Data::Number(number),
                Err(why) => {
                    let message = format!("`{word}` {why}");
                    return Err(Wrong { rule: &NUMBER_RANGE, message, at: start, fix: NUMBER_RANGE.fix });
                }
            },
            _ => return Err(self.wrong("a value is missing; texts and keys need double quotes")),
        };
        self.at = end;
        Ok(data)
    }

    fn string(&mut self) -> Result<String, Wrong> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = &self.source[self.at..];
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(normal(&text).into_owned());
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(self.wrong(
                    "a control character or line end stands in a text; write it as `\\n`, `\\t` or `\\u…`",
                )),
                None => return Err(self.wrong("a text has no closing quote")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Wrong> {
        let letter = self.source.as_bytes().get(self.at + 1).copied();
        let c = match letter {
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.wrong("an unknown escape stands in a text; double the backslash")),
        };
        self.at += 2;
        Ok(c)
    }

    /// `\uHHHH`, or two of them that form a surrogate pair.
    fn unicode(&mut self) -> Result<char, Wrong> {
        let unit = |at: usize| {
            let digits = self.source.get(at..at + 6)?.strip_prefix("\\u")?;
            let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
            hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
        };
        let first = unit(self.at);
        let units: Vec<u16> = first.into_iter().chain(unit(self.at + 6)).collect();
        // One unit when it stands for itself, both when they are a pair; the rest is no character.
        match char::decode_utf16(units.iter().copied()).next() {
            Some(Ok(c)) if first.is_some() => {
                self.at += 6 * c.len_utf16();
                Ok(c)
            }
            _ => Err(self.wrong("a `\\u` escape is not a character")),
        }
    }
}

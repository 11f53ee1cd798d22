//! Reading an entry without making a JSON tree of it: what replays and checks do a million times over.
//!
//! Entries are written in one form only (RFC 8785), so nearly all that is read has it. Whatever looks different in the
//! least is left to [`Entry::decode`], which says what it is; nothing is accepted here that is not accepted there.

use cuelight_artifact::Digest;
use serde_json::Value;

use super::{Actor, CommandId, Entry, Micros, Seq};
use crate::event::MAX_INTEGER;

/// Deepest nesting that is followed here.
const DEEP: usize = 32;

/// What stands in an entry around its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Position in the ledger.
    pub seq: Seq,
    /// When.
    pub at: Micros,
    /// Root of the tree over all entries before this one.
    pub prev: Digest,
    /// Who.
    pub actor: Actor,
    /// The command that caused it.
    pub command: CommandId,
    /// Event kind with its version.
    pub kind: String,
}

/// The fields of an event, still as text where that is canonical.
#[derive(Debug, Clone, PartialEq)]
pub struct Body<'a>(Form<'a>);

#[derive(Debug, Clone, PartialEq)]
enum Form<'a> {
    /// Canonical JSON without escapes.
    Text(&'a str),
    Value(Value),
}

impl<'a> Body<'a> {
    /// The text, if it is canonical JSON.
    #[must_use]
    pub const fn text(&self) -> Option<&'a str> {
        match &self.0 {
            Form::Text(text) => Some(text),
            Form::Value(_) => None,
        }
    }

    /// The fields.
    #[must_use]
    pub fn value(&self) -> Value {
        match &self.0 {
            // What was followed to its end above is JSON.
            Form::Text(text) => serde_json::from_str(text).unwrap_or_default(),
            Form::Value(value) => value.clone(),
        }
    }
}

impl From<Value> for Body<'_> {
    fn from(value: Value) -> Self {
        Self(Form::Value(value))
    }
}

/// Reads stored bytes: what stands around the body, and the body.
///
/// # Errors
/// Exactly those of [`Entry::decode`].
pub fn read(bytes: &[u8]) -> Result<(Envelope, Body<'_>), serde_json::Error> {
    if let Some(found) = std::str::from_utf8(bytes).ok().and_then(|text| Cursor(text).entry()) {
        return Ok(found);
    }
    let Entry { seq, at, prev, actor, command, kind, body } = Entry::decode(bytes)?;
    Ok((Envelope { seq, at, prev, actor, command, kind }, body.into()))
}

/// Whether `bytes` are the canonical form of the entry that was read from them.
#[must_use]
pub fn is_canonical(bytes: &[u8], body: &Body<'_>) -> bool {
    // A body stays text only where the whole entry is canonical.
    body.text().is_some()
        || Entry::decode(bytes).is_ok_and(|entry| entry.encode().is_ok_and(|canonical| canonical == bytes))
}

/// The rest of a text. Every step ends with `None` at the first thing that is not canonical, or needs a closer look.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn entry(mut self) -> Option<(Envelope, Body<'a>)> {
        let actor = self.actor()?;
        self.skip(",\"at\":")?;
        let at = self.integer()?;
        self.skip(",\"body\":")?;
        let body = self.0;
        self.value(DEEP)?;
        let body = &body[..body.len() - self.0.len()];
        self.skip(",\"command\":")?;
        let command = self.string()?.parse().ok()?;
        self.skip(",\"kind\":")?;
        let kind = self.string()?.to_owned();
        self.skip(",\"prev\":")?;
        let prev = self.string()?.parse().ok()?;
        self.skip(",\"seq\":")?;
        let seq = self.integer()?.try_into().ok()?;
        let envelope = Envelope { seq, at, prev, actor, command, kind };
        (self.0 == "}").then_some((envelope, Body(Form::Text(body))))
    }

    fn actor(&mut self) -> Option<Actor> {
        if self.skip("{\"actor\":{\"kind\":\"system\"}").is_some() {
            return Some(Actor::System);
        }
        self.skip("{\"actor\":{\"id\":")?;
        let id = self.string()?.into();
        self.skip(",\"kind\":\"token\"}")?;
        Some(Actor::Token { id })
    }

    fn skip(&mut self, expected: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// A string without escapes.
    fn string(&mut self) -> Option<&'a str> {
        self.skip("\"")?;
        let end = self.0.bytes().position(|b| b < 0x20 || b == b'"' || b == b'\\')?;
        let (found, rest) = self.0.split_at(end);
        self.0 = rest;
        self.skip("\"")?;
        Some(found)
    }

    /// A whole number that RFC 8785 writes exactly.
    fn integer(&mut self) -> Option<i64> {
        let (sign, digits) = self.0.strip_prefix('-').map_or((1, self.0), |digits| (-1, digits));
        let end = digits.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(digits.len());
        let (digits, rest) = digits.split_at(end);
        // Nothing before the first digit, and no zero with a sign.
        if digits.starts_with('0') && (digits.len() > 1 || sign < 0) {
            return None;
        }
        self.0 = rest;
        let number = digits.parse::<u64>().ok().filter(|number| *number <= MAX_INTEGER)?;
        Some(sign * number.cast_signed())
    }

    fn value(&mut self, deep: usize) -> Option<()> {
        match self.0.as_bytes().first()? {
            b'"' => self.string().map(drop),
            b'{' => self.object(deep.checked_sub(1)?),
            b'[' => self.array(deep.checked_sub(1)?),
            b't' => self.skip("true"),
            b'f' => self.skip("false"),
            b'n' => self.skip("null"),
            _ => self.integer().map(drop),
        }
    }

    fn object(&mut self, deep: usize) -> Option<()> {
        self.skip("{")?;
        if self.skip("}").is_some() {
            return Some(());
        }
        let mut before = None;
        loop {
            let key = self.string()?;
            // Keys are ordered by UTF-16 units; for ASCII that is the order of bytes.
            if !key.is_ascii() || before.is_some_and(|before| before >= key) {
                return None;
            }
            before = Some(key);
            self.skip(":")?;
            self.value(deep)?;
            if self.skip("}").is_some() {
                return Some(());
            }
            self.skip(",")?;
        }
    }

    fn array(&mut self, deep: usize) -> Option<()> {
        self.skip("[")?;
        if self.skip("]").is_some() {
            return Some(());
        }
        loop {
            self.value(deep)?;
            if self.skip("]").is_some() {
                return Some(());
            }
            self.skip(",")?;
        }
    }
}

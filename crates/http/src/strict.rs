//! Reads JSON strictly: one object, no key twice, not too deep. `serde_json` alone keeps the last of two equal keys,
//! so a request could mean one thing to a proxy and another to this server.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use cuelight_app::{AppError, AppResult};
use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Deepest nesting of objects and arrays.
pub(crate) const MAX_DEPTH: usize = 64;

/// An object whose first key is this one means JSON in a text to `serde_json` (its feature `raw_value`), which would be read
/// past all rules here.
const RESERVED: &str = "$serde_json::private::RawValue";

/// The object in these bytes.
///
/// # Errors
/// `invalid_request` with line and column.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> AppResult<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    Strict { depth: 0 }.deserialize(&mut reader).map_err(refused)?;
    reader.end().map_err(refused)?;
    // Serde would take the fields of an object from a list, too.
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') {
        return Err(AppError::invalid("the body: a JSON object is expected at line 1"));
    }
    serde_json::from_slice(bytes).map_err(refused)
}

/// As [`parse`], in one walk over the text where that walk finds nothing wrong, for a type that says how it is made from
/// the fields of an object. Otherwise the text is read by [`parse`], which refuses the same and says why.
pub(crate) fn parse_fields<T: DeserializeOwned>(
    bytes: &[u8],
    from_fields: impl FnOnce(Map<String, Value>) -> Option<T>,
) -> AppResult<T> {
    match fields(bytes).and_then(from_fields) {
        Some(read) => Ok(read),
        None => parse(bytes),
    }
}

/// The fields of the object in these bytes, if it is one and strict.
fn fields(bytes: &[u8]) -> Option<Map<String, Value>> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Tree(Strict { depth: 0 }).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    match read {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

/// Reads any value by the rules of [`Strict`] and keeps it.
#[derive(Clone, Copy)]
struct Tree(Strict);

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = Self(self.0.deeper()?);
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let inner = Self(self.0.deeper()?);
        let mut map = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            if key == RESERVED {
                return Err(A::Error::custom("a reserved key"));
            }
            if map.insert(key, fields.next_value_seed(inner)?).is_some() {
                return Err(A::Error::custom("a key stands twice"));
            }
        }
        Ok(map.into())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
fn refused(error: serde_json::Error) -> AppError {
    AppError::invalid(format!("the body: {error}"))
}

/// Walks over any value and refuses what is not strict.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(format!("objects and arrays are nested deeper than {MAX_DEPTH}")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while items.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut seen = Seen::default();
        while let Some(Key(key)) = fields.next_key()? {
            if key == RESERVED {
                return Err(A::Error::custom(format!("the key {key:?} is reserved; choose another name")));
            }
            if let Some(twice) = seen.insert(key) {
                return Err(A::Error::custom(format!("the key {twice:?} stands twice in one object")));
            }
            fields.next_value_seed(inner)?;
        }
        Ok(())
    }
}

/// A key, where it stands in the text if it needs no decoding.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(key)))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(key.to_owned())))
    }
}

/// The keys of one object. Few are compared one by one, many are looked up: the time must not grow with the square of
/// what somebody sends.
#[derive(Default)]
struct Seen<'de> {
    few: Vec<Cow<'de, str>>,
    many: HashSet<Cow<'de, str>>,
}

impl<'de> Seen<'de> {
    const FEW: usize = 16;

    /// Adds a key; gives it back if it was there.
    fn insert(&mut self, key: Cow<'de, str>) -> Option<Cow<'de, str>> {
        if self.few.contains(&key) || self.many.contains(&key) {
            return Some(key);
        }
        if self.few.len() < Self::FEW {
            self.few.push(key);
        } else {
            self.many.insert(key);
        }
        None
    }
}

#[cfg(test)]
mod tests;

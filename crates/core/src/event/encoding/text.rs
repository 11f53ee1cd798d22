//! An event from the text of its body, without a JSON tree between.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;

/// The event of this kind and body.
pub(super) fn decode<E: DeserializeOwned>(kind: &str, body: &str) -> Result<E, Error> {
    E::deserialize(Tagged { kind, body })
}

/// What looks like `{"kind": …, "body": …}`.
struct Tagged<'a> {
    kind: &'a str,
    body: &'a str,
}

impl<'de> Deserializer<'de> for Tagged<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Fields { kind: Some(self.kind), body: Some(self.body) })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The fields that are left.
struct Fields<'a> {
    kind: Option<&'a str>,
    body: Option<&'a str>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let name = match self {
            Self { kind: Some(_), .. } => "kind",
            Self { body: Some(_), .. } => "body",
            _ => return Ok(None),
        };
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        if let Some(kind) = self.kind.take() {
            return seed.deserialize(StrDeserializer::new(kind));
        }
        let Some(body) = self.body.take() else { return Err(Error::custom("a value without a name")) };
        let mut json = serde_json::Deserializer::from_str(body);
        let value = seed.deserialize(&mut json)?;
        json.end()?;
        Ok(value)
    }
}

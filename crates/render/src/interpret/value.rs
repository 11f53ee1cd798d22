//! Values of the reference renderer: borrowed from the data wherever possible.

use std::borrow::Cow;
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::Reason;
use crate::text::{Number, write_number};

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Val<'a> {
    Undefined,
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(&'a str),
    /// A text that a filter made.
    Text(Rc<str>),
    /// A list literal.
    List(Rc<[Val<'a>]>),
    /// A list from data.
    Slice(&'a [Json]),
    Map(&'a Map<String, Json>),
}

impl<'a> Val<'a> {
    pub(super) fn of(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(value), _) => Self::Int(value.into()),
                (None, Some(value)) => Self::Int(value.into()),
                (None, None) => Self::Float(number.as_f64().unwrap_or(0.0)),
            },
            Json::String(text) => Self::Str(text),
            Json::Array(items) => Self::Slice(items),
            Json::Object(fields) => Self::Map(fields),
        }
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) const fn as_number(&self) -> Option<Number> {
        match self {
            Self::Int(value) => Some(Number::Int(*value)),
            Self::Float(value) => Some(Number::Float(*value)),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub(super) fn items(&self) -> Option<Vec<Self>> {
        match self {
            Self::List(items) => Some(items.to_vec()),
            Self::Slice(items) => Some(items.iter().map(Val::of).collect()),
            _ => None,
        }
    }

    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Slice(items) => !items.is_empty(),
            Self::Map(fields) => !fields.is_empty(),
        }
    }

    pub(super) fn field(&self, name: &str) -> Self {
        match self {
            Self::Map(fields) => fields.get(name).map_or(Self::Undefined, Val::of),
            _ => Self::Undefined,
        }
    }

    pub(super) fn element(&self, index: usize) -> Self {
        match self {
            Self::List(items) => items.get(index).cloned().unwrap_or(Self::Undefined),
            Self::Slice(items) => items.get(index).map_or(Self::Undefined, Val::of),
            _ => Self::Undefined,
        }
    }

    /// As it is printed.
    pub(super) fn print(&self) -> Result<Cow<'_, str>, Reason> {
        Ok(match self {
            Self::Null => Cow::Borrowed(""),
            Self::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Int(value) => Cow::Owned(value.to_string()),
            Self::Float(value) => {
                let mut text = String::new();
                let _ = write_number(&mut text, *value);
                Cow::Owned(text)
            }
            Self::Str(text) => Cow::Borrowed(text),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Undefined | Self::List(_) | Self::Slice(_) | Self::Map(_) => {
                return Err(Reason::Type(format!("{} cannot be printed; use `json` or `join`", self.name())));
            }
        })
    }

    /// For a message.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Undefined => "a missing value",
            Self::Null => "none",
            Self::Bool(_) => "true or false",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Str(_) | Self::Text(_) => "a text",
            Self::List(_) | Self::Slice(_) => "a list",
            Self::Map(_) => "an object",
        }
    }
}

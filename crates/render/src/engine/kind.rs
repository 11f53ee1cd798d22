//! What a template value is, for our own filters.

use minijinja::Value;
use minijinja::value::{Object, ObjectRepr, ValueKind};
use std::sync::Arc;

use super::value::{List, Map};
use crate::meter::{Meter, Tripped};
use crate::text::Number;

/// A view of a template value.
pub(super) enum Kind<'v> {
    Undefined,
    None,
    Bool(bool),
    Number(Number),
    Str(&'v str),
    List(Items<'v>),
    Map(&'v Map),
    /// The engine's own objects, such as `loop`; the check keeps them out of reach.
    Other,
}

/// The elements of a list from data or of a list literal.
pub(super) enum Items<'v> {
    Ours(&'v [Value]),
    Literal(&'v Value, usize),
}

impl Items<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Ours(items) => items.len(),
            Self::Literal(_, len) => *len,
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<Value> {
        match self {
            Self::Ours(items) => items.get(index).cloned(),
            Self::Literal(list, len) if index < *len => list.get_item_by_index(index).ok(),
            Self::Literal(..) => None,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        (0..self.len()).map_while(|index| self.get(index))
    }
}

/// Looks at a value.
pub(super) fn kind(value: &Value) -> Kind<'_> {
    match value.kind() {
        ValueKind::Undefined => Kind::Undefined,
        ValueKind::None => Kind::None,
        ValueKind::Bool => Kind::Bool(value.is_true()),
        ValueKind::Number if value.is_integer() => {
            i128::try_from(value.clone()).map_or(Kind::Other, |n| Kind::Number(Number::Int(n)))
        }
        ValueKind::Number => {
            f64::try_from(value.clone()).map_or(Kind::Other, |n| Kind::Number(Number::Float(n)))
        }
        ValueKind::String => value.as_str().map_or(Kind::Other, Kind::Str),
        ValueKind::Seq => match value.downcast_object_ref::<List>() {
            Some(list) => Kind::List(Items::Ours(&list.0)),
            None => Kind::List(Items::Literal(value, value.len().unwrap_or(0))),
        },
        ValueKind::Map => value.downcast_object_ref::<Map>().map_or(Kind::Other, Kind::Map),
        _ => Kind::Other,
    }
}

impl Kind<'_> {
    /// For a message.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Undefined => "missing",
            Self::None => "none",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Str(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
            Self::Other => "not a plain value",
        }
    }
}

/// What a `for` runs over: the elements of a list, counted as they are handed out.
#[derive(Debug)]
pub(super) struct Passes {
    pub(super) list: Value,
    pub(super) meter: Arc<Meter>,
}

impl Object for Passes {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> minijinja::value::Enumerator {
        let len = match kind(&self.list) {
            Kind::List(items) => items.len(),
            _ => 0,
        };
        let this = Arc::clone(self);
        let elements = (0..len).map(move |index| match (this.meter.iteration(), kind(&this.list)) {
            (Ok(()), Kind::List(items)) => items.get(index).unwrap_or(Value::UNDEFINED),
            (Err(tripped), _) => Value::from(super::filters::limit(tripped)),
            (Ok(()), _) => Value::UNDEFINED,
        });
        minijinja::value::Enumerator::Iter(Box::new(elements))
    }
}

/// So that `?` turns a limit into the engine's error.
pub(super) fn within(result: Result<(), Tripped>) -> Result<(), minijinja::Error> {
    result.map_err(super::filters::limit)
}

//! What a schema means: a union of shapes, one kind of JSON value each.
//!
//! Invariant: no shape in a [`Node`] is empty. Every constructor that could break it goes through
//! [`Shape::checked`].

use std::cell::Cell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::number::Numbers;
use super::sorted::{Names, Sorted};
use super::validate::accepts;

/// A set of JSON values.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// Every value.
    Any,
    /// The values of any of these shapes; with none of them, no value.
    Union(Vec<Shape>),
}

/// A set of JSON values of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// One value. `null`, `true` and `false` have no other shape.
    Exact(Value),
    /// Numbers.
    Number(Numbers),
    /// Strings by length in Unicode code points.
    Text(Lengths),
    /// Lists by length, all items alike.
    List(Lengths, Box<Node>),
    /// Objects.
    Record(Record),
}

/// A range of lengths, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lengths {
    /// At least this many.
    pub min: u64,
    /// At most this many; `u64::MAX` for no limit.
    pub max: u64,
}

/// Objects by their fields.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    /// Declared fields. One that holds no value is forbidden.
    pub fields: Sorted<Node>,
    /// Fields that must be there.
    pub required: Names,
    /// Whether other fields may be there, with any value.
    pub open: bool,
}

/// Schemas that together made more shapes, or took more steps, than are kept.
#[derive(Debug)]
pub(super) struct TooLarge;

/// Steps left. Bounds time without a clock, so that the answer is the same on every machine.
#[derive(Debug)]
pub(super) struct Fuel(Cell<u32>);

impl Fuel {
    pub const fn new(steps: u32) -> Self {
        Self(Cell::new(steps))
    }

    pub fn spend(&self) -> Result<(), TooLarge> {
        self.0.set(self.0.get().checked_sub(1).ok_or(TooLarge)?);
        Ok(())
    }
}

static ANY: Node = Node::Any;
static NEVER: Node = Node::Union(Vec::new());
/// Most shapes in one union; also the most values in an `enum`.
pub(super) const MAX_SHAPES: usize = 2_000;

impl Lengths {
    pub const ALL: Self = Self { min: 0, max: u64::MAX };

    pub fn contains(self, length: usize) -> bool {
        let length = length as u64;
        self.min <= length && length <= self.max
    }

    /// Whether a text is as long as that. Its bytes tell mostly; only where they do not its characters are counted.
    pub fn contains_text(self, text: &str) -> bool {
        let bytes = text.len() as u64;
        // A character has one to four bytes.
        (self.min <= bytes.div_ceil(4) && bytes <= self.max) || self.contains(text.chars().count())
    }

    fn and(self, other: Self) -> Self {
        Self { min: self.min.max(other.min), max: self.max.min(other.max) }
    }
}

impl Record {
    /// Any object at all.
    pub const fn any() -> Self {
        Self { fields: Sorted::new(), required: Names::new(), open: true }
    }

    /// What the field of this name may hold.
    pub fn field(&self, name: &str) -> &Node {
        match self.fields.get(name) {
            Some(node) => node,
            None if self.open => &ANY,
            None => &NEVER,
        }
    }

    /// Whether the object is one of these. Its fields are walked once and the required ones among them counted, for a name
    /// stands once in an object: looking each up in the object would take longer.
    fn holds(&self, object: &Map<String, Value>) -> bool {
        let mut missing = self.required.len();
        for (name, value) in object {
            let at = self.fields.find(name);
            let node = match at {
                Ok(at) => self.fields.value(at),
                Err(_) if self.open => &ANY,
                Err(_) => return false,
            };
            if !accepts(node, value) {
                return false;
            }
            // Where every field is required, it stands at the same place in both lists.
            let (Ok(hint) | Err(hint)) = at;
            missing -= usize::from(self.required.has_at(hint, name) || self.required.contains(name));
        }
        missing == 0
    }

    fn and(&self, other: &Self, fuel: &Fuel) -> Result<Self, TooLarge> {
        let names: BTreeSet<&str> = self.fields.names().chain(other.fields.names()).collect();
        let both = |name| Ok((name, self.field(name).and(other.field(name), fuel)?));
        let fields = names.into_iter().map(both).collect::<Result<_, TooLarge>>()?;
        let required = self.required.names().chain(other.required.names()).collect();
        Ok(Self { fields, required, open: self.open && other.open })
    }
}

impl Shape {
    /// The shape, unless it holds no value.
    pub fn checked(self) -> Option<Self> {
        let empty = match &self {
            Self::Exact(_) => false,
            Self::Number(numbers) => numbers.is_empty(),
            Self::Text(lengths) => lengths.min > lengths.max,
            Self::List(lengths, items) => {
                if items.is_never() {
                    return (lengths.min == 0).then(|| Self::Exact(Value::Array(Vec::new())));
                }
                lengths.min > lengths.max
            }
            Self::Record(record) => record.required.names().any(|name| record.field(name).is_never()),
        };
        (!empty).then_some(self)
    }

    fn and(&self, other: &Self, fuel: &Fuel) -> Result<Option<Self>, TooLarge> {
        let both = match (self, other) {
            (Self::Exact(value), shape) | (shape, Self::Exact(value)) => {
                return Ok(shape.holds(value).then(|| Self::Exact(value.clone())));
            }
            (Self::Number(a), Self::Number(b)) => Self::Number(a.and(b).ok_or(TooLarge)?),
            (Self::Text(a), Self::Text(b)) => Self::Text(a.and(*b)),
            (Self::List(a, x), Self::List(b, y)) => Self::List(a.and(*b), Box::new(x.and(y, fuel)?)),
            (Self::Record(a), Self::Record(b)) => Self::Record(a.and(b, fuel)?),
            _ => return Ok(None),
        };
        Ok(both.checked())
    }

    /// Whether the value is in the set.
    pub fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Exact(exact), value) => super::value::same(exact, value),
            (Self::Number(numbers), Value::Number(n)) => n.as_f64().is_some_and(|n| numbers.contains(n)),
            (Self::Text(lengths), Value::String(text)) => lengths.contains_text(text),
            (Self::List(lengths, items), Value::Array(list)) => {
                lengths.contains(list.len()) && list.iter().all(|item| accepts(items, item))
            }
            (Self::Record(record), Value::Object(object)) => record.holds(object),
            _ => false,
        }
    }
}

impl Node {
    /// Whether no value is in the set.
    pub fn is_never(&self) -> bool {
        matches!(self, Self::Union(shapes) if shapes.is_empty())
    }

    /// Whether every value in the set is an object.
    pub fn only_objects(&self) -> bool {
        let object = |s: &Shape| matches!(s, Shape::Record(_) | Shape::Exact(Value::Object(_)));
        matches!(self, Self::Union(shapes) if shapes.iter().all(object))
    }

    /// Lets spare room go: for what is kept long.
    pub fn shrink(&mut self) {
        let Self::Union(shapes) = self else { return };
        shapes.shrink_to_fit();
        for shape in shapes {
            match shape {
                Shape::List(_, items) => items.shrink(),
                Shape::Record(record) => {
                    record.fields.shrink();
                    record.required.shrink();
                    record.fields.values_mut().for_each(Self::shrink);
                }
                Shape::Exact(_) | Shape::Number(_) | Shape::Text(_) => {}
            }
        }
    }

    /// The shapes; every kind of value for [`Node::Any`].
    pub fn shapes(&self) -> std::borrow::Cow<'_, [Shape]> {
        match self {
            Self::Union(shapes) => shapes.into(),
            Self::Any => vec![
                Shape::Exact(Value::Null),
                Shape::Exact(Value::Bool(false)),
                Shape::Exact(Value::Bool(true)),
                Shape::Number(Numbers::default()),
                Shape::Text(Lengths::ALL),
                Shape::List(Lengths::ALL, Box::new(Self::Any)),
                Shape::Record(Record::any()),
            ]
            .into(),
        }
    }

    /// The values in both sets.
    pub fn and(&self, other: &Self, fuel: &Fuel) -> Result<Self, TooLarge> {
        let (Self::Union(ours), Self::Union(theirs)) = (self, other) else {
            return Ok(if *self == Self::Any { other.clone() } else { self.clone() });
        };
        let mut both: Vec<Shape> = Vec::new();
        for a in ours {
            for b in theirs {
                fuel.spend()?;
                if let Some(shape) = a.and(b, fuel)?
                    && !known(&both, &shape)
                {
                    both.push(shape);
                }
            }
            if both.len() > MAX_SHAPES {
                return Err(TooLarge);
            }
        }
        Ok(Self::Union(both))
    }

    /// The values in either set.
    pub fn or(self, other: Self) -> Result<Self, TooLarge> {
        match (self, other) {
            (Self::Union(mut ours), Self::Union(theirs)) => {
                for shape in theirs {
                    if !known(&ours, &shape) {
                        ours.push(shape);
                    }
                }
                if ours.len() > MAX_SHAPES { Err(TooLarge) } else { Ok(Self::Union(ours)) }
            }
            _ => Ok(Self::Any),
        }
    }
}

/// Whether the shape is there already. Only tidies up, so long unions are not searched.
fn known(shapes: &[Shape], shape: &Shape) -> bool {
    shapes.len() <= 64 && shapes.contains(shape)
}

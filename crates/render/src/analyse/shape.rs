//! What is known of a value before it exists.

use super::schema::Schema;

/// A set of kinds of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) const NOTHING: Self = Self(0);
    pub(super) const MISSING: Self = Self(1);
    pub(super) const NULL: Self = Self(2);
    pub(super) const BOOL: Self = Self(4);
    pub(super) const NUMBER: Self = Self(8);
    pub(super) const TEXT: Self = Self(16);
    pub(super) const LIST: Self = Self(32);
    pub(super) const MAP: Self = Self(64);
    /// Every kind of JSON value.
    pub(super) const ANY: Self = Self(2 | 4 | 8 | 16 | 32 | 64);
    /// What prints.
    pub(super) const PLAIN: Self = Self(2 | 4 | 8 | 16);

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds in words: `a text or none`.
    pub(super) fn describe(self) -> String {
        const NAMES: [(Kinds, &str); 7] = [
            (Kinds::BOOL, "true or false"),
            (Kinds::NUMBER, "a number"),
            (Kinds::TEXT, "a text"),
            (Kinds::LIST, "a list"),
            (Kinds::MAP, "an object"),
            (Kinds::NULL, "none"),
            (Kinds::MISSING, "missing"),
        ];
        let names: Vec<&str> = NAMES.iter().filter(|(k, _)| self.meets(*k)).map(|(_, name)| *name).collect();
        names.join(" or ")
    }
}

/// One step of a path into data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// A field.
    Field(String),
    /// Any element of a list.
    Element,
    /// One certain element of a list.
    Index(u32),
}

/// A path: the variable it starts from (0 for inputs, else a loop variable or the passages) and its steps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    pub(super) start: usize,
    pub(super) steps: Vec<Step>,
}

impl Path {
    pub(super) fn then(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { start: self.start, steps }
    }
}

/// What is known of a value.
#[derive(Debug, Clone)]
pub(super) struct Shape<'a> {
    pub(super) kinds: Kinds,
    /// Whether the kinds were declared; if not, only certain mistakes are reported.
    pub(super) declared: bool,
    pub(super) schema: Option<Schema<'a>>,
    /// For a list literal, what its elements are.
    pub(super) elements: Option<Box<Shape<'a>>>,
    pub(super) path: Option<Path>,
}

impl<'a> Shape<'a> {
    /// A value of these kinds, from nowhere in particular.
    pub(super) const fn of(kinds: Kinds) -> Self {
        Self { kinds, declared: true, schema: None, elements: None, path: None }
    }

    /// A value of which nothing is known.
    pub(super) const fn unknown() -> Self {
        Self { kinds: Kinds::ANY, declared: false, schema: None, elements: None, path: None }
    }

    /// A value that a schema describes.
    pub(super) fn by(schema: Schema<'a>, path: Path) -> Self {
        let kinds = schema.kinds();
        Self {
            kinds: kinds.unwrap_or(Kinds::ANY),
            declared: kinds.is_some(),
            schema: Some(schema),
            elements: None,
            path: Some(path),
        }
    }

    /// A value about which something was reported already; nothing more is said of it.
    pub(super) const fn broken(path: Option<Path>) -> Self {
        Self { kinds: Kinds::NOTHING, declared: false, schema: None, elements: None, path }
    }

    pub(super) const fn is_broken(&self) -> bool {
        self.kinds.is_empty()
    }

    pub(super) const fn may_be_missing(mut self) -> Self {
        self.kinds = self.kinds.or(Kinds::MISSING);
        self
    }

    /// Either of two values.
    pub(super) fn either(self, other: Self) -> Self {
        Self {
            kinds: self.kinds.or(other.kinds),
            declared: self.declared && other.declared,
            schema: self.schema.or(other.schema),
            elements: self.elements.or(other.elements),
            path: None,
        }
    }
}

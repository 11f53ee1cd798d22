//! Reading a JSON Schema (the subset of rules CL-J) as the shape of a value.

use serde_json::Value;

use super::shape::Kinds;

/// A node of a schema, with the root that local references point into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schema<'a> {
    root: &'a Value,
    node: &'a Value,
}

/// What a schema says of a field.
pub(super) enum Field<'a> {
    /// It is declared.
    Declared { schema: Schema<'a>, required: bool },
    /// `additionalProperties` allows it and describes it.
    Additional(Schema<'a>),
    /// `additionalProperties` is `true`: it may be there, and be anything.
    Free,
    /// It is not declared.
    No,
}

/// Most references followed one after another; more is a circle.
const MOST_HOPS: usize = 32;

impl<'a> Schema<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Self { root, node: root }.resolved()
    }

    fn at(self, node: &'a Value) -> Self {
        Self { node, ..self }.resolved()
    }

    /// Follows `$ref` as far as it goes.
    fn resolved(self) -> Self {
        let mut node = self.node;
        for _ in 0..MOST_HOPS {
            let target = node
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|reference| reference.strip_prefix('#'))
                .and_then(|pointer| self.root.pointer(pointer));
            match target {
                Some(target) => node = target,
                None => break,
            }
        }
        Self { node, ..self }
    }

    /// The kinds of value it admits, and whether it says so at all.
    pub(super) fn kinds(self) -> Option<Kinds> {
        let by_type = match self.node.get("type") {
            Some(Value::String(name)) => Some(of_type(name)),
            Some(Value::Array(names)) => {
                Some(names.iter().filter_map(Value::as_str).map(of_type).fold(Kinds::NOTHING, Kinds::or))
            }
            _ => None,
        };
        let by_value = match (self.node.get("const"), self.node.get("enum")) {
            (Some(value), _) => Some(of_value(value)),
            (None, Some(Value::Array(values))) => {
                Some(values.iter().map(of_value).fold(Kinds::NOTHING, Kinds::or))
            }
            _ => None,
        };
        let by_keyword = if self.node.get("properties").is_some() {
            Some(Kinds::MAP)
        } else if self.node.get("items").is_some() {
            Some(Kinds::LIST)
        } else {
            None
        };
        by_value.or(by_type).or(by_keyword)
    }

    /// The field `name` of an object.
    pub(super) fn field(self, name: &str) -> Field<'a> {
        if let Some(schema) = self.node.get("properties").and_then(|properties| properties.get(name)) {
            let required = self
                .node
                .get("required")
                .and_then(Value::as_array)
                .is_some_and(|names| names.iter().any(|n| n.as_str() == Some(name)));
            return Field::Declared { schema: self.at(schema), required };
        }
        match self.node.get("additionalProperties") {
            Some(Value::Bool(true)) => Field::Free,
            Some(schema @ Value::Object(_)) => Field::Additional(self.at(schema)),
            _ => Field::No,
        }
    }

    /// The names of declared fields, for a message.
    pub(super) fn field_names(self) -> Vec<&'a str> {
        let properties = self.node.get("properties").and_then(Value::as_object);
        properties.into_iter().flat_map(|p| p.keys().map(String::as_str)).collect()
    }

    /// Every declared field.
    pub(super) fn fields(self) -> impl Iterator<Item = (&'a str, Self)> {
        let properties = self.node.get("properties").and_then(Value::as_object);
        properties.into_iter().flatten().map(move |(name, schema)| (name.as_str(), self.at(schema)))
    }

    /// The elements of a list.
    pub(super) fn items(self) -> Option<Self> {
        self.node.get("items").filter(|items| items.is_object()).map(|items| self.at(items))
    }

    /// How many elements a list has at least.
    pub(super) fn min_items(self) -> u64 {
        self.node.get("minItems").and_then(Value::as_u64).unwrap_or(0)
    }
}

fn of_type(name: &str) -> Kinds {
    match name {
        "object" => Kinds::MAP,
        "array" => Kinds::LIST,
        "string" => Kinds::TEXT,
        "integer" | "number" => Kinds::NUMBER,
        "boolean" => Kinds::BOOL,
        "null" => Kinds::NULL,
        _ => Kinds::NOTHING,
    }
}

/// The kind of a JSON value.
pub(super) fn of_value(value: &Value) -> Kinds {
    match value {
        Value::Null => Kinds::NULL,
        Value::Bool(_) => Kinds::BOOL,
        Value::Number(_) => Kinds::NUMBER,
        Value::String(_) => Kinds::TEXT,
        Value::Array(_) => Kinds::LIST,
        Value::Object(_) => Kinds::MAP,
    }
}

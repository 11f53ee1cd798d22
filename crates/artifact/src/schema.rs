//! The JSON Schema subset that artifacts use: check a schema, validate a value, decide whether one schema
//! includes another.
//!
//! A schema is first read into a *shape* (`shape.rs`): a union of simple cases, one kind of JSON value each. Both
//! validation and inclusion work on shapes, so they cannot disagree about what a schema means. What the subset
//! leaves out (`pattern`, `not`, recursion …) is left out because inclusion could not be decided with it.
//! Numbers are IEEE 754 doubles, as in RFC 8785: `1` and `1.0` are the same value.

mod annotation;
mod example;
mod include;
mod keyword;
mod number;
mod place;
mod read;
mod shape;
mod sorted;
mod typed;
mod validate;
pub(crate) mod value;

pub(crate) use annotation::{hints, stripped, without_remarks};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diagnostic::{Diagnostic, has_errors};
use shape::Node;

/// Deepest nesting of schemas, counted in keywords that hold schemas.
pub const MAX_DEPTH: usize = 32;
/// Longest schema, in bytes of compact JSON.
pub const MAX_BYTES: usize = 256 * 1024;
/// Most schemas within one schema, each `$ref` counted as what it stands for.
pub const MAX_NODES: usize = 4_000;
/// Largest `minimum`, `maximum` and the like, up or down: beyond it doubles are too coarse to reason about.
pub const MAX_NUMBER: f64 = 1e15;

/// One thing wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Violation {
    /// Where in the value, such as `signals[3].value`. Empty for the value itself.
    pub path: String,
    /// What is wrong, such as `must be a string, is a number`.
    pub message: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// Whether every value of one schema is a value of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Inclusion {
    /// Proved: every value is.
    Included,
    /// Refuted by a value.
    NotIncluded {
        /// Valid under the first schema, refused by the second. Checked before it is shown.
        counterexample: Value,
        /// Where the second schema refuses it.
        at: String,
        /// How the second schema refuses it.
        because: String,
    },
    /// Neither proved nor refuted.
    Unknown {
        /// What stood in the way.
        because: String,
        /// Where in the value, as far as known.
        at: String,
    },
}

/// Checks that `schema` stays within the subset (rules CL-J). `path` is the field it stands in, such as `inputs`;
/// findings name places below it.
#[must_use]
pub fn check(schema: &Value, path: &str) -> Vec<Diagnostic> {
    read::read(schema, path).1
}

/// As [`check`], for schemas that describe named things: inputs and tool arguments must be objects.
#[must_use]
pub fn check_object(schema: &Value, path: &str) -> Vec<Diagnostic> {
    let (node, mut found) = read::read(schema, path);
    if !has_errors(&found) && !node.only_objects() {
        found.push(
            Diagnostic::error(
                &crate::rules::schema::NOT_AN_OBJECT,
                "this schema also accepts values that are not objects",
            )
            .on(path)
            .fix("Write `type: object` with the fields under `properties`."),
        );
    }
    found
}

/// A schema read once, to check many values against it.
#[derive(Debug, Clone)]
pub struct Compiled(Result<Node, Violation>);

impl Compiled {
    /// Reads a schema. One outside the subset accepts no value, and says why.
    #[must_use]
    pub fn new(schema: &Value) -> Self {
        let exact = |mut node: Node| {
            node.shrink();
            node
        };
        Self(usable(schema).map(exact).map_err(|problem| {
            let message = format!("cannot be checked: its schema is not usable: {problem}");
            Violation { path: String::new(), message }
        }))
    }

    /// Checks `value`.
    ///
    /// # Errors
    /// As [`validate()`].
    pub fn validate(&self, value: &Value) -> Result<(), Vec<Violation>> {
        let node = self.0.as_ref().map_err(|unusable| vec![unusable.clone()])?;
        let found = validate::violations(node, value);
        if found.is_empty() { Ok(()) } else { Err(found) }
    }
}

/// Checks `value` against `schema`.
///
/// # Errors
/// Every violation found, at most 50; or a single one at the root if the schema itself is outside the subset.
pub fn validate(schema: &Value, value: &Value) -> Result<(), Vec<Violation>> {
    Compiled::new(schema).validate(value)
}

/// Whether every value valid under `old` is valid under `new`.
///
/// Sound both ways: `Included` is a proof, and a counterexample has been validated under both schemas. What is
/// outside the subset, or too large to decide, is `Unknown`.
#[must_use]
pub fn includes(old: &Value, new: &Value) -> Inclusion {
    if value::same(&stripped(old), &stripped(new)) {
        return Inclusion::Included;
    }
    let read = |schema: &Value, which: &str| {
        usable(schema).map_err(|problem| Inclusion::Unknown {
            because: format!("the {which} schema is outside the decidable subset: {problem}"),
            at: String::new(),
        })
    };
    match (read(old, "first"), read(new, "second")) {
        (Ok(old), Ok(new)) => include::decide(&old, &new),
        (Err(unknown), _) | (_, Err(unknown)) => unknown,
    }
}

/// Whether both schemas are proved to accept the same values.
#[must_use]
pub fn equivalent(a: &Value, b: &Value) -> bool {
    includes(a, b) == Inclusion::Included && includes(b, a) == Inclusion::Included
}

/// Values valid under `schema`, chosen at its edges: smallest, fullest, each option once, ends of ranges. At most
/// 200; empty if the schema is outside the subset or its values are too large to write down.
#[must_use]
pub fn examples_of(schema: &Value) -> Vec<Value> {
    usable(schema).map(|node| example::spread(&node)).unwrap_or_default()
}

/// The schema that accepts only the empty object: what absent inputs or absent arguments mean.
#[must_use]
pub fn nothing() -> Value {
    serde_json::json!({ "type": "object", "properties": {}, "additionalProperties": false })
}

fn usable(schema: &Value) -> Result<Node, String> {
    let (node, found) = read::read(schema, "schema");
    match found.into_iter().find(|d| d.severity == crate::diagnostic::Severity::Error) {
        None => Ok(node),
        Some(problem) => Err(problem.path.map_or_else(String::new, |p| format!("{p}: ")) + &problem.message),
    }
}

#[cfg(test)]
mod tests;

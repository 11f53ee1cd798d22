//! The promise of the check: if it finds nothing, and the data fits the schema, rendering meets no missing value and
//! no value of a wrong type.

use std::cell::Cell;

use cuelight_render::{Limits, NoFragments, RenderError, RenderRequest, compile};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Map, Value, json};

use crate::support::prompt;

/// The type of a field.
#[derive(Debug, Clone, Copy)]
enum Type {
    Text,
    Number,
    Truth,
    TextOrNull,
    Texts,
    Things,
    Thing,
    ThingOrNull,
}

fn schema_of(kind: Type) -> Value {
    let thing = json!({ "type": "object", "additionalProperties": false, "required": ["n"],
        "properties": { "n": { "type": "string" }, "m": { "type": "integer" } } });
    match kind {
        Type::Text => json!({ "type": "string" }),
        Type::Number => json!({ "type": "number" }),
        Type::Truth => json!({ "type": "boolean" }),
        Type::TextOrNull => json!({ "type": ["string", "null"] }),
        Type::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Type::Things => json!({ "type": "array", "items": thing }),
        Type::Thing => thing,
        Type::ThingOrNull => {
            let mut thing = thing;
            thing["type"] = json!(["object", "null"]);
            thing
        }
    }
}

/// A value of the type, chosen by the bits of `dice`.
fn value_of(kind: Type, dice: u8) -> Value {
    let thing = |dice: u8| if dice & 1 == 0 { json!({ "n": "x" }) } else { json!({ "n": "", "m": 3 }) };
    match kind {
        Type::Text => json!(["", "x", "yy", "0"][usize::from(dice % 4)]),
        Type::Number => [json!(0), json!(2), json!(2.5), json!(-1)][usize::from(dice % 4)].clone(),
        Type::Truth => json!(dice & 1 == 0),
        Type::TextOrNull => [json!(null), json!(""), json!("x")][usize::from(dice % 3)].clone(),
        Type::Texts => json!(["x", "y", "z"][..usize::from(dice % 4)]),
        Type::Things => (0..dice % 3).map(|n| thing(dice >> (n + 2))).collect(),
        Type::Thing => thing(dice),
        Type::ThingOrNull if dice & 4 == 0 => Value::Null,
        Type::ThingOrNull => thing(dice),
    }
}

fn kind() -> impl Strategy<Value = Type> {
    prop::sample::select(vec![
        Type::Text,
        Type::Number,
        Type::Truth,
        Type::TextOrNull,
        Type::Texts,
        Type::Things,
        Type::Thing,
        Type::ThingOrNull,
    ])
}

const FIELDS: [&str; 3] = ["f", "g", "h"];

/// Writes templates from a sequence of dice: mostly sensible, often careless about guards and types.
struct Writer<'d> {
    dice: std::slice::Iter<'d, u8>,
    /// What can be read, with its type.
    paths: Vec<(String, Type)>,
}

impl Writer<'_> {
    fn roll(&mut self, sides: u8) -> u8 {
        self.dice.next().map_or(0, |d| d % sides)
    }

    fn path(&mut self) -> (String, Type) {
        let index = usize::from(self.roll(255)) % self.paths.len();
        let (path, kind) = self.paths[index].clone();
        match (kind, self.roll(4)) {
            (Type::Thing | Type::ThingOrNull, 0 | 1) => (format!("{path}.n"), Type::Text),
            (Type::Thing | Type::ThingOrNull, 2) => (format!("{path}.m"), Type::Number),
            (Type::Texts, 0) => (format!("{path}[0]"), Type::Text),
            (Type::Things, 0) => (format!("{path}[1].n"), Type::Text),
            _ => (path, kind),
        }
    }

    fn value(&mut self) -> String {
        let (path, kind) = self.path();
        match (self.roll(8), kind) {
            (0, _) => format!("{path} | default('d')"),
            (1, _) => format!("{path} | json"),
            (2, Type::Text | Type::TextOrNull) => format!("{path} | upper"),
            (2, Type::Texts | Type::Things) => format!("{path} | length"),
            (3, Type::Texts | Type::Things) => format!("{path} | join(', ')"),
            (4, _) => format!("{path} or 'x'"),
            (5, _) => {
                let (other, _) = self.path();
                format!("{path} and {other}")
            }
            (6, _) => self.truth(1),
            _ => path,
        }
    }

    fn truth(&mut self, depth: u8) -> String {
        let (path, kind) = self.path();
        match (self.roll(if depth == 0 { 6 } else { 10 }), kind) {
            (0 | 1, _) => format!("{path} is defined"),
            (2, _) => format!("{path} is not defined"),
            (3, _) => format!("{path} != none"),
            (4, Type::Number) => format!("{path} > 1"),
            (4, Type::Text) => format!("{path} == 'x'"),
            (4, Type::Texts) => format!("'x' in {path}"),
            (6, _) => format!("not ({})", self.truth(depth - 1)),
            (7 | 8, _) => format!("({}) and ({})", self.truth(depth - 1), self.truth(depth - 1)),
            (9, _) => format!("({}) or ({})", self.truth(depth - 1), self.truth(depth - 1)),
            _ => path,
        }
    }

    fn body(&mut self, depth: u8) -> String {
        (0..=self.roll(2)).map(|_| self.node(depth)).collect()
    }

    fn node(&mut self, depth: u8) -> String {
        match self.roll(if depth == 0 { 3 } else { 8 }) {
            0..3 => format!("{{{{ {} }}}}", self.value()),
            3 | 4 => format!("{{% if {} %}}{}{{% endif %}}", self.truth(2), self.body(depth - 1)),
            5 => {
                let (test, yes, no) = (self.truth(2), self.body(depth - 1), self.body(depth - 1));
                format!("{{% if {test} %}}{yes}{{% else %}}{no}{{% endif %}}")
            }
            6 => {
                let (test, yes) = (self.truth(1), self.body(depth - 1));
                let (other, no) = (self.truth(1), self.body(depth - 1));
                format!("{{% if {test} %}}{yes}{{% elif {other} %}}{no}{{% endif %}}")
            }
            _ => {
                let (path, kind) = self.path();
                let element = if matches!(kind, Type::Things) { Type::Thing } else { Type::Text };
                self.paths.push(("x".to_owned(), element));
                let each = self.body(depth - 1);
                self.paths.pop();
                format!("{{% for x in {path} %}}{each}{{% else %}}-{{% endfor %}}")
            }
        }
    }
}

#[test]
fn what_the_check_accepts_never_fails_on_data_that_fits() {
    let field = (kind(), any::<bool>());
    let strategy = (
        prop::array::uniform3(field),
        prop::collection::vec(any::<u8>(), 0..60),
        prop::collection::vec(prop::array::uniform6(any::<u8>()), 8),
    );
    let accepted = Cell::new(0);
    let interesting = Cell::new(0);
    let config = Config { cases: 8000, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&strategy, |(fields, dice, rolls)| {
        let paths = FIELDS.iter().zip(fields).map(|(name, (kind, _))| ((*name).to_owned(), kind)).collect();
        let text = Writer { dice: dice.iter(), paths }.body(3);
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (name, (kind, needed)) in FIELDS.iter().zip(fields) {
            properties.insert((*name).to_owned(), schema_of(kind));
            if needed {
                required.push(*name);
            }
        }
        let mut artifact = prompt(&text);
        artifact.inputs = Some(json!({ "type": "object", "additionalProperties": false,
            "required": required, "properties": properties }));
        let Ok(program) = compile(&artifact, &NoFragments, &Limits::default()) else { return Ok(()) };
        accepted.set(accepted.get() + 1);
        if !program.reads().is_empty() {
            interesting.set(interesting.get() + 1);
        }
        for roll in rolls {
            let mut data = Map::new();
            for (index, (name, (kind, needed))) in FIELDS.iter().zip(fields).enumerate() {
                if needed || roll[index + 3] & 1 == 0 {
                    data.insert((*name).to_owned(), value_of(kind, roll[index]));
                }
            }
            let data = Value::Object(data);
            match program.render(&RenderRequest::new(&data)) {
                Ok(_) | Err(RenderError::Limit { .. }) => {}
                Err(error) => return Err(TestCaseError::fail(format!("{text} on {data}: {error}"))),
            }
        }
        Ok(())
    });
    result.unwrap();
    assert!(
        interesting.get() > 1000,
        "accepted {} with {} reading something",
        accepted.get(),
        interesting.get()
    );
}

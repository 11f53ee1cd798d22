//! Reads a JSON Schema into its meaning, and finds everything that is outside the subset on the way.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::keyword::{KEYWORDS, REFUSED, TYPES, distance, short};
use super::shape::{Fuel, MAX_SHAPES, Node, Shape, TooLarge};
use super::typed::typed;
use super::validate::{accepts, violations};
use super::{MAX_BYTES, MAX_DEPTH, MAX_NODES, place};
use crate::diagnostic::Diagnostic;
use crate::rules::{Rule, schema as rules};

/// The meaning of `schema`, and what a check of it finds. With errors among the findings the meaning is not to be
/// used.
pub(super) fn read(schema: &Value, path: &str) -> (Node, Vec<Diagnostic>) {
    let empty = Map::new();
    let bytes = schema.to_string().len();
    if bytes > MAX_BYTES {
        let message = format!("this schema has {bytes} bytes; at most {MAX_BYTES} are read");
        return (
            Node::Any,
            vec![Diagnostic::error(&rules::TOO_LARGE, message).on(path).fix(rules::TOO_LARGE.fix)],
        );
    }
    let defs = schema.get("$defs").and_then(Value::as_object).unwrap_or(&empty);
    let mut reading = Reading {
        defs,
        found: Vec::new(),
        errors: 0,
        nodes: 0,
        fuel: Fuel::new(200_000),
        open_refs: Vec::new(),
    };
    let root = Place { path: path.to_owned(), depth: 0, typed: false };
    let node = schema_at(&mut reading, schema, &root);
    // a definition nobody refers to is read once as well, so that a mistake in it is not found only on first use
    for (name, def) in defs {
        let at = Place { path: place::field(&place::field(path, "$defs"), name), depth: 1, typed: false };
        if !reading.too_large() {
            schema_at(&mut reading, def, &at);
        }
    }
    let mut found: Vec<Diagnostic> = Vec::new();
    for diagnostic in reading.found {
        if !found.contains(&diagnostic) {
            found.push(diagnostic);
        }
    }
    (node, found)
}

/// Most errors and most warnings kept; whoever has more reads these first.
const MAX_FINDINGS: usize = 200;

/// What is known while reading.
pub(super) struct Reading<'a> {
    defs: &'a Map<String, Value>,
    found: Vec<Diagnostic>,
    errors: usize,
    nodes: usize,
    fuel: Fuel,
    open_refs: Vec<&'a str>,
}

/// Where in the schema we are.
pub(super) struct Place {
    pub path: String,
    pub depth: usize,
    /// Whether a schema around this one, for the same value, already names its type.
    pub typed: bool,
}

impl Place {
    pub fn below(&self, keyword: &str) -> Self {
        Self { path: place::field(&self.path, keyword), depth: self.depth + 1, typed: false }
    }

    fn branch(&self, keyword: &str, index: usize, typed: bool) -> Self {
        Self { path: place::item(&place::field(&self.path, keyword), index), depth: self.depth + 1, typed }
    }
}

impl Reading<'_> {
    fn too_large(&self) -> bool {
        self.nodes > MAX_NODES
    }

    pub fn error(&mut self, rule: &Rule, path: &str, message: impl Into<String>, fix: impl Into<String>) {
        self.errors += 1;
        if self.errors <= MAX_FINDINGS {
            self.found.push(Diagnostic::error(rule, message).on(path).fix(fix));
        }
    }

    pub fn warning(&mut self, rule: &Rule, path: &str, message: impl Into<String>, fix: impl Into<String>) {
        // counted apart, so that warnings never crowd out the errors that make a schema unusable
        if self.found.len().saturating_sub(self.errors.min(MAX_FINDINGS)) < MAX_FINDINGS {
            self.found.push(Diagnostic::warning(rule, message).on(path).fix(fix));
        }
    }

    fn keep(&mut self, node: Result<Node, TooLarge>, at: &Place) -> Node {
        node.unwrap_or_else(|TooLarge| {
            self.error(
                &rules::TOO_LARGE,
                &at.path,
                "the alternatives of this schema multiply to more combinations than are read",
                rules::TOO_LARGE.fix,
            );
            Node::Any
        })
    }
}

/// The meaning of the schema at one place.
pub(super) fn schema_at<'a>(cx: &mut Reading<'a>, schema: &'a Value, at: &Place) -> Node {
    cx.nodes += 1;
    if cx.nodes == MAX_NODES + 1 {
        let message =
            format!("this schema has more than {MAX_NODES} parts, each `$ref` counted as what it stands for");
        // never lost among many other findings
        let finding = Diagnostic::error(&rules::TOO_LARGE, message).on(&at.path).fix(rules::TOO_LARGE.fix);
        cx.errors += 1;
        cx.found.insert(0, finding);
    }
    if cx.too_large() {
        return Node::Any;
    }
    if at.depth > MAX_DEPTH {
        let message = format!("this schema is nested more than {MAX_DEPTH} levels deep");
        cx.error(&rules::TOO_DEEP, &at.path, message, rules::TOO_DEEP.fix);
        return Node::Any;
    }
    let Value::Object(keywords) = schema else {
        let message = format!("a schema is an object; this is {}", super::value::kind_of(schema));
        cx.error(&rules::NOT_A_SCHEMA, &at.path, message, rules::NOT_A_SCHEMA.fix);
        return Node::Any;
    };
    let before = cx.errors;
    check_keywords(cx, keywords, at);
    let node = meaning(cx, keywords, at);
    if cx.errors > before {
        return Node::Any;
    }
    if node.is_never() {
        let fix = "Correct the limits, or remove what contradicts them.";
        cx.error(
            &rules::ACCEPTS_NOTHING,
            &at.path,
            "no value satisfies this schema: its keywords contradict each other",
            fix,
        );
        return Node::Any;
    }
    check_samples(cx, keywords, &node, at);
    node
}

fn check_keywords(cx: &mut Reading, keywords: &Map<String, Value>, at: &Place) {
    for keyword in keywords.keys() {
        if KEYWORDS.iter().any(|(known, _)| known == keyword) {
            if matches!(keyword.as_str(), "$defs" | "$schema" | "$id") && at.depth > 0 {
                let message = format!("`{keyword}` stands only at the top of a schema");
                cx.error(
                    &rules::KEYWORD_VALUE,
                    &place::field(&at.path, keyword),
                    message,
                    "Move it to the top, or remove it.",
                );
            }
            continue;
        }
        let path = place::field(&at.path, keyword);
        if let Some((_, instead)) = REFUSED.iter().find(|(refused, _)| refused == keyword) {
            let message = format!(
                "`{keyword}` is JSON Schema, but not part of the subset that versions can be computed from"
            );
            cx.error(&rules::UNSUPPORTED_KEYWORD, &path, message, *instead);
        } else {
            let near = KEYWORDS.iter().map(|(k, _)| *k).min_by_key(|k| distance(k, keyword));
            let fix = match near.filter(|k| distance(k, keyword) <= 2) {
                Some(near) => format!("Did you mean `{near}`?"),
                None => "Remove it, or say it in `description`.".to_owned(),
            };
            cx.error(
                &rules::UNKNOWN_KEYWORD,
                &path,
                format!("`{}` is not a keyword of JSON Schema", short(keyword)),
                fix,
            );
        }
    }
    if keywords.get("$defs").is_some_and(|defs| !defs.is_object()) {
        wrong(cx, at, "$defs", "an object of schemas");
    }
    for keyword in ["title", "description", "format", "$comment", "$schema", "$id"] {
        if keywords.get(keyword).is_some_and(|v| !v.is_string()) {
            wrong(cx, at, keyword, "a text");
        }
    }
}

/// The type-specific part, then `enum`, `const`, `anyOf`, `oneOf` and `$ref`, each narrowing what is left.
fn meaning<'a>(cx: &mut Reading<'a>, keywords: &'a Map<String, Value>, at: &Place) -> Node {
    let types = types_of(cx, keywords, at);
    check_applicable(cx, keywords, types.as_ref(), at);
    let mut node = typed(cx, keywords, types.as_ref(), at);
    if let Some(values) = enumerated(cx, keywords, at) {
        let (kept, lost): (Vec<&Value>, Vec<&Value>) = values.iter().partition(|v| accepts(&node, v));
        if let (Some(lost), false) = (lost.first(), kept.is_empty()) {
            let message =
                format!("the value {} of `enum` is refused by the other keywords", super::value::brief(lost));
            cx.warning(
                &rules::WITHOUT_EFFECT,
                &place::field(&at.path, "enum"),
                message,
                "Remove it, or correct the type or limits beside it.",
            );
        }
        node = Node::Union(kept.into_iter().cloned().map(Shape::Exact).collect());
    }
    let inner_typed = at.typed || types.is_some();
    for keyword in ["anyOf", "oneOf"] {
        if let Some(branches) = branches(cx, keywords, keyword, at, inner_typed) {
            if keyword == "oneOf" {
                check_disjoint(cx, &branches, at);
            }
            let all = branches.into_iter().try_fold(Node::Union(Vec::new()), Node::or);
            let all = cx.keep(all, at);
            let both = node.and(&all, &cx.fuel);
            node = cx.keep(both, at);
        }
    }
    if let Some(reference) = keywords.get("$ref") {
        let target = referred(cx, reference, at);
        let both = node.and(&target, &cx.fuel);
        node = cx.keep(both, at);
    }
    node
}

fn types_of<'a>(cx: &mut Reading, keywords: &'a Map<String, Value>, at: &Place) -> Option<BTreeSet<&'a str>> {
    let path = place::field(&at.path, "type");
    let names: Vec<&Value> = match keywords.get("type")? {
        Value::Array(list) if !list.is_empty() => list.iter().collect(),
        one @ Value::String(_) => vec![one],
        _ => {
            cx.error(
                &rules::KEYWORD_VALUE,
                &path,
                "`type` must be a type name or a list of them",
                types_fix(),
            );
            return None;
        }
    };
    let mut types = BTreeSet::new();
    for name in names {
        match name.as_str().filter(|n| TYPES.contains(n)) {
            Some(name) => {
                types.insert(name);
            }
            None => {
                cx.error(
                    &rules::KEYWORD_VALUE,
                    &path,
                    format!("{} is not a type", super::value::brief(name)),
                    types_fix(),
                );
            }
        }
    }
    Some(types)
}

fn types_fix() -> String {
    format!("Write one of {}.", TYPES.join(", "))
}

fn check_applicable(
    cx: &mut Reading,
    keywords: &Map<String, Value>,
    types: Option<&BTreeSet<&str>>,
    at: &Place,
) {
    for (keyword, applies_to) in KEYWORDS.iter().filter(|(k, t)| !t.is_empty() && keywords.contains_key(*k)) {
        let path = place::field(&at.path, keyword);
        match types {
            None if at.typed => {}
            None => {
                let message = format!(
                    "`{keyword}` says nothing about values that are not of type {applies_to}, and no type is named"
                );
                cx.warning(&rules::WITHOUT_EFFECT, &path, message, format!("Add `type: {applies_to}`."));
            }
            Some(types)
                if types.contains(applies_to) || (*applies_to == "number" && types.contains("integer")) => {}
            Some(_) => {
                let message =
                    format!("`{keyword}` has no effect: no value of this type is of type {applies_to}");
                cx.warning(
                    &rules::WITHOUT_EFFECT,
                    &path,
                    message,
                    format!("Remove it, or add {applies_to} to `type`."),
                );
            }
        }
    }
}

fn enumerated<'a>(cx: &mut Reading, keywords: &'a Map<String, Value>, at: &Place) -> Option<Vec<&'a Value>> {
    let one = keywords.get("const").map(|value| vec![value]);
    let several = match keywords.get("enum") {
        None => None,
        Some(Value::Array(list)) if (1..=MAX_SHAPES).contains(&list.len()) => {
            Some(list.iter().collect::<Vec<_>>())
        }
        Some(_) => {
            wrong(cx, at, "enum", &format!("a list of 1 to {MAX_SHAPES} values"));
            None
        }
    };
    match (one, several) {
        (Some(one), Some(several)) => {
            Some(one.into_iter().filter(|v| several.iter().any(|s| super::value::same(s, v))).collect())
        }
        (one, several) => one.or(several),
    }
}

fn branches<'a>(
    cx: &mut Reading<'a>,
    keywords: &'a Map<String, Value>,
    keyword: &str,
    at: &Place,
    typed: bool,
) -> Option<Vec<Node>> {
    match keywords.get(keyword)? {
        Value::Array(list) if !list.is_empty() => Some(
            list.iter()
                .enumerate()
                .map(|(i, branch)| schema_at(cx, branch, &at.branch(keyword, i, typed)))
                .collect(),
        ),
        _ => {
            wrong(cx, at, keyword, "a list of at least one schema");
            None
        }
    }
}

fn check_disjoint(cx: &mut Reading, branches: &[Node], at: &Place) {
    for (i, a) in branches.iter().enumerate() {
        for (j, b) in branches.iter().enumerate().skip(i + 1) {
            match a.and(b, &cx.fuel) {
                Ok(both) if both.is_never() => {}
                Ok(both) => {
                    let shown = super::example::least(&both)
                        .map_or_else(String::new, |v| format!(", for instance {}", super::value::brief(&v)));
                    let message =
                        format!("alternatives {i} and {j} of `oneOf` accept some of the same values{shown}");
                    let fix = "Use `anyOf`, or tell the alternatives apart by a required `const` field.";
                    cx.error(&rules::ONE_OF_OVERLAPS, &place::field(&at.path, "oneOf"), message, fix);
                }
                Err(TooLarge) => {
                    cx.keep(Err(TooLarge), at);
                }
            }
        }
    }
}

fn referred<'a>(cx: &mut Reading<'a>, reference: &'a Value, at: &Place) -> Node {
    let path = place::field(&at.path, "$ref");
    let target = reference
        .as_str()
        .and_then(|r| r.strip_prefix("#/$defs/"))
        .and_then(|name| cx.defs.get_key_value(name));
    let Some((name, def)) = target else {
        let known: Vec<&str> = cx.defs.keys().map(String::as_str).collect();
        let fix = if known.is_empty() {
            "Define it under `$defs` at the top and refer to `#/$defs/name`.".to_owned()
        } else {
            format!("Refer to `#/$defs/` and one of: {}.", known.join(", "))
        };
        cx.error(
            &rules::UNKNOWN_REFERENCE,
            &path,
            format!("{} refers to nothing in this schema", super::value::brief(reference)),
            fix,
        );
        return Node::Any;
    };
    if cx.open_refs.contains(&name.as_str()) {
        let message = format!("`{name}` contains itself: {} → {name}", cx.open_refs.join(" → "));
        cx.error(&rules::RECURSIVE_REFERENCE, &path, message, rules::RECURSIVE_REFERENCE.fix);
        return Node::Any;
    }
    cx.open_refs.push(name);
    let node = schema_at(cx, def, &Place { path, depth: at.depth + 1, typed: false });
    cx.open_refs.pop();
    node
}

fn check_samples(cx: &mut Reading, keywords: &Map<String, Value>, node: &Node, at: &Place) {
    let default = keywords.get("default").map(|value| ("default", place::field(&at.path, "default"), value));
    let examples = match keywords.get("examples") {
        None => Vec::new(),
        Some(Value::Array(list)) => {
            let base = place::field(&at.path, "examples");
            list.iter().enumerate().map(|(i, value)| ("example", place::item(&base, i), value)).collect()
        }
        Some(_) => {
            wrong(cx, at, "examples", "a list of values");
            Vec::new()
        }
    };
    for (word, path, value) in default.into_iter().chain(examples) {
        if let Some(violation) = violations(node, value).first() {
            let message = format!("the {word} {} is not valid here: {violation}", super::value::brief(value));
            cx.error(&rules::SAMPLE_INVALID, &path, message, "Correct the value, or the schema around it.");
        }
    }
}

/// The value of a keyword is not what it must be.
pub(super) fn wrong(cx: &mut Reading, at: &Place, keyword: &str, demanded: &str) {
    let path = place::field(&at.path, keyword);
    cx.error(
        &rules::KEYWORD_VALUE,
        &path,
        format!("`{keyword}` must be {demanded}"),
        format!("Write {demanded}."),
    );
}

/// A whole number, 0 or more.
pub(super) fn whole(value: &Value) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole, not negative, and below 2^53"
    )]
    value.as_f64().filter(|n| n.fract() == 0.0 && (0.0..=9e15).contains(n)).map(|n| n as u64)
}

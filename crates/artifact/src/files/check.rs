//! Checks of an artifact's fields against each other, whatever it was read from.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::overridable;
use super::shape::{child, is_identifier, is_owner, item, member};
use super::tree::MAX_INTEGER;
use super::{MAX_TEXT, report};
use crate::diagnostic::Diagnostic;
use crate::model::{Artifact, ConstantType, Message, OutputKind, Risk, Role};
use crate::name::Kind;
use crate::rules::Rule;
use crate::rules::file::{
    AUTHORITY_CONFLICT, BAD_VALUE, CHANGE_INTENT, CONSTANT_TYPE, DUPLICATE_NAME, EMPTY_TEXT, IDENTIFIER,
    MISSING_OWNER, NOT_OVERRIDABLE, NOTHING_TO_SAY, NUMBER_RANGE, OUTPUT_SCHEMA, SYSTEM_FIRST, TOO_LARGE,
    UNKNOWN_KEY,
};

/// Everything wrong with the fields of `artifact`: findings name the artifact and the field's path, and
/// [`super::SourceMap::place`] adds the file. Templates, schemas and fragments have checks of their own.
#[must_use]
pub fn check(artifact: &Artifact) -> Vec<Diagnostic> {
    let mut found = Findings(Vec::new());
    check_kind(artifact, &mut found);
    check_people(artifact, &mut found);
    check_constants(artifact, &mut found);
    check_texts(artifact, &mut found);
    check_names(artifact, &mut found);
    check_contract(artifact, &mut found);
    check_numbers(artifact, &mut found);
    let id = artifact.id();
    found.0.into_iter().map(|d| d.of(&id)).collect()
}

struct Findings(Vec<Diagnostic>);

impl Findings {
    fn error(&mut self, rule: &'static Rule, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(report::with_fix(Diagnostic::error(rule, message).on(path), rule));
    }

    fn error_with(
        &mut self,
        rule: &'static Rule,
        path: impl Into<String>,
        message: impl Into<String>,
        fix: &str,
    ) {
        self.0.push(Diagnostic::error(rule, message).on(path).fix(fix));
    }

    fn warning(&mut self, rule: &'static Rule, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(report::with_fix(Diagnostic::warning(rule, message).on(path), rule));
    }
}

fn check_kind(artifact: &Artifact, found: &mut Findings) {
    match artifact.kind {
        Kind::Prompt => {
            if artifact.body.is_some() {
                found.error(&UNKNOWN_KEY, "body", "a prompt has no `body`; its texts are messages");
            }
            if !artifact.messages.iter().any(|m| matches!(m, Message::Text { .. })) {
                let fix = "Add a message with a role and a text.";
                found.error_with(&NOTHING_TO_SAY, "messages", "the prompt has no message with a text", fix);
            }
        }
        Kind::Fragment => {
            let foreign = [
                ("model", artifact.model.is_some()),
                ("messages", !artifact.messages.is_empty()),
                ("output", artifact.output != crate::model::Output::default()),
                ("tools", artifact.tools.is_some()),
                ("retrieval", artifact.retrieval.is_some()),
                ("authority", artifact.authority != crate::model::Authority::default()),
                ("integration", !artifact.integration.is_empty()),
                ("overridable", !artifact.overridable.is_empty()),
            ];
            for (key, present) in foreign {
                if present {
                    found.error(
                        &UNKNOWN_KEY,
                        key,
                        format!("a fragment has no `{key}`; that belongs to a prompt"),
                    );
                }
            }
            if artifact.body.is_none() {
                found.error(&NOTHING_TO_SAY, "body", "the fragment has no body");
            }
        }
    }
    for key in artifact.extensions.keys().filter(|k| !k.starts_with("x-")) {
        found.error(&UNKNOWN_KEY, key.clone(), format!("`{key}` does not start with `x-`"));
    }
}

/// Words that say that something changed, but not why.
const TRIVIAL: &[&str] = &[
    "bug fix",
    "bugfix",
    "change",
    "changed",
    "changes",
    "edit",
    "edits",
    "first version",
    "fix",
    "fixed",
    "fixes",
    "improve",
    "improvement",
    "improvements",
    "initial",
    "initial version",
    "minor",
    "minor changes",
    "misc",
    "n/a",
    "new version",
    "none",
    "small changes",
    "small fix",
    "test",
    "tbd",
    "todo",
    "tweak",
    "tweaks",
    "typo",
    "update",
    "updated",
    "updates",
    "various",
    "wip",
];

fn check_people(artifact: &Artifact, found: &mut Findings) {
    let owners = &artifact.owners;
    let each =
        [("business", &owners.business), ("technical", &owners.technical), ("rollback", &owners.rollback)];
    for (which, owner) in each {
        let path = child("owners", which);
        match owner {
            Some(owner) if !is_owner(owner) => {
                let message = format!("`{owner}` is not an owner");
                found.error_with(&BAD_VALUE, path, message, "Write `team:name` or `user:name`.");
            }
            None if artifact.risk == Risk::High && which == "rollback" => {
                found.error(&MISSING_OWNER, path, "the risk is high, and nobody owns the rollback");
            }
            None if artifact.risk == Risk::High => {
                found.warning(
                    &MISSING_OWNER,
                    path,
                    format!("the risk is high, and there is no {which} owner"),
                );
            }
            _ => {}
        }
    }
    let intent = artifact.change_intent.trim().trim_end_matches(['.', '!']).to_lowercase();
    if intent.is_empty() {
        found.warning(&CHANGE_INTENT, "change_intent", "`change_intent` is empty");
    } else if TRIVIAL.contains(&intent.as_str()) {
        let message = format!("`change_intent: {}` does not say why", artifact.change_intent.trim());
        found.warning(&CHANGE_INTENT, "change_intent", message);
    }
    if let Some(tag) = artifact.tags.iter().find(|t| t.trim().is_empty()) {
        found.error(&EMPTY_TEXT, member("tags", tag), "a tag is empty");
    }
    if let Some(i) = artifact.known_limitations.iter().position(|t| t.trim().is_empty()) {
        found.error(&EMPTY_TEXT, item("known_limitations", i), "a known limitation is empty");
    }
}

fn check_constants(artifact: &Artifact, found: &mut Findings) {
    for (name, constant) in &artifact.constants {
        let path = child("constants", name);
        if !is_identifier(name) {
            found.error(&IDENTIFIER, path.clone(), format!("`{name}` is not an identifier"));
        }
        let (fits, wanted) = match constant.kind {
            ConstantType::Integer => (constant.value.is_i64() || constant.value.is_u64(), "a whole number"),
            ConstantType::Number => (constant.value.is_number(), "a number"),
            ConstantType::String => (constant.value.is_string(), "a text"),
            ConstantType::Boolean => (constant.value.is_boolean(), "true or false"),
        };
        if !fits {
            let message =
                format!("the constant `{name}` is declared as {wanted}, but its value is {}", constant.value);
            found.error(&CONSTANT_TYPE, child(&path, "value"), message);
        }
        if constant.stricter.is_some()
            && !matches!(constant.kind, ConstantType::Integer | ConstantType::Number)
        {
            let message = format!("the constant `{name}` is no number, so neither direction is stricter");
            found.error_with(&BAD_VALUE, child(&path, "stricter"), message, "Delete `stricter`.");
        }
    }
}

fn check_texts(artifact: &Artifact, found: &mut Findings) {
    let messages = artifact.messages.iter().enumerate().filter_map(|(i, m)| match m {
        Message::Text { text, .. } => Some((child(&item("messages", i), "text"), text)),
        Message::Placeholder { .. } => None,
    });
    for (path, text) in messages.chain(artifact.body.iter().map(|b| ("body".to_owned(), b))) {
        if text.trim().is_empty() {
            found.error(&EMPTY_TEXT, path, "the text is empty");
        } else if text.len() > MAX_TEXT {
            let message = format!("the text has {} bytes; the limit is {MAX_TEXT}", text.len());
            found.error(&TOO_LARGE, path, message);
        }
    }
    let later_system = artifact
        .messages
        .iter()
        .enumerate()
        .skip(1)
        .find(|(i, m)| is_system(m) && !artifact.messages[..*i].iter().all(is_system));
    if let Some((i, _)) = later_system {
        found.warning(&SYSTEM_FIRST, item("messages", i), "a system message stands after other messages");
    }
}

const fn is_system(message: &Message) -> bool {
    matches!(message, Message::Text { role: Role::System, .. })
}

fn check_names(artifact: &Artifact, found: &mut Findings) {
    for alias in artifact.fragments.keys().filter(|a| !is_identifier(a)) {
        found.error(
            &IDENTIFIER,
            child("fragments", alias),
            format!("the alias `{alias}` is not an identifier"),
        );
    }
    let tools = artifact.tools.iter().flat_map(|t| &t.list).enumerate();
    let tools = tools.map(|(i, t)| (child(&item("tools.list", i), "name"), &t.name));
    let placeholders = artifact.messages.iter().enumerate().filter_map(|(i, m)| match m {
        Message::Placeholder { name, .. } => Some((child(&item("messages", i), "name"), name)),
        Message::Text { .. } => None,
    });
    let retrieval = artifact.retrieval.iter().map(|r| ("retrieval.into".to_owned(), &r.into));
    for (path, name) in
        tools.clone().chain(placeholders.clone()).chain(retrieval).filter(|(_, n)| !is_identifier(n))
    {
        found.error(&IDENTIFIER, path, format!("`{name}` is not an identifier"));
    }
    let rules = artifact.authority.escalation.iter().enumerate();
    let rules = rules.map(|(i, e)| (child(&item("authority.escalation", i), "id"), &e.id));
    let tests = artifact.tests.iter().enumerate();
    let tests = tests.map(|(i, t)| (child(&item("tests", i), "name"), &t.name));
    unique("tools", tools, found);
    unique("placeholders", placeholders, found);
    unique("escalation rules", rules, found);
    unique("tests", tests, found);
}

fn unique<'n>(what: &str, names: impl Iterator<Item = (String, &'n String)>, found: &mut Findings) {
    let mut seen = BTreeSet::new();
    for (path, name) in names {
        if name.trim().is_empty() {
            found.error(&EMPTY_TEXT, path, format!("one of the {what} has an empty name"));
        } else if !seen.insert(name) {
            found.error(&DUPLICATE_NAME, path, format!("two {what} are called `{name}`"));
        }
    }
}

fn check_contract(artifact: &Artifact, found: &mut Findings) {
    match (artifact.output.kind, artifact.output.schema.is_some()) {
        (OutputKind::Json, false) => {
            found.warning(&OUTPUT_SCHEMA, "output", "the output is JSON without a schema");
        }
        (OutputKind::Text, true) => {
            found.warning(&OUTPUT_SCHEMA, "output", "the output has a schema, but its kind is text");
        }
        _ => {}
    }
    for path in &artifact.overridable {
        let problem = match overridable::parse(path) {
            None => "may not be overridden",
            Some(field) if !field.exists_in(artifact) => "is not a field of this artifact",
            Some(_) => continue,
        };
        found.error(&NOT_OVERRIDABLE, member("overridable", path), format!("`{path}` {problem}"));
    }
    let authority = &artifact.authority;
    let lists = [
        ("allowed", &authority.allowed),
        ("forbidden", &authority.forbidden),
        ("approval_required", &authority.approval_required),
    ];
    let mut first: BTreeMap<&String, &str> = BTreeMap::new();
    for (list, actions) in lists {
        for action in actions {
            if let Some(other) = first.insert(action, list) {
                let message = format!("the action `{action}` is both in `{other}` and in `{list}`");
                found.error(&AUTHORITY_CONFLICT, member(&child("authority", list), action), message);
            }
        }
    }
    if let Some(tools) = &artifact.tools
        && tools.list.is_empty()
        && tools.choice == crate::model::ToolChoice::Required
    {
        let message = "the model must call a tool, but there is none";
        found.error_with(&BAD_VALUE, "tools.choice", message, "Add a tool, or choose `auto`.");
    }
}

/// Integers that other JSON programs would read as another number. Files cannot hold them; a request can.
fn check_numbers(artifact: &Artifact, found: &mut Findings) {
    if let Ok(value) = serde_json::to_value(artifact) {
        walk(&value, "", found);
    }
}

fn walk(value: &Value, path: &str, found: &mut Findings) {
    match value {
        Value::Number(n) if !n.is_f64() && !exact(n) => {
            found.error(&NUMBER_RANGE, path, format!("`{n}` lies beyond ±{MAX_INTEGER} (2^53-1)"));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(i, v)| walk(v, &item(path, i), found)),
        Value::Object(map) => map.iter().for_each(|(k, v)| walk(v, &child(path, k), found)),
        _ => {}
    }
}

fn exact(n: &serde_json::Number) -> bool {
    n.as_i64().is_some_and(|n| (-MAX_INTEGER..=MAX_INTEGER).contains(&n))
}

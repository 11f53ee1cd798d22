//! What a caller gives, and what a model answers, as a table made from JSON Schema.

use maud::{Markup, html};
use serde_json::Value;

use super::live::value;
use crate::parts::{Table, user};
use crate::words::t;

/// Most levels of objects within objects.
const MAX_DEPTH: usize = 4;

/// One row per property; those of objects within are named with the way to them.
pub(super) fn table(caption: &str, schema: Option<&Value>) -> Markup {
    let mut table = Table::new(caption)
        .column(t!("library-name"))
        .column(t!("prompt-type"))
        .column(t!("prompt-required"))
        .column(t!("prompt-allowed-values"))
        .column(t!("prompt-meaning"));
    if let Some(schema) = schema {
        rows(&mut table, schema, "", 0);
    }
    if table.is_empty() {
        html! { p class="muted" { (t!("prompt-inputs-none")) } }
    } else {
        table.draw()
    }
}

fn rows(table: &mut Table, schema: &Value, within: &str, depth: usize) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, property) in properties {
        let path = format!("{within}{name}");
        table.row(vec![
            html! { span class="mono" { (user(&path)) } },
            html! { (kind(property)) },
            html! { @if required.contains(&name.as_str()) { (t!("prompt-yes")) } @else { (t!("prompt-no")) } },
            allowed(property),
            user(property.get("description").and_then(Value::as_str).unwrap_or_default()),
        ]);
        if depth < MAX_DEPTH {
            rows(table, property, &format!("{path}."), depth + 1);
            if let Some(items) = property.get("items") {
                rows(table, items, &format!("{path}[]."), depth + 1);
            }
        }
    }
}

fn kind(property: &Value) -> String {
    let one = |kind: &str| match kind {
        "string" => t!("prompt-type-text"),
        "integer" => t!("prompt-type-whole"),
        "number" => t!("prompt-type-number"),
        "boolean" => t!("prompt-type-yes-no"),
        "array" => t!("prompt-type-list"),
        "object" => t!("prompt-type-fields"),
        "null" => t!("prompt-no-value"),
        other => other.to_owned(),
    };
    match property.get("type") {
        Some(Value::String(kind)) => one(kind),
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).map(one).collect::<Vec<_>>().join(" / ")
        }
        _ => t!("prompt-type-any"),
    }
}

/// What limits the value, each limit on its own.
fn allowed(property: &Value) -> Markup {
    let limit = |key: &str| property.get(key).map(value);
    let limits = [
        (t!("prompt-at-least"), limit("minimum")),
        (t!("prompt-more-than"), limit("exclusiveMinimum")),
        (t!("prompt-at-most"), limit("maximum")),
        (t!("prompt-less-than"), limit("exclusiveMaximum")),
        (t!("prompt-least-letters"), limit("minLength")),
        (t!("prompt-most-letters"), limit("maxLength")),
        (t!("prompt-least-items"), limit("minItems")),
        (t!("prompt-most-items"), limit("maxItems")),
        (t!("prompt-pattern"), limit("pattern")),
        (t!("prompt-format"), limit("format")),
        (t!("prompt-always"), limit("const")),
        (t!("prompt-usually"), limit("default")),
    ];
    let listed = property.get("enum").and_then(Value::as_array);
    html! {
        @if let Some(listed) = listed {
            @for (i, one) in listed.iter().enumerate() { @if i > 0 { ", " } (value(one)) }
        }
        @for (label, limit) in limits.iter().filter_map(|(l, v)| Some((l, v.as_ref()?))) {
            div { (label) " " (limit) }
        }
    }
}

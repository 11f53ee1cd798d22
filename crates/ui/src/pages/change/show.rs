//! Differences drawn: texts word by word, other fields as a table, and why it is this kind of change.

use cuelight_artifact::boundary::{BoundaryChange, Certainty};
use cuelight_artifact::bump::{Class, Reason};
use cuelight_artifact::diff::{ChangeKind, FieldChange, WordOp, words};
use cuelight_artifact::rules;
use maud::{Markup, html};
use serde_json::Value;

use super::{Labels, kind_of_change};
use crate::parts::sides::{Lines, inline, side_by_side};
use crate::parts::{Table, Tone, chip, note, user};
use crate::words::t;

/// A value with more lines than this is folded.
const LONG: usize = 6;

/// How texts are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Both texts beside each other.
    Side(Lines),
    /// One text.
    Inline,
}

/// A sentence of a rule in the words of the interface. What stands between back-ticks is quoted: a field by its name,
/// everything else as it is.
pub fn sentence(text: &str, labels: &Labels) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 1 { @match labels.field(part) { Some(name) => q { (user(name)) }, None => code { (user(part)) } } }
            @else { (part.replace("fragments", "shared texts").replace("fragment", "shared text").replace("artifact", "text").replace("yanked", "withdrawn").replace("golden case", "test case")) }
        }
    }
}

/// Differences of texts, and the others.
pub fn parts_of(changes: &[FieldChange]) -> (Vec<&FieldChange>, Vec<&FieldChange>) {
    let is_text = |c: &&FieldChange| {
        let text = |v: &Option<Value>| v.as_ref().is_some_and(Value::is_string);
        let long = |v: &Option<Value>| {
            v.as_ref().and_then(Value::as_str).is_some_and(|t| t.contains('\n') || t.len() > 60)
        };
        text(&c.before)
            && text(&c.after)
            && (long(&c.before) || long(&c.after) || c.path.starts_with("messages["))
    };
    // A shared text's content counts by its number; its digest says the same again.
    let shown = changes.iter().filter(|c| !c.path.ends_with(".locked.digest"));
    let (mut prose, rest): (Vec<_>, Vec<_>) = shown.partition(is_text);
    // What a model reads comes first, the reason last: it is new in every version.
    prose.sort_by_key(|c| match c.path.as_str() {
        "change_intent" => 2,
        "body" => 0,
        path => i32::from(!path.starts_with("messages[")),
    });
    (prose, rest)
}

/// Texts word by word, each under its name.
pub fn texts(changes: &[&FieldChange], labels: &Labels, names: (&str, &str), view: View) -> Markup {
    let said = |v: &Option<Value>| v.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    html! {
        @for change in changes {
            @let spans = words(&said(&change.before), &said(&change.after));
            section class="changed" {
                h3 { (user(labels.name(&change.path))) }
                @match view {
                    View::Side(lines) => (side_by_side(&spans, names, lines)),
                    View::Inline => (inline(&spans)),
                }
            }
        }
    }
}

/// Other fields as a table. Those of test cases are many and of little weight: folded.
pub fn table(changes: &[&FieldChange], labels: &Labels, names: (&str, &str)) -> Markup {
    let is_case = |c: &&FieldChange| c.path.starts_with("tests");
    let (cases, rest): (Vec<&FieldChange>, Vec<&FieldChange>) = changes.iter().copied().partition(is_case);
    html! {
        @if !rest.is_empty() { div class="changes" { (rows(&rest, labels, names)) } }
        @if !cases.is_empty() {
            details class="folded" {
                summary { (t!("change-cases", count = cases.len())) }
                div class="changes" { (rows(&cases, labels, names)) }
            }
        }
    }
}

fn rows(changes: &[&FieldChange], labels: &Labels, names: (&str, &str)) -> Markup {
    let mut table = Table::new(t!("change-table")).column(t!("change-field")).column(names.0).column(names.1);
    for change in changes {
        let (before, after) = match change.kind {
            ChangeKind::Added => {
                (html! { span class="muted" { (t!("change-nothing")) } }, came(&change.after))
            }
            ChangeKind::Removed => {
                (went(&change.before), html! { span class="muted" { (t!("change-nothing")) } })
            }
            ChangeKind::Changed | ChangeKind::Moved => (went(&change.before), came(&change.after)),
        };
        let moved = change.kind == ChangeKind::Moved;
        let name = html! { (user(labels.name(&change.path))) @if moved { " " span class="hint" { (t!("change-moved")) } } };
        table.row(vec![name, before, after]);
    }
    table.draw()
}

fn went(value: &Option<Value>) -> Markup {
    html! { @if let Some(value) = value { (marked(WordOp::Delete, value)) } @else { span class="muted" { (t!("change-nothing")) } } }
}

fn came(value: &Option<Value>) -> Markup {
    html! { @if let Some(value) = value { (marked(WordOp::Insert, value)) } @else { span class="muted" { (t!("change-nothing")) } } }
}

/// A value with the mark of its side. A long one is folded and has the mark inside: a mark around lines of code would
/// hide them.
fn marked(op: WordOp, value: &Value) -> Markup {
    if let Some(version) = version_of(value) {
        return marked(op, &Value::from(version));
    }
    let structured = matches!(value, Value::Object(_))
        || matches!(value, Value::Array(l) if !l.iter().all(Value::is_string));
    html! {
        @if structured { (shown(value)) }
        @else if op == WordOp::Delete { del { (shown(value)) } }
        @else { ins { (shown(value)) } }
    }
}

/// The number of a shared text that is included. Its content has an id too, which says the same to machines.
fn version_of(value: &Value) -> Option<&str> {
    let fields = value.as_object().filter(|o| o.len() == 2 && o.contains_key("digest"))?;
    fields.get("version")?.as_str()
}

/// A value as people read it.
fn shown(value: &Value) -> Markup {
    match value {
        Value::Null => html! { (t!("change-nothing")) },
        Value::Bool(true) => html! { (t!("change-yes")) },
        Value::Bool(false) => html! { (t!("change-no")) },
        Value::Number(n) => html! { (n) },
        Value::String(text) if text.is_empty() => html! { (t!("change-empty")) },
        Value::String(text) => user(text),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            let all: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            user(all.join(", "))
        }
        Value::Object(fields)
            if fields.values().all(|v| v.is_string() || v.is_number() || v.is_boolean()) =>
        {
            html! {
                @for (name, value) in fields {
                    span class="block" { span class="muted" { (user(name)) ":" } " " (shown(value)) }
                }
            }
        }
        other => {
            let text = serde_json::to_string_pretty(other).unwrap_or_default();
            let long = text.lines().count() > LONG;
            html! {
                @if long { details { summary { (t!("change-value", count = text.lines().count())) } span class="prompt-text" { (user(text)) } } }
                @else { span class="prompt-text" { (user(text)) } }
            }
        }
    }
}

/// The kind of change and each rule that makes it so.
pub fn reasons(class: Class, reasons: &[Reason], labels: &Labels) -> Markup {
    let (_, kind) = kind_of_change(class);
    html! {
        p { strong { (kind) } " " (why(class)) }
        @if !reasons.is_empty() {
            ul class="list" {
                @for reason in reasons {
                    @let (tone, kind) = kind_of_change(reason.class);
                    li {
                        div class="spread" { strong { (user(labels.name(&reason.path))) } (chip(tone, kind)) }
                        p { (sentence(&reason.sentence, labels)) }
                        @if let Some(example) = &reason.counterexample {
                            p class="hint" { (t!("change-example")) " " code { (user(example)) } }
                        }
                        @if let Some(rule) = rules::by_id(&reason.rule) {
                            details { summary class="hint" { (t!("change-rule")) } p class="hint" { (sentence(rule.summary, labels)) " " (sentence(rule.why, labels)) } }
                        }
                    }
                }
            }
        }
    }
}

fn why(class: Class) -> String {
    match class {
        Class::None => t!("change-kind-none-means"),
        Class::Patch => t!("change-kind-patch-means"),
        Class::Minor => t!("change-kind-minor-means"),
        Class::Major => t!("change-kind-major-means"),
    }
}

/// Boundaries that are relaxed; nothing when none is.
pub fn boundary(changes: &[BoundaryChange], labels: &Labels) -> Markup {
    if changes.is_empty() {
        return html! {};
    }
    note(
        Tone::Warn,
        html! {
            p { strong { (t!("change-boundary", count = changes.len())) } }
            ul {
                @for change in changes {
                    li {
                        strong { (user(labels.name(&change.path))) ": " }
                        (sentence(&change.sentence, labels))
                        @if change.certainty == Certainty::Possible { " " (t!("change-boundary-possible")) }
                    }
                }
            }
        },
    )
}

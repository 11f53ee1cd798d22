//! The fields of the editor: one block per message, then what is said about it.

use cuelight_app::edit::Shared;
use cuelight_artifact::model::{ConstantType, Message, Role, Stricter};
use cuelight_artifact::{ArtifactRef, Diagnostic, Kind};
use maud::{Markup, html};
use serde_json::json;

use super::Editor;
use crate::pages::change::{own_address, role, sentence};
use crate::parts::{Field, card, text, user};
use crate::words::t;

/// All fields.
pub fn draw(editor: &Editor) -> Markup {
    let fields = &editor.input.fields;
    html! {
        @match &fields.body {
            Some(body) => (card("text", &t!("change-body"), html! {}, html! {
                (template(editor, "body", "body", t!("change-body"), body))
                (helpers(editor, "f-body"))
            })),
            None => {
                @for (index, message) in fields.messages.iter().enumerate() { (block(editor, index, message)) }
                p { button class="btn" type="submit" name="do" value="add" { (t!("edit-add-message")) } }
            }
        }
        (why(editor))
        (constants(editor))
        (about(editor))
    }
}

fn block(editor: &Editor, index: usize, message: &Message) -> Markup {
    let number = index + 1;
    let head = html! {
        div class="row" {
            @if index > 0 {
                button class="btn quiet small" type="submit" name="do" value={ "up:" (index) } { (t!("edit-up")) span class="vh" { " " (number) } }
            }
            button class="btn quiet small" type="submit" name="do" value={ "remove:" (index) } { (t!("edit-remove")) span class="vh" { " " (number) } }
        }
    };
    let id = format!("message-{index}");
    match message {
        Message::Placeholder { name, optional } => card(
            &id,
            &t!("change-message", number = number),
            head,
            html! {
                input type="hidden" name={ "m." (index) ".place" } value=(name);
                @if *optional { input type="hidden" name={ "m." (index) ".optional" } value="yes"; }
                p { (t!("version-placeholder")) " " code { (user(name)) } }
            },
        ),
        Message::Text { role: speaker, text } => {
            let roles = [Role::System, Role::User, Role::Assistant];
            let options = roles.iter().map(|r| (r.as_str().to_owned(), role(*r))).collect();
            let name = format!("m.{index}.text");
            card(
                &id,
                &t!("change-message-of", number = number, role = role(*speaker)),
                head,
                html! {
                    (Field::text(format!("m.{index}.role"), t!("edit-speaker")).choice(options).value(speaker.as_str()).draw())
                    (template(editor, &name, &format!("messages[{index}].text"), t!("edit-text"), text))
                    (helpers(editor, &format!("f-m-{index}-text")))
                },
            )
        }
    }
}

/// A text with variables. What is wrong with it stands above it and, for the script, in its attributes.
fn template(editor: &Editor, name: &str, field: &str, label: String, text: &str) -> Markup {
    let editing = &editor.editing;
    // Both `company` and `company.name`: the script knows names, and offers paths.
    let roots = editing.variables.iter().filter_map(|v| Some(v.path.split_once('.')?.0.to_owned()));
    let mut variables: Vec<String> = editing.variables.iter().map(|v| v.path.clone()).chain(roots).collect();
    variables.sort();
    variables.dedup();
    variables.extend(editing.constants.iter().map(|c| format!("constants.{}", c.name)));
    let includes: Vec<&str> = editing.shared.iter().map(|s| s.alias.as_str()).collect();
    Field::text(name, label)
        .area(10)
        .value(text)
        .error(error(editor, field))
        .with("spellcheck", "true")
        .with("data-editor", "template")
        .with("data-variables", variables.join(","))
        .with("data-includes", includes.join(","))
        .with("data-problems", problems_json(&editor.checked.problems, field, text))
        .with("data-say-plain", t!("edit-plain"))
        .with("data-say-rich", t!("edit-rich"))
        .draw()
}

/// Findings within one text, for the script of the editor.
pub fn problems_json(problems: &[Diagnostic], field: &str, text: &str) -> String {
    let here = problems.iter().filter(|d| d.path.as_deref() == Some(field) && d.line.is_some());
    let found: Vec<_> = here
        .map(|d| {
            let column = d.column.unwrap_or(1);
            let end = column + word_at(text, d.line.unwrap_or(1), column);
            json!({ "line": d.line, "column": column, "end_column": end, "severity": d.severity, "text": d.message })
        })
        .collect();
    json!(found).to_string()
}

/// How many characters the name at a place has; at least one.
fn word_at(text: &str, line: u32, column: u32) -> u32 {
    let index = |n: u32| usize::try_from(n.saturating_sub(1)).unwrap_or(usize::MAX);
    let rest = text.lines().nth(index(line)).into_iter().flat_map(|l| l.chars().skip(index(column)));
    let name = rest.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).count();
    u32::try_from(name.max(1)).unwrap_or(1)
}

/// The first error of a field, with its fix.
pub fn error(editor: &Editor, field: &str) -> Option<String> {
    let mut here = editor
        .checked
        .problems
        .iter()
        .filter(|d| d.severity == cuelight_artifact::Severity::Error && d.path.as_deref() == Some(field));
    let first = here.next()?;
    let place = match (first.line, first.column) {
        (Some(line), Some(column)) => format!("{} ", t!("edit-place", line = line, column = column)),
        _ => String::new(),
    };
    Some(format!("{place}{}. {}", first.message, first.fix.as_deref().unwrap_or_default()))
}

/// Variables to insert, and the shared texts that can be read but not changed here.
fn helpers(editor: &Editor, field: &str) -> Markup {
    let editing = &editor.editing;
    let chip = |path: &str, about: &str| {
        html! {
            li {
                button type="button" class="chip insert" data-insert={ "{{ " (path) " }}" } data-insert-into={ "#" (field) } { (user(path)) }
                @if !about.is_empty() { span class="vh" { (user(about)) } }
            }
        }
    };
    html! {
        @if !editing.variables.is_empty() || !editing.constants.is_empty() {
            p class="hint" { (t!("edit-variables")) }
            ul class="chips" {
                @for variable in &editing.variables { (chip(&variable.path, &variable.description)) }
                @for constant in &editing.constants { (chip(&format!("constants.{}", constant.name), &constant.description)) }
            }
        }
        @if !editing.shared.is_empty() {
            p class="hint" { (t!("edit-shared")) }
            @for shared in &editing.shared { (shared_text(editor, shared)) }
        }
    }
}

fn shared_text(editor: &Editor, shared: &Shared) -> Markup {
    let to = own_address(&editor.project, &ArtifactRef::fragment(shared.name.clone()));
    html! {
        details {
            summary { (user(&shared.alias)) }
            div class="shared" {
                span class="shared-name" {
                    a href=(to) { (user(&shared.name)) @if let Some(version) = &shared.version { " " (version) } }
                    " · " (t!("edit-shared-readonly"))
                }
                span class="prompt-text" data-user { (text::shown(&shared.text)) }
            }
        }
    }
}

fn why(editor: &Editor) -> Markup {
    let field = Field::text("change_intent", t!("edit-why"))
        .area(2)
        .hint(t!("edit-why-hint"))
        .value(&editor.input.fields.change_intent)
        .error(error(editor, "change_intent").filter(|_| editor.asked).map(|_| t!("edit-why-missing")));
    card("why", &t!("edit-why-card"), html! {}, field.draw())
}

fn constants(editor: &Editor) -> Markup {
    let constants = &editor.editing.constants;
    if constants.is_empty() {
        return html! {};
    }
    let field = |c: &cuelight_app::edit::ConstantInfo| {
        let mut hints: Vec<String> = vec![c.description.clone()];
        if c.contract {
            hints.push(t!("edit-constant-contract"));
        }
        match c.stricter {
            Some(Stricter::Higher) => hints.push(t!("edit-constant-higher")),
            Some(Stricter::Lower) => hints.push(t!("edit-constant-lower")),
            None => {}
        }
        let hints: Vec<String> = hints.into_iter().filter(|h| !h.is_empty()).collect();
        let value = editor.input.fields.constants.get(&c.name).cloned().unwrap_or_default();
        let error = error(editor, &format!("constants.{}.value", c.name));
        let mut field = Field::text(format!("c.{}", c.name), c.name.clone()).value(value).error(error);
        field = match c.kind {
            ConstantType::Boolean => field
                .choice(vec![("true".to_owned(), t!("change-yes")), ("false".to_owned(), t!("change-no"))]),
            ConstantType::String => field.area(1),
            ConstantType::Integer | ConstantType::Number => field.with("inputmode", "decimal"),
        };
        if hints.is_empty() { field.draw() } else { field.hint(hints.join(" ")).draw() }
    };
    card("constants", &t!("edit-constants"), html! {}, html! { @for c in constants { (field(c)) } })
}

fn about(editor: &Editor) -> Markup {
    let fields = &editor.input.fields;
    let line = |name: &str, label: String, value: &str, path: &str| {
        Field::text(name, label).value(value).error(error(editor, path)).draw()
    };
    let area = |name: &str, label: String, hint: String, value: String, path: &str| {
        Field::text(name, label).area(2).hint(hint).value(value).error(error(editor, path)).draw()
    };
    let tags: Vec<&str> = fields.tags.iter().map(String::as_str).collect();
    let owner = |name: &str, label: String, who: &Option<String>| {
        let path = name.replace("owner.", "owners.");
        Field::text(name, label)
            .hint(t!("edit-owner-hint"))
            .value(who.clone().unwrap_or_default())
            .error(error(editor, &path))
            .draw()
    };
    let risks = vec![
        ("low".to_owned(), t!("version-risk-low")),
        ("medium".to_owned(), t!("version-risk-medium")),
        ("high".to_owned(), t!("version-risk-high")),
    ];
    let body = html! {
        (line("title", t!("change-title"), &fields.title, "title"))
        (area("summary", t!("change-summary"), t!("edit-summary-hint"), fields.summary.clone(), "summary"))
        (area("intent", t!("change-intent"), t!("edit-intent-hint"), fields.intent.clone(), "intent"))
        (line("tags", t!("edit-tags"), &tags.join(", "), "tags"))
        (area("limitations", t!("change-limitations"), t!("edit-limitations-hint"), fields.known_limitations.join("\n"), "known_limitations"))
        (Field::text("risk", t!("change-risk")).choice(risks).value(fields.risk.as_str()).error(error(editor, "risk")).draw())
        @if editor.id.kind == Kind::Prompt || fields.owners != cuelight_artifact::model::Owners::default() {
            div class="fields" {
                (owner("owner.business", t!("change-owner-business"), &fields.owners.business))
                (owner("owner.technical", t!("change-owner-technical"), &fields.owners.technical))
                (owner("owner.rollback", t!("change-owner-rollback"), &fields.owners.rollback))
            }
        } @else {
            (owner("owner.business", t!("change-owner-business"), &fields.owners.business))
        }
    };
    let wrong: Vec<&Diagnostic> =
        editor.checked.problems.iter().filter(|d| matches!(d.path.as_deref(), Some("messages"))).collect();
    html! {
        @for problem in wrong { p class="error" { (sentence(&problem.message, &editor.labels())) } }
        (card("about", &t!("edit-about"), html! {}, body))
    }
}

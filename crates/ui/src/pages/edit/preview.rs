//! The part beside the fields: what is wrong, the text as a model reads it, its size, and what publishing would mean.

use cuelight_app::edit::Checked;
use cuelight_artifact::model::Message;
use cuelight_artifact::{Diagnostic, Severity};
use maud::{Markup, html};

use super::{Editor, blocks};
use crate::pages::change::{Labels, boundary, kind_of_change, own_address, sentence};
use crate::pages::try_it;
use crate::parts::{Tone, card, chip, icon, user};
use crate::words::t;

/// The part.
pub fn draw(editor: &Editor) -> Markup {
    let labels = editor.labels();
    let checked = &editor.checked;
    let problems = editor.problems();
    let count = problems.len();
    let say = if count == 0 { t!("edit-say-fine") } else { t!("edit-say-problems", count = count) };
    html! {
        div data-say=(say) hidden {}
        (for_script(editor))
        (card::flush("problems", &t!("edit-problems"), html! {
            @if count == 0 { (chip(Tone::Good, t!("edit-fine"))) } @else { (chip(Tone::Warn, t!("edit-say-problems", count = count))) }
        }, listed(&problems, &labels)))
        (card::flush("reads", &t!("edit-preview"), size(checked), preview(checked, &labels)))
        (card("means", &t!("edit-means"), html! {}, meaning(editor, &labels)))
    }
}

/// Findings within texts, where the script of the editor marks them.
fn for_script(editor: &Editor) -> Markup {
    let problems = &editor.checked.problems;
    let one = |id: String, field: &str, text: &str| {
        html! {
            div data-problems-for=(id) data-problems=(blocks::problems_json(problems, field, text)) hidden {}
        }
    };
    html! {
        @if let Some(body) = &editor.input.fields.body { (one("f-body".into(), "body", body)) }
        @for (index, message) in editor.input.fields.messages.iter().enumerate() {
            @if let Message::Text { text, .. } = message {
                (one(format!("f-m-{index}-text"), &format!("messages[{index}].text"), text))
            }
        }
    }
}

fn listed(found: &[&Diagnostic], labels: &Labels) -> Markup {
    html! {
        @if found.is_empty() { div class="in" { p { (t!("edit-fine-about")) } } }
        @else {
            ul class="list" {
                @for problem in found {
                    @let tone = if problem.severity == Severity::Error { Tone::Bad } else { Tone::Warn };
                    li class="problem" {
                        p {
                            span class={ "sign " (tone.as_str()) } { (icon::of(tone)) }
                            span class="vh" { @if tone == Tone::Bad { (t!("edit-error")) } @else { (t!("edit-warning")) } }
                            " " (place(problem, labels)) " "
                            (sentence(&problem.message, labels))
                        }
                        @if let Some(fix) = &problem.fix { p class="hint" { (t!("edit-fix")) " " (sentence(fix, labels)) } }
                    }
                }
            }
        }
    }
}

fn place(problem: &Diagnostic, labels: &Labels) -> Markup {
    html! {
        strong {
            @match (&problem.path, &problem.artifact) {
                (Some(path), _) => (user(labels.name(path))),
                (None, Some(other)) => (user(other.replace("fragment:", ""))),
                (None, None) => (t!("change-whole")),
            }
            @if let (Some(line), Some(column)) = (problem.line, problem.column) { ", " (t!("edit-place", line = line, column = column)) }
            ":"
        }
    }
}

fn size(checked: &Checked) -> Markup {
    html! { (try_it::size(&checked.preview)) }
}

fn preview(checked: &Checked, labels: &Labels) -> Markup {
    let tokens = i64::try_from(checked.preview.tokens).unwrap_or(i64::MAX);
    html! {
        (try_it::rendered(&checked.preview, labels))
        @if let Some(compared) = checked.compared.as_ref().filter(|_| !checked.preview.messages.is_empty()) {
            @let difference = tokens - i64::try_from(compared.tokens).unwrap_or(i64::MAX);
            p class="in hint" {
                @let than = match &compared.environment {
                    Some(environment) => t!("edit-than-live", environment = environment.to_string(), version = compared.version.to_string()),
                    None => t!("edit-than-version", version = compared.version.to_string()),
                };
                @if difference > 0 { (t!("edit-tokens-more", count = difference, than = than)) }
                @else if difference < 0 { (t!("edit-tokens-fewer", count = -difference, than = than)) }
                @else { (t!("edit-tokens-same", than = than)) }
            }
        }
    }
}

fn meaning(editor: &Editor, labels: &Labels) -> Markup {
    let checked = &editor.checked;
    html! {
        @if let Some(entry) = &checked.entry {
            @let (tone, kind) = kind_of_change(entry.class.unwrap_or_default());
            p { (chip(tone, kind)) " " (t!("edit-next", version = entry.to.to_string())) }
            (boundary(&entry.boundary, labels))
            @if !entry.cases_differ.is_empty() {
                p { (t!("edit-cases", count = entry.cases_differ.len())) }
                ul class="chips" { @for case in &entry.cases_differ { li { span class="chip" { (user(case)) } } } }
            }
        } @else if !checked.changed { p { (t!("edit-same")) } }
        @else { p { (t!("edit-mend-first")) } }
        @if !checked.dependents.is_empty() {
            p { (t!("edit-affected", count = checked.dependents.len())) }
            ul { @for user_of in &checked.dependents {
                li { a href=(own_address(&editor.project, &user_of.id)) { (user(&user_of.id.name)) } }
            } }
        }
    }
}

//! `/welcome`: the first steps, with a sample project or with one's own files.

mod import;
mod sample;

use cuelight_app::{AppError, Ctx};
use cuelight_artifact::{Diagnostic, Digest, Severity};
use cuelight_core::rights::Action;
use maud::{Markup, html};

use crate::call::Call;
use crate::error::UiResult;
use crate::parts::card::outcome;
use crate::parts::{Drawer, Field, Here, Page, Tone, act, card, text};
use crate::reply::Reply;
use crate::route::{Route, action, page};
use crate::words::t;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![
        page("welcome", "/welcome", "/welcome", show),
        action("welcome-sample", "/welcome/sample", "/welcome/sample", sample::make),
        action("welcome-import", "/welcome/import", "/welcome/import", import::make),
    ]
}

/// What the page is shown with after something did not work.
#[derive(Default)]
struct Shown {
    sample_name: Option<String>,
    sample_error: Option<String>,
    import_name: String,
    import_error: Option<String>,
    prompt_name: String,
    prompt_error: Option<String>,
    files_error: Option<String>,
    /// What was found in the files.
    findings: Vec<Diagnostic>,
    /// That the project was made all the same.
    made: bool,
}

async fn show(call: Call) -> UiResult<Reply> {
    Ok(Reply::page(draw(&call, &Shown::default())))
}

/// The context of one step of several that one form asks for. Each has a key of its own that follows from the form's,
/// so that a form sent twice, or again after half of it failed, does each step once.
fn step(call: &Call, name: &str) -> Result<Ctx, AppError> {
    let ctx = call.write_ctx()?;
    let form = ctx.command()?;
    let key = Digest::of_bytes(format!("{} {name}", form.as_str()).as_bytes()).to_string();
    Ok(Ctx { command: Some(key.parse().map_err(AppError::internal)?), ..ctx })
}

fn draw(call: &Call, it: &Shown) -> Page {
    let may = call.may_here(Action::CreateProjects);
    let name = it.sample_name.as_deref().unwrap_or("sample");
    let sample = html! {
        form method="post" action="/welcome/sample" {
            (act::command(call))
            (Field::text("name", t!("welcome-name")).id("f-sample-name").value(name).hint(t!("welcome-name-hint"))
                .with("maxlength", "64").with("spellcheck", "false").required().error(it.sample_error.clone()).draw())
            (act::submit(&t!("welcome-sample-do")))
        }
    };
    let body = html! {
        p class="lead" { (t!("welcome-about")) }
        @if !it.findings.is_empty() { (findings(it)) }
        div class="halves" {
            (card("sample", &t!("welcome-sample"), html! {}, html! {
                p { (t!("welcome-sample-about")) }
                p { (t!("welcome-sample-live")) }
                (act::guarded(&may, &t!("welcome-sample-do"), sample))
            }))
            (card("import", &t!("welcome-import"), html! {}, html! {
                p { (t!("welcome-import-about")) }
                (act::guarded(&may, &t!("welcome-import-do"), import_form(call, it)))
            }))
        }
        p { (t!("welcome-neither")) " " a href="/projects" { (t!("welcome-projects")) } }
    };
    Page::new(Here::Elsewhere, t!("welcome-title")).body(body).drawer(
        Drawer::new()
            .cli("cuelight demo")
            .cli("cuelight project create NAME")
            .cli("cuelight plan && cuelight apply")
            .api("POST", "/api/v1/projects")
            .api("POST", "/api/v1/projects/NAME/plan")
            .api("POST", "/api/v1/projects/NAME/apply"),
    )
}

fn import_form(call: &Call, it: &Shown) -> Markup {
    let error = it.files_error.as_ref();
    let described = if error.is_some() { "f-files-error f-folder-hint" } else { "f-folder-hint" };
    html! {
        form method="post" action="/welcome/import" enctype="multipart/form-data" {
            (act::command(call))
            (Field::text("name", t!("welcome-name")).id("f-import-name").value(it.import_name.as_str())
                .hint(t!("welcome-name-hint")).with("maxlength", "64").with("spellcheck", "false").required()
                .error(it.import_error.clone()).draw())
            div class="field" {
                label for="f-folder" { (t!("welcome-folder")) }
                p class="hint" id="f-folder-hint" { (t!("welcome-folder-hint")) }
                @if let Some(error) = error { p class="error" id="f-files-error" { (crate::parts::icon::of(Tone::Bad)) (error) } }
                input type="file" id="f-folder" name="folder" webkitdirectory multiple
                    aria-describedby=(described) aria-invalid=[error.map(|_| "true")];
            }
            details open[it.prompt_error.is_some() || !it.prompt_name.is_empty()] {
                summary { (t!("welcome-single")) }
                p class="hint" { (t!("welcome-single-about")) }
                div class="field" {
                    label for="f-files" { (t!("welcome-files")) }
                    input type="file" id="f-files" name="files" multiple;
                }
                (Field::text("prompt", t!("welcome-prompt")).value(it.prompt_name.as_str())
                    .hint(t!("welcome-prompt-hint")).with("spellcheck", "false").error(it.prompt_error.clone()).draw())
            }
            (act::submit(&t!("welcome-import-do")))
        }
    }
}

/// What was found in the files: where, what, and what to do about it.
fn findings(it: &Shown) -> Markup {
    let errors = it.findings.iter().filter(|d| d.severity == Severity::Error).count();
    outcome(
        Tone::Bad,
        html! {
            p { strong { (t!("welcome-refused", count = errors)) } }
            p { @if it.made { (t!("welcome-refused-made")) } @else { (t!("welcome-refused-nothing")) } }
            ul {
                @for found in &it.findings {
                    li data-user {
                        @if let Some(place) = place(found) { strong { (text::shown(&place)) } ": " }
                        (text::shown(&found.message))
                        @if let Some(fix) = &found.fix { br; span class="hint" { (text::shown(fix)) } }
                    }
                }
            }
        },
    )
}

fn place(found: &Diagnostic) -> Option<String> {
    let file = found.file.clone().or_else(|| found.artifact.clone())?;
    Some(match found.line {
        Some(line) => t!("welcome-place", file = file, line = line),
        None => file,
    })
}

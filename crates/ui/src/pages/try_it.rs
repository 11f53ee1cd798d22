//! `/p/{project}/try/prompt/{*name}`: a text as a model would read it, with sample data. Nothing is sent to a model.

use cuelight_app::edit::{SampleChoice, variables};
use cuelight_app::prompt::{self, Sample, Tried};
use cuelight_app::serve::resolve::Values;
use cuelight_artifact::ArtifactRef;
use maud::{Markup, html};
use semver::Version;

use super::change::{Labels, address, api, own_address, role, sentence, version_address};
use super::sample;
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::{Drawer, Field, Here, Page, Tone, act, card, note, text, user};
use crate::reply::Reply;
use crate::route::{Route, page};
use crate::words::t;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![page("try", "/p/{project}/try/prompt/{*name}", "/p/acme/try/prompt/sales/qualify-lead", show)]
}

async fn show(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let id = ArtifactRef::prompt(call.path("name")?);
    let asked = call.query.text("version").and_then(|v| v.parse::<Version>().ok());
    let detail = match &asked {
        Some(version) => prompt::version(&call.ctx, &project, &id, version).await?,
        None => prompt::get(&call.ctx, &project, &id).await?,
    };
    let version = detail.version.version.clone();
    let samples = prompt::samples(&call.ctx, &project, &id, Some(&version)).await?;
    let declared = variables(detail.artifact.inputs.as_ref());
    let chosen = sample::choice(&call.query, &declared);
    let values = values_of(&chosen, &samples);
    let tried = prompt::render(&call.ctx, &project, &id, Some(&version), &values).await?;
    let versions = prompt::versions(&call.ctx, &project, &id, None, 50).await?;
    let mut options: Vec<(String, String)> =
        versions.iter().map(|v| (v.version.to_string(), v.version.to_string())).collect();
    if !options.iter().any(|(v, _)| *v == version.to_string()) {
        options.push((version.to_string(), version.to_string()));
    }
    let here = address(&project, "try", &id);
    let form = html! {
        form method="get" action=(here) hx-get=(here) hx-target="#tried" hx-select="#tried" hx-swap="outerHTML"
            hx-trigger="submit, input delay:300ms" hx-sync="this:replace" hx-validate="false" {
            (Field::text("version", t!("try-version")).choice(options).value(version.to_string()).draw())
            (sample::fields(&samples, &declared, &chosen, &values))
            div class="actions" { (act::submit(&t!("try-show"))) }
        }
    };
    let body = html! {
        p class="lead" { (t!("try-about")) }
        div class="aside-wide" {
            (card("data", &t!("try-data"), html! {}, form))
            div id="tried" {
                (card::flush("result", &t!("try-result"), size(&tried), rendered(&tried, &Labels::of(&detail.artifact))))
            }
        }
    };
    let page = Page::new(Here::Library, t!("try-title", name = id.name.to_string()))
        .project(&project)
        .trail(t!("shell-library"), format!("/p/{project}/library"))
        .trail(id.name.to_string(), own_address(&project, &id))
        .chips(html! { a href=(version_address(&project, &id, &version)) { (t!("change-version", version = version.to_string())) } })
        .body(body)
        .drawer(
            Drawer::new()
                .id("version", &version)
                .id("digest", detail.version.digest)
                .cli(format!("cuelight render {}@{version}", id.name))
                .api("GET", api(&project, &id, &format!("/versions/{version}"))),
        );
    Ok(Reply::page(page))
}

/// The values that a choice means.
pub fn values_of(chosen: &SampleChoice, samples: &[Sample]) -> Values {
    let named = match chosen {
        SampleChoice::Own(values) => return values.clone(),
        SampleChoice::Case(name) => samples.iter().find(|s| s.case == *name),
        SampleChoice::First => None,
    };
    named.or(samples.first()).map(Sample::values).unwrap_or_default()
}

/// How long a rendered text is.
pub fn size(tried: &Tried) -> Markup {
    html! {
        @if !tried.messages.is_empty() {
            span class="hint" { (t!("try-size", bytes = tried.bytes, tokens = tried.tokens)) }
        }
    }
}

/// The messages as a model reads them, or what stood in the way.
pub fn rendered(tried: &Tried, labels: &Labels) -> Markup {
    html! {
        @if !tried.problems.is_empty() {
            div class="in" {
                (note(Tone::Bad, html! {
                    p { strong { (t!("try-failed")) } }
                    ul { @for problem in &tried.problems {
                        li {
                            @if let Some(path) = &problem.path { strong { (user(labels.name(path))) } ": " }
                            (sentence(&problem.message, labels))
                            @if let Some(fix) = &problem.fix { " " (sentence(fix, labels)) }
                        }
                    } }
                }))
            }
        }
        @for message in &tried.messages {
            div class="message" {
                h3 { (role(message.role)) }
                div class="prompt-text" dir="auto" data-user tabindex="-1" { (text::shown(&message.content)) }
            }
        }
    }
}

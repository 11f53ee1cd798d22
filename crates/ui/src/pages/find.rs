//! `/p/{project}/find`: what the command palette finds.

use cuelight_app::prompt::{Target, find};
use cuelight_artifact::{ArtifactRef, ProjectName};
use maud::{Markup, html};

use crate::call::Call;
use crate::error::UiResult;
use crate::parts::page::artifact_address;
use crate::parts::user;
use crate::reply::Reply;
use crate::route::{Answers, Route, page};
use crate::words::t;

/// Most results.
const MOST: usize = 12;

/// Its address.
pub fn routes() -> Vec<Route> {
    let sample = "/p/acme/find?q=lead";
    vec![page("find", "/p/{project}/find", sample, show).answering(Answers::Part)]
}

async fn show(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let hits = find(&call.ctx, &project, call.query.text("q").unwrap_or_default(), MOST).await?;
    Ok(Reply::part(html! {
        ul {
            @for hit in &hits { (row(&project, &hit.target, &hit.title)) }
        }
    }))
}

fn row(project: &ProjectName, target: &Target, title: &str) -> Markup {
    let (address, kind, name) = match target {
        Target::Prompt { name } => (
            artifact_address(project, &ArtifactRef::prompt(name.clone())),
            t!("library-kind-prompt"),
            name.to_string(),
        ),
        Target::Fragment { name } => (
            artifact_address(project, &ArtifactRef::fragment(name.clone())),
            t!("library-shared-one"),
            name.to_string(),
        ),
        Target::Environment { name } => {
            (format!("/p/{project}/env/{name}"), t!("library-kind-environment"), name.to_string())
        }
        Target::Release { number, environment } => (
            format!("/p/{project}/releases/{number}"),
            t!("library-kind-release"),
            t!("library-release", number = number.to_string(), environment = environment.to_string()),
        ),
    };
    let shown = if title.is_empty() { &name } else { title };
    html! {
        li {
            a href=(address) {
                span { (user(shown)) @if shown != name { " " span class="muted small mono" { (name) } } }
                span class="muted small" { (kind) }
            }
        }
    }
}

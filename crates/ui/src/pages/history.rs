//! `/p/{project}/history/{kind}/{name}`: all versions of a prompt or shared text.

use cuelight_artifact::{ArtifactName, ArtifactRef, Kind};
use maud::html;

use super::prompt::{or_nearest, trail, version_list};
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::page::artifact_address;
use crate::parts::page::kind_word;
use crate::parts::{Drawer, Here, Page, path, with_query};
use crate::reply::Reply;
use crate::route::{Route, page};
use crate::words::t;

/// Versions on one page.
const VERSIONS: usize = 50;

/// Its address.
pub fn routes() -> Vec<Route> {
    let sample = "/p/acme/history/prompt/sales/qualify-lead";
    vec![page("history", "/p/{project}/history/{kind}/{*name}", sample, show)]
}

async fn show(call: Call) -> UiResult<Reply> {
    let (project, kind, name): (_, String, String) =
        (call.project()?, call.path("kind")?, call.path("name")?);
    let kind = match kind.as_str() {
        "prompt" => Kind::Prompt,
        "shared" => Kind::Fragment,
        _ => {
            return Err(
                cuelight_app::AppError::new(cuelight_app::Code::UnknownRoute, t!("history-kinds")).into()
            );
        }
    };
    let before = call.query.text("before").and_then(|b| b.parse().ok());
    let found = match name.parse::<ArtifactName>() {
        Ok(name) => {
            let id = ArtifactRef { kind, name };
            let found = cuelight_app::prompt::versions(&call.ctx, &project, &id, before, VERSIONS + 1).await;
            found.map(|versions| (id, versions))
        }
        Err(error) => {
            Err(cuelight_app::AppError::new(cuelight_app::Code::UnknownArtifact, error.to_string()))
        }
    };
    let (id, mut versions) = match found {
        Ok(found) => found,
        Err(error) => return or_nearest(&call, &project, kind, &name, error).await,
    };
    let more = versions.len() > VERSIONS;
    versions.truncate(VERSIONS);
    let here = format!("/p/{project}/history/{}/{}", kind_word(kind), path(id.name.as_str()));
    let older =
        versions.last().filter(|_| more).map(|v| with_query(&here, &[("before", &v.seq.to_string())]));
    let list = version_list(&call, &project, &id, &versions).await?;
    let body = html! {
        section class="card long" aria-label=(t!("history-title")) {
            @if versions.is_empty() { div class="in" { p { (t!("history-none")) } } }
            (list)
            @if before.is_some() || older.is_some() {
                nav class="pages" aria-label=(t!("history-pages")) {
                    @if before.is_some() { a rel="prev" href=(here) { (t!("history-newest")) } } @else { span {} }
                    @if let Some(older) = older { a rel="next" href=(older) { (t!("history-older")) } }
                }
            }
        }
    };
    let api = format!("/api/v1/projects/{project}/{}s/{}", id.kind, id.name.as_str().replace('/', "%2F"));
    let page = Page::new(Here::Library, t!("history-of", name = id.name.to_string()))
        .project(&project)
        .body(body)
        .drawer(
            Drawer::new()
                .id("id", &id)
                .cli(format!("cuelight log {id}"))
                .api("GET", format!("{api}/versions")),
        );
    let page = trail(page, &project, &id.name).trail(id.name.to_string(), artifact_address(&project, &id));
    Ok(Reply::page(page))
}

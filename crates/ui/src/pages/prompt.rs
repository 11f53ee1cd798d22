//! `/p/{project}/prompt/{name}` and `/p/{project}/shared/{name}`: everything about one prompt or shared text.

mod about;
mod inputs;
mod live;
mod missing;
mod uses;
mod versions;
mod wording;

pub(crate) use missing::or_nearest;
pub(crate) use versions::list as version_list;
pub(crate) use wording::wording;

use cuelight_app::environment::EnvironmentInfo;
use cuelight_app::prompt::{ArtifactDetail, Place, VersionInfo, included, places};
use cuelight_artifact::{Artifact, ArtifactName, ArtifactRef, Digest, Kind, ProjectName};
use cuelight_core::rights::Action;
use maud::{Markup, html};
use std::collections::BTreeMap;

use super::library::risk_chip;
use crate::call::{Call, May};
use crate::error::UiResult;
use crate::parts::page::kind_word;
use crate::parts::{Drawer, Here, Page, Tone, act, card, chip, note, owner, path, user, with_query};
use crate::reply::Reply;
use crate::route::{Route, page};
use crate::words::t;

/// Versions shown here; all of them have a page of their own.
const VERSIONS: usize = 10;

/// Their addresses.
pub fn routes() -> Vec<Route> {
    vec![
        page("prompt", "/p/{project}/prompt/{*name}", "/p/acme/prompt/sales/qualify-lead", prompt),
        page("shared", "/p/{project}/shared/{*name}", "/p/acme/shared/safety/baseline", shared),
    ]
}

/// What the page is drawn from.
struct Shown {
    project: ProjectName,
    id: ArtifactRef,
    detail: ArtifactDetail,
    shared: BTreeMap<Digest, Artifact>,
    environments: Vec<EnvironmentInfo>,
    places: Vec<Place>,
    versions: Vec<VersionInfo>,
}

async fn prompt(call: Call) -> UiResult<Reply> {
    show(call, Kind::Prompt).await
}

async fn shared(call: Call) -> UiResult<Reply> {
    show(call, Kind::Fragment).await
}

async fn show(call: Call, kind: Kind) -> UiResult<Reply> {
    let project = call.project()?;
    let name: String = call.path("name")?;
    match load(&call, &project, kind, &name).await {
        Ok(shown) => draw(&call, &shown).await,
        Err(error) => or_nearest(&call, &project, kind, &name, error).await,
    }
}

async fn load(call: &Call, project: &ProjectName, kind: Kind, name: &str) -> cuelight_app::AppResult<Shown> {
    let name: ArtifactName = name.parse().map_err(|e: cuelight_artifact::name::NameError| {
        cuelight_app::AppError::new(cuelight_app::Code::UnknownArtifact, e.to_string())
    })?;
    let (ctx, id) = (&call.ctx, ArtifactRef { kind, name });
    let detail = cuelight_app::prompt::get(ctx, project, &id).await?;
    let shared = included(ctx, project, &detail.artifact).await?;
    // Who may read prompts and not what is live sees the rest of the page.
    let environments = cuelight_app::environment::list(ctx, project).await.unwrap_or_default();
    let places = match kind {
        Kind::Prompt => places(ctx, project, &id.name).await?,
        Kind::Fragment => Vec::new(),
    };
    let versions = cuelight_app::prompt::versions(ctx, project, &id, None, VERSIONS + 1).await?;
    Ok(Shown { project: project.clone(), id, detail, shared, environments, places, versions })
}

async fn draw(call: &Call, shown: &Shown) -> UiResult<Reply> {
    let Shown { project, id, detail, .. } = shown;
    let artifact = &detail.artifact;
    let used_by = match id.kind {
        Kind::Prompt => html! {},
        Kind::Fragment => uses::used_by(
            project,
            &cuelight_app::prompt::dependents(&call.ctx, project, id).await?,
            &shown.environments,
        ),
    };
    let history = versions::newest(call, shown).await?;
    let body = html! {
        @if let Some(severity) = detail.version.yanked { (withdrawn(severity, detail)) }
        @if !artifact.summary.is_empty() { p class="lead" dir="auto" { (user(&artifact.summary)) } }
        (match id.kind {
            Kind::Prompt => live::prompt(call, shown),
            Kind::Fragment => live::shared(shown),
        })
        (wording_card(shown))
        (used_by)
        (history)
        (about::draw(project, artifact))
    };
    let title = if artifact.title.is_empty() { id.name.as_str() } else { &artifact.title };
    let page = Page::new(Here::Library, title)
        .project(project)
        .chips(chips(shown))
        .actions(actions(call, shown))
        .body(body)
        .drawer(drawer(shown));
    Ok(Reply::page(trail(page, project, &id.name)))
}

/// The way to a prompt: the library, and the folders it is in.
pub(crate) fn trail(page: Page, project: &ProjectName, name: &ArtifactName) -> Page {
    let library = format!("/p/{project}/library");
    let mut page = page.trail(t!("library-title"), &library);
    let mut begin = 0;
    for (end, _) in name.as_str().match_indices('/') {
        let folder = &name.as_str()[..end];
        page = page.trail(&folder[begin..], with_query(&library, &[("folder", folder)]));
        begin = end + 1;
    }
    page
}

fn withdrawn(severity: cuelight_core::version::Severity, detail: &ArtifactDetail) -> Markup {
    use cuelight_core::version::Severity;
    let what = match severity {
        Severity::Avoid => t!("prompt-withdrawn-avoid", version = detail.version.version.to_string()),
        Severity::Block => t!("prompt-withdrawn-block", version = detail.version.version.to_string()),
    };
    note(
        Tone::Bad,
        html! {
            p { (what) }
            @if let Some(reason) = &detail.version.yank_reason { p { (t!("prompt-withdrawn-reason")) " " (user(reason)) } }
        },
    )
}

fn chips(shown: &Shown) -> Markup {
    let artifact = &shown.detail.artifact;
    html! {
        span class="mono" { (shown.id.name) }
        @if shown.id.kind == Kind::Fragment { (chip(Tone::Plain, t!("prompt-shared-text"))) }
        (risk_chip(artifact.risk))
        @for tag in &artifact.tags { (chip(Tone::Plain, t!("prompt-tag", tag = tag.clone()))) }
        @if artifact.owners == Default::default() { span { (t!("prompt-nobody")) } }
        @else { span { (t!("prompt-owned-by")) " " (owner::all(&artifact.owners)) } }
    }
}

fn actions(call: &Call, shown: &Shown) -> Markup {
    let Shown { project, id, .. } = shown;
    let name = path(id.name.as_str());
    let kind = kind_word(id.kind);
    let publish = call.may(Action::Publish, project, None);
    let change = t!("prompt-change");
    let edit = act::main_link(&change, &format!("/p/{project}/edit/{kind}/{name}"));
    html! {
        (act::guarded(&publish, &change, edit))
        @if id.kind == Kind::Prompt {
            (release(call, shown))
            (go_back(call, shown))
            (act::link(&t!("prompt-try"), &format!("/p/{project}/try/prompt/{name}")))
        }
    }
}

fn release(call: &Call, shown: &Shown) -> Markup {
    let Shown { project, id, environments, .. } = shown;
    let label = t!("prompt-release");
    let reachable = environments.iter().map(|e| call.may(Action::Release, project, Some(&e.name)));
    let may = first_yes(reachable, || call.may(Action::Release, project, None));
    let address = with_query(&format!("/p/{project}/release"), &[("prompt", id.name.as_str())]);
    act::guarded(&may, &label, act::link(&label, &address))
}

/// Going back is done where it hurts most: in the last environment of the path where this is live.
fn go_back(call: &Call, shown: &Shown) -> Markup {
    let Shown { project, environments, places, .. } = shown;
    let live = environments.iter().rev().find(|e| places.iter().any(|p| p.environment == e.name));
    let Some(environment) = live else {
        let may = May::No { why: t!("prompt-back-nothing"), who: t!("prompt-back-nothing-do") };
        return act::guarded(&may, &t!("prompt-back"), html! {});
    };
    let label = t!("prompt-back-in", environment = environment.name.to_string());
    let may = call.may(Action::RollBack, project, Some(&environment.name));
    let address = format!("/p/{project}/env/{}/go-back", environment.name);
    act::guarded(&may, &label, act::danger_link(&label, &address))
}

/// Yes as soon as one is; otherwise the reason of the first.
fn first_yes(mut all: impl Iterator<Item = May>, otherwise: impl FnOnce() -> May) -> May {
    let Some(first) = all.next() else { return otherwise() };
    if first.yes() || all.any(|m| m.yes()) { May::Yes } else { first }
}

fn wording_card(shown: &Shown) -> Markup {
    let version = shown.detail.version.version.to_string();
    let head = html! { span class="muted small" { (t!("prompt-wording-of", version = version)) } };
    let words = wording(&shown.project, &shown.detail.artifact, &shown.shared);
    card::flush("wording", &t!("prompt-wording"), head, words)
}

fn drawer(shown: &Shown) -> Drawer {
    let Shown { project, id, detail, places, .. } = shown;
    let (name, api) = (&id.name, format!("/api/v1/projects/{project}/{}s", id.kind));
    let address = format!("{api}/{}", name.as_str().replace('/', "%2F"));
    let mut drawer = Drawer::new()
        .id("id", id)
        .id("digest", detail.version.digest)
        .id("ledger entry", detail.version.seq)
        .id("published by", &detail.version.actor);
    for place in places {
        drawer = drawer.id(format!("{} {}", place.environment, place.slot.slot), place.slot.digest);
    }
    let shown_as = if id.kind == Kind::Prompt { name.to_string() } else { id.to_string() };
    drawer
        .cli(format!("cuelight show {shown_as}"))
        .cli(format!("cuelight log {shown_as}"))
        .api("GET", &address)
        .api("GET", format!("{address}/versions"))
        .api("GET", format!("{address}/dependents"))
}

//! `/p/{project}/version/{version}/{kind}/{*name}`: exactly this version, and withdrawing it.

mod turn;

use cuelight_app::prompt::{self, ArtifactDetail, DiffInput, VersionInfo};
use cuelight_app::{AppResult, Code, environment, session};
use cuelight_artifact::{Artifact, ArtifactRef, EnvironmentName, Kind, ProjectName, bump};
use cuelight_core::rights::Action;
use cuelight_core::version::{Class, Severity};
use maud::{Markup, html};
use semver::Version;

use self::turn::Turn;
use super::change::{
    Labels, View, address, api, artifact_of, boundary, kind_of_change, own_address, parts_of, reasons, table,
    texts, version_address,
};
use super::prompt::wording;
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::sides::Lines;
use crate::parts::{Drawer, Here, Page, Tone, act, card, chip, facts, note, time, user, with_query};
use crate::reply::Reply;
use crate::route::{Route, action, page};
use crate::words::t;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    let sample = "/p/acme/version/1.0.0/prompt/sales/qualify-lead";
    let withdraw = "/p/{project}/withdraw/{version}/{kind}/{*name}";
    let reinstate = "/p/{project}/reinstate/{version}/{kind}/{*name}";
    let withdraw_sample = "/p/acme/withdraw/1.0.0/prompt/sales/qualify-lead";
    let reinstate_sample = "/p/acme/reinstate/2.0.0/prompt/sales/qualify-lead";
    vec![
        page("version", "/p/{project}/version/{version}/{kind}/{*name}", sample, show),
        page("withdraw-look", withdraw, withdraw_sample, |call| turn::ask(call, Turn::Withdraw)),
        action("withdraw", withdraw, withdraw_sample, |call| turn::send(call, Turn::Withdraw)),
        page("reinstate-look", reinstate, reinstate_sample, |call| turn::ask(call, Turn::Reinstate)),
        action("reinstate", reinstate, reinstate_sample, |call| turn::send(call, Turn::Reinstate)),
    ]
}

struct Which {
    project: ProjectName,
    id: ArtifactRef,
    version: Version,
}

fn which(call: &Call) -> AppResult<Which> {
    Ok(Which { project: call.project()?, id: artifact_of(call)?, version: call.path("version")? })
}

async fn show(call: Call) -> UiResult<Reply> {
    let Which { project, id, version } = which(&call)?;
    let detail = prompt::version(&call.ctx, &project, &id, &version).await?;
    let info = &detail.version;
    let labels = Labels::of(&detail.artifact);
    let shared = prompt::included(&call.ctx, &project, &detail.artifact).await?;
    let to = next_step(&call, &project, info).await?;
    let names = session::names(&call.ctx, std::slice::from_ref(&info.actor)).await?;
    let who = names.get(&info.actor).unwrap_or(&info.actor).clone();
    let before = match &info.previous {
        Some(previous) => {
            let input = DiffInput { from: Some(previous.to_string()), to: Some(version.to_string()) };
            Some(prompt::diff(&call.ctx, &project, &id, input).await?)
        }
        None => None,
    };
    let changed = html! {
        @if let (Some(found), Some(previous)) = (&before, &info.previous) {
            @let names = (&*previous.to_string(), &*version.to_string());
            @let (prose, rest) = parts_of(&found.changes);
            (boundary(&found.boundary, &labels))
            (texts(&prose, &labels, names, View::Side(Lines::Changed)))
            @if !rest.is_empty() { (table(&rest, &labels, names)) }
            details { summary { (t!("version-why-kind")) } (reasons(found.class, &found.reasons, &labels)) }
            div class="actions" {
                (act::link(&t!("version-compare"), &with_query(&address(&project, "compare", &id), &[("from", names.0), ("to", names.1)])))
            }
        } @else {
            p { (t!("version-first")) }
        }
    };
    let body = html! {
        @if call.query.text("published").is_some() { (published(&call, &project, &id, info, to.as_ref())) }
        (withdrawn(info))
        (card("changed", &t!("version-changed"), html! {}, changed))
        (card::flush("content", &t!("version-content"), html! {}, wording(&project, &detail.artifact, &shared)))
    };
    let mut drawer = Drawer::new()
        .id("digest", info.digest)
        .id("ledger entry", info.seq)
        .id("rules", info.rules.join(", "))
        .cli(format!("cuelight show {}@{version}", shown_ref(&id)))
        .api("GET", api(&project, &id, &format!("/versions/{version}")));
    for (name, used) in &info.fragments {
        drawer = drawer.id(format!("includes {name}"), used);
    }
    let page = Page::new(Here::Library, t!("version-title", name = id.name.to_string(), version = version.to_string()))
        .project(&project)
        .trail(t!("shell-library"), format!("/p/{project}/library"))
        .trail(id.name.to_string(), own_address(&project, &id))
        .chips(html! {
            @let (tone, kind) = kind_of_change(class(info.class));
            @if info.previous.is_some() { (chip(tone, kind)) }
            @if info.yanked.is_some() { (chip(Tone::Bad, t!("version-is-withdrawn"))) }
            @for environment in &info.live_in { (chip(Tone::Good, t!("version-live-in", environment = environment.to_string()))) }
            span { (t!("version-published-by")) " " (user(&who)) ", " (time::shown(&call.viewer, &info.at)) }
        })
        .actions(actions(&call, &project, &id, info, to.as_ref()))
        .body(body)
        .rail(rail(&project, &id, &detail))
        .drawer(drawer);
    Ok(Reply::page(page))
}

const fn class(class: Class) -> bump::Class {
    match class {
        Class::First => bump::Class::None,
        Class::Patch => bump::Class::Patch,
        Class::Minor => bump::Class::Minor,
        Class::Major => bump::Class::Major,
    }
}

/// As the command line names it.
fn shown_ref(id: &ArtifactRef) -> String {
    match id.kind {
        Kind::Prompt => id.name.to_string(),
        Kind::Fragment => id.to_string(),
    }
}

fn published(
    call: &Call,
    project: &ProjectName,
    id: &ArtifactRef,
    info: &VersionInfo,
    to: Option<&Next>,
) -> Markup {
    let version = info.version.to_string();
    card::outcome(
        Tone::Good,
        html! {
            p {
                strong { (t!("version-published", version = version)) }
                @if id.kind == Kind::Prompt && info.live_in.is_empty() { " " (t!("version-published-about")) }
            }
            (release(call, project, id, info, to))
        },
    )
}

/// Where a version goes next.
struct Next {
    environment: EnvironmentName,
    /// Whether there is nothing newer, so that releasing it is the thing to do here.
    newest: bool,
}

/// Where a version goes next: the first environment of the path that the viewer may release to, or else sees, of those
/// where it is not live. Nowhere for a shared text, which is live with the prompts that include it, and for one withdrawn.
async fn next_step(call: &Call, project: &ProjectName, info: &VersionInfo) -> AppResult<Option<Next>> {
    if info.id.kind == Kind::Fragment || info.yanked.is_some() {
        return Ok(None);
    }
    let seen = match environment::list(&call.ctx, project).await {
        Ok(seen) => seen,
        Err(error) if error.code == Code::Forbidden => return Ok(None),
        Err(error) => return Err(error),
    };
    let left: Vec<_> = seen.into_iter().map(|e| e.name).filter(|name| !info.live_in.contains(name)).collect();
    let may = left.iter().find(|name| call.may(Action::Release, project, Some(name)).yes());
    let Some(environment) = may.or(left.first()).cloned() else { return Ok(None) };
    let newest = prompt::versions(&call.ctx, project, &info.id, None, 1).await?;
    let newest = newest.first().is_some_and(|v| v.version == info.version);
    Ok(Some(Next { environment, newest }))
}

fn release(
    call: &Call,
    project: &ProjectName,
    id: &ArtifactRef,
    info: &VersionInfo,
    to: Option<&Next>,
) -> Markup {
    let Some(Next { environment, newest }) = to else { return html! {} };
    let label = t!("version-release", environment = environment.to_string());
    let address = with_query(
        &format!("/p/{project}/release"),
        &[
            ("env", environment.as_str()),
            ("prompt", id.name.as_str()),
            ("version", &info.version.to_string()),
        ],
    );
    let link = if *newest { act::main_link(&label, &address) } else { act::link(&label, &address) };
    act::guarded(&call.may(Action::Release, project, Some(environment)), &label, link)
}

fn actions(
    call: &Call,
    project: &ProjectName,
    id: &ArtifactRef,
    info: &VersionInfo,
    to: Option<&Next>,
) -> Markup {
    let version = &info.version;
    // Just published, the button stands with the news.
    let to = to.filter(|_| call.query.text("published").is_none());
    let at = |what: &str| address(project, &format!("{what}/{version}"), id);
    html! {
        @if id.kind == Kind::Prompt {
            (act::link(&t!("version-try"), &with_query(&address(project, "try", id), &[("version", &version.to_string())])))
            (release(call, project, id, info, to))
        }
        @match info.yanked {
            None => (act::guarded(&call.may(Action::Yank, project, None), &t!("version-withdraw"), act::danger_link(&t!("version-withdraw"), &at("withdraw")))),
            Some(_) => (act::guarded(&call.may(Action::Yank, project, None), &t!("version-reinstate"), act::link(&t!("version-reinstate"), &at("reinstate")))),
        }
    }
}

fn withdrawn(info: &VersionInfo) -> Markup {
    html! {
        @if let Some(severity) = info.yanked {
            (note(Tone::Bad, html! {
                p { strong { (severity_said(severity)) } }
                @if let Some(reason) = &info.yank_reason { p { (user(reason)) } }
            }))
        }
    }
}

fn severity_said(severity: Severity) -> String {
    match severity {
        Severity::Avoid => t!("version-withdrawn-avoid"),
        Severity::Block => t!("version-withdrawn-block"),
    }
}

fn rail(project: &ProjectName, id: &ArtifactRef, detail: &ArtifactDetail) -> Markup {
    let (info, artifact): (_, &Artifact) = (&detail.version, &detail.artifact);
    let said = |text: &str| html! { @if text.is_empty() { span class="muted" { (t!("version-not-said")) } } @else { (user(text)) } };
    let notes = info.notes.as_deref().unwrap_or_default();
    let live: Vec<String> = info.live_in.iter().map(ToString::to_string).collect();
    html! {
        (card("about", &t!("version-about"), html! {}, facts(&[
            (t!("version-notes"), said(notes)),
            (t!("version-live"), if live.is_empty() { html! { (t!("version-live-nowhere")) } } else { user(live.join(", ")) }),
            (t!("version-before"), html! { @match &info.previous {
                Some(previous) => a href=(version_address(project, id, previous)) { (previous) },
                None => (t!("version-none-before")),
            } }),
            (t!("change-risk"), html! { (risk(artifact.risk)) }),
            (t!("change-summary"), said(&artifact.summary)),
            (t!("change-intent"), said(&artifact.intent)),
        ])))
    }
}

/// A risk in a word.
pub fn risk(risk: cuelight_artifact::model::Risk) -> String {
    use cuelight_artifact::model::Risk;
    match risk {
        Risk::Low => t!("version-risk-low"),
        Risk::Medium => t!("version-risk-medium"),
        Risk::High => t!("version-risk-high"),
    }
}

//! Versions in a list: number, kind of change, what changed, by whom, when, and where it is live.

use std::collections::BTreeMap;

use cuelight_app::prompt::VersionInfo;
use cuelight_artifact::{ArtifactRef, ProjectName};
use cuelight_core::version::Class;
use maud::{Markup, html};

use super::{Shown, VERSIONS};
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::page::kind_word;
use crate::parts::{Tone, card, chip, path, time, user, with_query};
use crate::words::t;

/// The card with the newest versions.
pub(super) async fn newest(call: &Call, shown: &Shown) -> UiResult<Markup> {
    let some = shown.versions.get(..VERSIONS).unwrap_or(&shown.versions);
    let all =
        format!("/p/{}/history/{}/{}", shown.project, kind_word(shown.id.kind), path(shown.id.name.as_str()));
    let body = html! {
        (list(call, &shown.project, &shown.id, some).await?)
        a class="more" href=(all) { (t!("prompt-all-versions")) }
    };
    Ok(card::flush("versions", &t!("prompt-versions"), html! {}, body))
}

/// The list itself.
pub(crate) async fn list(
    call: &Call,
    project: &ProjectName,
    id: &ArtifactRef,
    versions: &[VersionInfo],
) -> UiResult<Markup> {
    let actors: Vec<String> = versions.iter().map(|v| v.actor.clone()).collect();
    let names = cuelight_app::session::names(&call.ctx, &actors).await?;
    Ok(html! {
        ol class="list" {
            @for version in versions { li { (one(call, project, id, version, &names)) } }
        }
    })
}

fn one(
    call: &Call,
    project: &ProjectName,
    id: &ArtifactRef,
    version: &VersionInfo,
    names: &BTreeMap<String, String>,
) -> Markup {
    let (kind, name) = (kind_word(id.kind), path(id.name.as_str()));
    let page = format!("/p/{project}/version/{}/{kind}/{name}", version.version);
    let who = names.get(&version.actor).unwrap_or(&version.actor);
    html! {
        div class="spread" {
            div class="row" {
                a class="strong" href=(page) { (version.version.to_string()) }
                (chip(Tone::Plain, class(version.class)))
                @if !version.boundary.is_empty() { (chip(Tone::Warn, t!("prompt-lets-more"))) }
                @if version.yanked.is_some() { (chip(Tone::Bad, t!("prompt-withdrawn"))) }
                @for environment in &version.live_in { (chip(Tone::Good, t!("prompt-live-in", environment = environment.to_string()))) }
            }
            @if let Some(previous) = &version.previous {
                a class="small" href=(with_query(&format!("/p/{project}/compare/{kind}/{name}"), &[("from", &previous.to_string()), ("to", &version.version.to_string())])) {
                    (t!("prompt-compare", version = previous.to_string()))
                }
            }
        }
        p dir="auto" { (what(version)) }
        p class="muted small" { (user(who)) " · " (time::shown(&call.viewer, &version.at)) }
    }
}

/// What changed, in a phrase: the author's words, or else the first rule that saw a difference.
fn what(version: &VersionInfo) -> Markup {
    if let Some(notes) = &version.notes {
        return user(notes);
    }
    let rule = version.rules.iter().find_map(|id| cuelight_artifact::rules::by_id(id));
    match rule {
        Some(rule) => html! { (rule.summary) },
        None => html! { (t!("prompt-no-words")) },
    }
}

fn class(class: Class) -> String {
    match class {
        Class::Patch => t!("prompt-class-patch"),
        Class::Minor => t!("prompt-class-minor"),
        Class::Major => t!("prompt-class-major"),
        Class::First => t!("prompt-class-first"),
    }
}

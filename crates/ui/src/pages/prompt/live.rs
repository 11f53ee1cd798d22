//! What is live now, where, for whom, since when, and what differs for each audience.

use std::collections::BTreeMap;

use cuelight_app::prompt::{Origin, Place};
use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::release::Base;
use maud::{Markup, html};
use serde_json::Value;

use super::Shown;
use crate::call::Call;
use crate::parts::page::kind_word;
use crate::parts::{Table, Tone, card, chip, path, time, user};
use crate::words::t;

/// Longest value shown in a table, in characters.
const LONG: usize = 200;

/// The card of a prompt.
pub(super) fn prompt(call: &Call, shown: &Shown) -> Markup {
    let variants = shown.places.iter().any(|p| p.slot.slot.over.is_some());
    let mut table = Table::new(t!("prompt-live")).column(t!("prompt-environment"));
    if variants {
        table = table.column(t!("prompt-for"));
    }
    table = table.column(t!("prompt-version")).column(t!("prompt-since"));
    if variants {
        table = table.column(t!("prompt-differs"));
    }
    for environment in &shown.environments {
        let address = format!("/p/{}/env/{}", shown.project, environment.name);
        let name = html! { a href=(address) { (environment.name) } };
        let here: Vec<&Place> = shown.places.iter().filter(|p| p.environment == environment.name).collect();
        if here.is_empty() {
            let nobody = variants.then(|| html! {});
            let cells = [Some(name), nobody, Some(html! { (t!("prompt-not-live")) }), Some(html! {})];
            table.row(cells.into_iter().flatten().chain(variants.then(|| html! {})).collect());
            continue;
        }
        for place in &here {
            let row = row(call, shown, place);
            let whom = variants.then(|| whom(place, here.len()));
            let differs = variants.then(|| differences(&shown.project, place));
            table.row(
                [Some(name.clone()), whom, Some(row.0), Some(row.1), differs].into_iter().flatten().collect(),
            );
        }
    }
    let body = html! {
        @if shown.environments.is_empty() { div class="in" { p { (t!("prompt-live-unseen")) } } } @else { (table.draw()) }
    };
    card::flush("live", &t!("prompt-live"), html! {}, body)
}

/// The version, and since when.
fn row(call: &Call, shown: &Shown, place: &Place) -> (Markup, Markup) {
    let slot = &place.slot;
    let version = slot.version.to_string();
    let (kind, name) = (kind_word(shown.id.kind), path(shown.id.name.as_str()));
    let address = format!("/p/{}/version/{version}/{kind}/{name}", shown.project);
    let older = slot.version != shown.detail.version.version;
    let version = html! {
        a href=(address) { (version) }
        @if older { " " span class="muted small" { (t!("prompt-older")) } }
        @if place.yanked.is_some() { " " (chip(Tone::Bad, t!("prompt-withdrawn"))) }
        @match slot.base {
            Some(Base::Following) => { div class="muted small" { (t!("prompt-follows")) } }
            Some(Base::Pinned) => { div class="muted small" { (t!("prompt-pinned")) } }
            None => {}
        }
    };
    let since = html! {
        (time::shown(&call.viewer, &place.since))
        div class="small" { (release_link(&shown.project, place.release)) }
    };
    (version, since)
}

/// For whom one of so many places is.
fn whom(place: &Place, places: usize) -> Markup {
    match &place.slot.slot.over {
        None if places == 1 => html! { (t!("prompt-everybody")) },
        None => html! { (t!("prompt-everybody-else")) },
        Some(id) => html! {
            (audience(&place.slot.when))
            div class="muted small" { (t!("prompt-variant")) " " (id.to_string()) }
        },
    }
}

fn differences(project: &ProjectName, place: &Place) -> Markup {
    html! {
        @if place.slot.slot.over.is_some() && place.origins.is_empty() { (t!("prompt-differs-version")) }
        @if !place.origins.is_empty() {
            ul { @for origin in &place.origins { li { (differs(project, origin)) } } }
        }
    }
}

fn release_link(project: &ProjectName, number: u64) -> Markup {
    html! { a href=(format!("/p/{project}/releases/{number}")) { (t!("prompt-by-release", number = number.to_string())) } }
}

/// Whom something is for: attributes that must all be equal.
fn audience(when: &BTreeMap<String, String>) -> Markup {
    html! {
        @for (i, (key, value)) in when.iter().enumerate() {
            @if i > 0 { " " (t!("prompt-and")) " " }
            (user(key)) " = " strong { (user(value)) }
        }
    }
}

fn differs(project: &ProjectName, origin: &Origin) -> Markup {
    html! {
        span class="mono" { (user(&origin.path)) } ": "
        strong { (value(&origin.value)) }
        @if let Some(base) = &origin.base { " " (t!("prompt-in-place-of")) " " (value(base)) }
        span class="muted small" { " · " (release_link(project, origin.release)) }
    }
}

/// A value as people write it; the end of a long one is left out.
pub(super) fn value(value: &Value) -> Markup {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => t!("prompt-true"),
        Value::Bool(false) => t!("prompt-false"),
        Value::Null => t!("prompt-no-value"),
        other => other.to_string(),
    };
    let mut short: String = text.chars().take(LONG).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    html! { (user(short)) }
}

/// The card of a shared text: live where prompts that include it are.
pub(super) fn shared(shown: &Shown) -> Markup {
    let mut live: BTreeMap<&EnvironmentName, Vec<String>> = BTreeMap::new();
    for version in &shown.versions {
        for environment in &version.live_in {
            live.entry(environment).or_default().push(version.version.to_string());
        }
    }
    let mut table =
        Table::new(t!("prompt-live")).column(t!("prompt-environment")).column(t!("prompt-versions-in-use"));
    for environment in &shown.environments {
        let address = format!("/p/{}/env/{}", shown.project, environment.name);
        let versions = live.get(&environment.name).map(|v| v.join(", "));
        table.row(vec![
            html! { a href=(address) { (environment.name) } },
            html! { (versions.unwrap_or_else(|| t!("prompt-not-live"))) },
        ]);
    }
    let body = html! {
        @if table.is_empty() { div class="in" { p { (t!("prompt-live-unseen")) } } } @else { (table.draw()) }
        div class="in" { p class="muted small" { (t!("prompt-shared-live-about")) } }
    };
    card::flush("live", &t!("prompt-live"), html! {}, body)
}

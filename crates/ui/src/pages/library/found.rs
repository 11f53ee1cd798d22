//! What was found, as rows: what it is, where it is live, how risky, who owns it, when it changed.

use cuelight_app::prompt::{ArtifactSummary, BrowseOutput};
use cuelight_artifact::model::{Owners, Risk};
use cuelight_artifact::{ArtifactRef, EnvironmentName, Kind, ProjectName};
use maud::{Markup, html};

use super::choose::risk;
use super::{Asked, pages};
use crate::call::Call;
use crate::parts::page::artifact_address;
use crate::parts::{Table, Tone, act, chip, empty, owner, time, user};
use crate::words::t;

pub(super) fn list(
    call: &Call,
    project: &ProjectName,
    asked: &Asked,
    found: &BrowseOutput,
    environments: &[EnvironmentName],
) -> Markup {
    let count = t!("library-found", count = found.total);
    let mut table = Table::new(t!("library-title"))
        .column(t!("library-name"))
        .column(t!("library-where-live"))
        .column(t!("library-owners"))
        .column(t!("library-newest"));
    for item in &found.items {
        table.row(row(call, project, item, environments));
    }
    html! {
        section class="card" aria-labelledby="found-title" {
            header {
                h2 id="found-title" data-say=(count) { (count) }
                @if found.from > 0 || found.next.is_some() {
                    span class="muted small" { (t!("library-range", from = found.from + 1, to = found.from + found.items.len())) }
                }
            }
            @if found.total == 0 {
                (empty(&t!("library-nothing"), html! { p { (t!("library-nothing-about")) } },
                    act::link(&t!("library-drop-all"), &super::address(project))))
            } @else {
                (table.draw())
                (pages(project, asked, found))
            }
        }
    }
}

fn row(
    call: &Call,
    project: &ProjectName,
    item: &ArtifactSummary,
    environments: &[EnvironmentName],
) -> Vec<Markup> {
    let id = ArtifactRef { kind: item.kind, name: item.name.clone() };
    let title = if item.title.is_empty() { item.name.as_str() } else { &item.title };
    vec![
        html! {
            a id={ "to-" (item.kind) "-" (item.name) } href=(artifact_address(project, &id)) { (user(title)) }
            div class="muted small" {
                @if item.kind == Kind::Fragment { (t!("library-shared-one")) " · " }
                span class="mono" { (item.name) }
            }
            (risk_chip(item.risk))
        },
        dots(item, environments),
        owners(&item.owners),
        html! {
            (item.version.to_string())
            @if item.yanked { " " (chip(Tone::Bad, t!("library-withdrawn-one"))) }
            div class="muted small" { (time::shown(&call.viewer, &item.published_at)) }
        },
    ]
}

/// Where it is live, each environment with a dot and words.
fn dots(item: &ArtifactSummary, environments: &[EnvironmentName]) -> Markup {
    html! {
        ul class="dots" {
            @for environment in environments {
                @match item.live.get(environment) {
                    Some(version) if *version == item.version => li class="on" { (environment) " " (version.to_string()) },
                    Some(version) => li class="behind" { (environment) " " (version.to_string()) " " span class="muted" { (t!("library-behind")) } },
                    None => {}
                }
            }
            @if item.live.is_empty() { li { (t!("library-nowhere")) } }
        }
    }
}

/// A risk as a chip; the low one is nothing to look at.
pub(crate) fn risk_chip(given: Risk) -> Markup {
    let tone = match given {
        Risk::Low => Tone::Plain,
        Risk::Medium => Tone::Info,
        Risk::High => Tone::Warn,
    };
    chip(tone, risk(given))
}

fn owners(owners: &Owners) -> Markup {
    html! {
        @if *owners == Owners::default() { span class="muted" { (t!("library-nobody")) } }
        @else { (owner::all(owners)) }
    }
}

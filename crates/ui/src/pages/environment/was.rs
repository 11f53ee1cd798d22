//! `/p/{project}/env/{environment}/was/{generation}`: everything that was live once.

use cuelight_app::environment::{self, GenerationDetail};
use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::rights::Action;
use jiff::Timestamp;
use maud::{Markup, html};

use super::super::release::said;
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::{Drawer, Here, Page, Table, Tone, act, card, chip, time, user, with_query};
use crate::reply::Reply;
use crate::words::t;

/// Rows of what was live.
const ROWS: usize = 1_000;

pub async fn show(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let name: EnvironmentName = call.path("environment")?;
    let number: u64 = call.path("generation")?;
    let detail = environment::generation(&call.ctx, &project, &name, number).await?;
    let release = &detail.info.release;
    let current = environment::get(&call.ctx, &project, &name).await?.info.generation;
    let known = said::known(&call, &project, &[release]).await?;
    let facts = said::explain(&call, &project, &release.changes).await;
    let here = said::environment_address(&project, &name);
    let until = match number < current {
        true => Some(environment::generation(&call.ctx, &project, &name, number + 1).await?.info),
        false => None,
    };
    let body = html! {
        (card("about", &t!("environment-was-since"), html! {}, html! {
            p {
                a href=(said::address(&project, release.release)) { strong { (t!("release-number", release = release.release.to_string())) } }
                " " (known.sentence(release)) " " (said::marks(release))
            }
            p class="muted" { (known.who(&release.actor)) " · " (time::exact(&call.viewer, &detail.info.at)) }
            @if let Some(notes) = &release.notes { p class="notes" { (user(notes)) } }
        }))
        (content(&project, &detail))
        (card::flush(
            "changes",
            &t!("environment-was-changes", release = release.release.to_string()),
            html! {},
            said::table(&project, &release.changes, &facts, t!("release-column-before"), t!("release-column-after")),
        ))
    };
    let may = call.may(Action::RollBack, &project, Some(&name));
    let label = t!("environment-back-here");
    let back = with_query(&format!("{here}/go-back"), &[("to", &number.to_string())]);
    let title =
        t!("environment-was-title", environment = name.to_string(), release = release.release.to_string());
    let page = Page::new(Here::Environments, title)
        .project(&project)
        .trail(t!("environment-path"), format!("/p/{project}/env"))
        .trail(name.to_string(), here)
        .chips(html! {
            @match &until {
                None => (chip(Tone::Good, t!("environment-was-now"))),
                Some(next) => span {
                    (time::shown(&call.viewer, &detail.info.at)) " – " (time::shown(&call.viewer, &next.at))
                },
            }
        })
        .actions(html! {
            (act::link(&t!("environment-was-time-machine"), &time_machine(&call, &project, &name, &detail.info.at)))
            @if number < current { (act::guarded(&may, &label, act::danger_link(&label, &back))) }
        })
        .body(body)
        .drawer(drawer(&project, &name, &detail));
    Ok(Reply::page(page))
}

fn content(project: &ProjectName, detail: &GenerationDetail) -> Markup {
    let prompts = detail.content.iter().filter(|s| s.slot.over.is_none()).count();
    let heading = t!("environment-was-live", count = prompts);
    let mut table = Table::new(heading.clone())
        .column(t!("release-column-prompt"))
        .column(t!("release-column-whom"))
        .column(t!("environment-version"));
    for placed in detail.content.iter().take(ROWS) {
        table.row(vec![
            said::prompt(project, &placed.slot.prompt),
            said::whom(&placed.slot, Some(placed)),
            html! { a href=(said::version_address(project, placed)) { (placed.version) } },
        ]);
    }
    card::flush(
        "content",
        &heading,
        html! {},
        html! {
            @if table.is_empty() { p class="in muted" { (t!("environment-was-nothing")) } } @else { (table.draw()) }
            @if detail.content.len() > ROWS { p class="in muted small" { (t!("release-rows-more", count = detail.content.len() - ROWS)) } }
        },
    )
}

fn drawer(project: &ProjectName, name: &EnvironmentName, detail: &GenerationDetail) -> Drawer {
    let mut drawer = Drawer::new()
        .id("generation", detail.info.generation)
        .id("ledger entry", detail.info.seq)
        .cli(format!("cuelight at {} --env {name}", detail.info.at))
        .api(
            "GET",
            format!("/api/v1/projects/{project}/environments/{name}/generations/{}", detail.info.generation),
        );
    for placed in detail.content.iter().take(20) {
        drawer = drawer.id(placed.slot.to_string(), placed.digest);
    }
    drawer
}

/// The time machine at that moment, in the viewer's zone.
fn time_machine(call: &Call, project: &ProjectName, name: &EnvironmentName, at: &str) -> String {
    let here = format!("/p/{project}/time-machine");
    let Ok(instant) = at.parse::<Timestamp>() else { return here };
    // To the second above: at the second itself the release may not have been there yet.
    let zoned = instant.to_zoned(call.viewer.zone.clone()) + jiff::Span::new().seconds(1);
    with_query(
        &here,
        &[
            ("date", &zoned.strftime("%Y-%m-%d").to_string()),
            ("time", &zoned.strftime("%H:%M:%S").to_string()),
            ("zone", &call.viewer.zone_name),
            ("env", name.as_str()),
        ],
    )
}

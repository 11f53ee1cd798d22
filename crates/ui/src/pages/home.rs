//! `/p/{project}`: what is live where, what waits, and what happened.

use cuelight_app::edit::{Draft, drafts};
use cuelight_app::environment::{Step, Waiting, path, waiting};
use cuelight_app::release::{self, ReleaseInfo};
use cuelight_app::{AppResult, project};
use cuelight_artifact::ProjectName;
use cuelight_core::rights::Action;
use jiff::{Timestamp, ToSpan as _};
use maud::{Markup, html};

use super::release::said::{self, Known};
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::chart::{Point, Said, bars};
use crate::parts::page::kind_word;
use crate::parts::{Drawer, Here, Page, Tone, act, card, chip, time, with_query};
use crate::reply::Reply;
use crate::route::{Route, page};
use crate::words::t;

/// Releases named on the page.
const LATEST: usize = 10;
/// Prompts named that wait.
const WAITING: usize = 8;
/// Days of the chart.
const DAYS: i32 = 14;

/// Its address.
pub fn routes() -> Vec<Route> {
    vec![page("home", "/p/{project}", "/p/acme", show)]
}

async fn show(call: Call) -> UiResult<Reply> {
    let name = call.project()?;
    let info = project::get(&call.ctx, &name).await?;
    let page = Page::new(Here::Home, t!("home-title"))
        .project(&name)
        .chips(html! { (t!("home-about", prompts = info.prompts, shared = info.fragments, releases = info.releases)) })
        .drawer(
            Drawer::new()
                .id("project", &name)
                .id("ledger entries", info.entries)
                .cli("cuelight env list")
                .cli("cuelight log")
                .api("GET", format!("/api/v1/projects/{name}/environments"))
                .api("GET", format!("/api/v1/projects/{name}/releases")),
        );
    if info.prompts == 0 {
        return Ok(Reply::page(page.body(first_steps(&name))));
    }
    let seq = *project::news(&call.ctx, &name).await?.borrow();
    let steps = path(&call.ctx, &name).await?;
    let latest = release::list(&call.ctx, &name, None, None, LATEST).await?;
    let mut all: Vec<&ReleaseInfo> = latest.iter().collect();
    all.extend(steps.iter().filter_map(|s| s.release.as_ref()));
    let known = said::known(&call, &name, &all).await?;
    let body = html! {
        div id="home-path" data-live-part data-live-text=(t!("home-changed")) {
            ul class="path" { @for step in &steps { li class="card" { (environment(&call, &name, step, &known)) } } }
        }
        (waits(&call, &name, &steps).await?)
        div id="home-latest" data-live-part {
            (card::flush(
                "latest",
                &t!("home-latest"),
                html! { a class="small" href={ "/p/" (name) "/releases" } { (t!("home-all-releases")) } },
                if latest.is_empty() {
                    card::empty(&t!("home-no-release"), html! { p { (t!("home-no-release-about")) } }, html! {})
                } else {
                    known.list(&call, &name, &latest)
                },
            ))
        }
    };
    let rail = html! { (kept(&call, &name).await) (chart(&call, &name).await?) (ways(&name)) };
    let release_link = act::main_link(&t!("home-release"), &format!("/p/{name}/release"));
    Ok(Reply::page(page.body(body).rail(rail).actions(release_link).live(seq)))
}

fn first_steps(project: &ProjectName) -> Markup {
    html! {
        section class="card" aria-label=(t!("home-empty")) {
            (card::empty(
                &t!("home-empty"),
                html! {
                    p { (t!("home-empty-about")) }
                    p { (t!("home-empty-then")) }
                },
                html! {
                    (act::main_link(&t!("home-empty-do"), "/welcome"))
                    (act::link(&t!("home-empty-environments"), &format!("/p/{project}/env")))
                    (act::link(&t!("home-empty-words"), "/help"))
                },
            ))
        }
    }
}

/// One environment of the path: what is live, since when, and what is newer before it.
pub fn environment(call: &Call, project: &ProjectName, step: &Step, known: &Known) -> Markup {
    let name = &step.info.name;
    let heading = format!("env-{name}");
    html! {
        header {
            h2 id=(heading) { a class="plain" href=(said::environment_address(project, name)) { (name) } }
            @if step.info.generation == 0 { (chip(Tone::Plain, t!("home-nothing-live"))) }
            @else { (chip(Tone::Good, t!("home-live"))) }
        }
        div class="in stack" {
            @match &step.release {
                Some(release) => {
                    p class="figure" { strong { (step.info.prompts) } " " (t!("home-prompts-live", count = step.info.prompts)) }
                    p class="muted small" {
                        (t!("home-since")) " "
                        a href=(said::address(project, release.release)) { (t!("release-number", release = release.release.to_string())) }
                        " · " (time::beside(call, &release.at)) " · " (known.who(&release.actor))
                    }
                }
                None => p class="muted" { (t!("home-nothing-live-about")) }
            }
            (ahead(call, project, step))
        }
    }
}

fn ahead(call: &Call, project: &ProjectName, step: &Step) -> Markup {
    let Some(before) = &step.before else { return html! {} };
    let (from, to) = (before.environment.to_string(), step.info.name.to_string());
    if before.count == 0 {
        return html! {
            @if step.info.generation > 0 { p class="small muted" { (t!("home-same", from = from)) } }
        };
    }
    let may = call.may(Action::Release, project, Some(&step.info.name));
    let look = with_query(&format!("/p/{project}/release/look"), &[("env", &to), ("from", &from)]);
    html! {
        div class="ahead" {
            p class="small" { (t!("home-ahead", count = before.count, from = from)) }
            @if may.yes() {
                a class="btn small" href=(look) { (t!("home-ahead-do")) span class="vh" { " " (t!("home-ahead-to", environment = to)) } }
            }
        }
    }
}

/// Prompts whose newest version is not live at the end of the path.
async fn waits(call: &Call, project: &ProjectName, steps: &[Step]) -> AppResult<Markup> {
    let Some(last) = steps.last() else { return Ok(html! {}) };
    if call.may(Action::ReadLibrary, project, None) != crate::call::May::Yes {
        return Ok(html! {});
    }
    let found: Waiting = waiting(&call.ctx, project, &last.info.name, None, WAITING).await?;
    if found.total == 0 {
        return Ok(html! { div id="home-waiting" data-live-part {} });
    }
    let name = last.info.name.to_string();
    Ok(html! {
        div id="home-waiting" data-live-part {
            (card::flush(
                "waiting",
                &t!("home-waiting", count = found.total, environment = name),
                html! { a class="small" href={ "/p/" (project) "/release" } { (t!("home-waiting-all")) } },
                html! {
                    ul class="list tight" {
                        @for newer in &found.items {
                            li class="spread" {
                                (said::prompt(project, &newer.prompt))
                                span class="row" {
                                    @match &newer.live {
                                        Some(live) => span class="muted small" { (t!("home-waiting-live", version = live.to_string(), newer = newer.newer.to_string())) }
                                        None => span class="muted small" { (t!("home-waiting-new", newer = newer.newer.to_string())) }
                                    }
                                    @if newer.live.is_some() {
                                        a class="small" href=(with_query(&format!("/p/{project}/compare/prompt/{}", newer.prompt),
                                            &[("from", &newer.live.as_ref().map(ToString::to_string).unwrap_or_default()), ("to", &newer.newer.to_string())])) {
                                            (t!("release-compare")) span class="vh" { " " (newer.prompt) }
                                        }
                                    }
                                }
                            }
                        }
                        @if found.total > found.items.len() { li class="muted small" { (t!("release-more", count = found.total - found.items.len())) } }
                    }
                },
            ))
        }
    })
}

/// Edits of the viewer's that are not published yet.
async fn kept(call: &Call, project: &ProjectName) -> Markup {
    let found: Vec<Draft> = drafts(&call.ctx, project).await.unwrap_or_default();
    if found.is_empty() {
        return html! {};
    }
    card::flush(
        "drafts",
        &t!("home-drafts"),
        html! {},
        html! {
            ul class="list tight" {
                @for draft in found.iter().take(WAITING) {
                    li {
                        a href={ "/p/" (project) "/edit/" (kind_word(draft.id.kind)) "/" (draft.id.name) } { (draft.id.name) }
                        span class="muted small block" { (t!("home-draft-saved")) " " (time::beside(call, &draft.saved_at)) }
                    }
                }
                @if found.len() > WAITING { li class="muted small" { (t!("release-more", count = found.len() - WAITING)) } }
            }
        },
    )
}

/// Releases per day, in the viewer's zone.
async fn chart(call: &Call, project: &ProjectName) -> AppResult<Markup> {
    let now = Timestamp::from_microsecond(call.ctx.app.now()).unwrap_or(Timestamp::UNIX_EPOCH);
    let today = now.to_zoned(call.viewer.zone.clone()).date();
    let day = |back: i32| today.checked_sub(back.days()).unwrap_or(today);
    let first = day(DAYS - 1).to_zoned(call.viewer.zone.clone());
    let from = first.map_or(0, |z| z.timestamp().as_microsecond());
    let moments = release::since(&call.ctx, project, from).await?;
    let on: Vec<_> = moments
        .iter()
        .filter_map(|m| {
            Some(Timestamp::from_microsecond(m.at).ok()?.to_zoned(call.viewer.zone.clone()).date())
        })
        .collect();
    let points: Vec<Point> = (0..DAYS)
        .rev()
        .map(|back| {
            let date = day(back);
            let count = on.iter().filter(|d| **d == date).count();
            Point {
                label: date.strftime("%-d %b").to_string(),
                #[allow(clippy::cast_precision_loss, reason = "releases of a day are few")]
                value: count as f64,
                shown: count.to_string(),
            }
        })
        .collect();
    let backs = moments.iter().filter(|m| !m.forward).count();
    let said = Said {
        summary: t!("home-chart-said", count = moments.len(), backs = backs, days = DAYS),
        labels: t!("home-chart-day"),
        values: t!("home-chart-releases"),
    };
    Ok(card::card("chart", &t!("home-chart"), html! {}, bars(&said, &points)))
}

/// Where people go most.
fn ways(project: &ProjectName) -> Markup {
    card::card(
        "ways",
        &t!("home-ways"),
        html! {},
        html! {
            ul class="links" {
                li { a href={ "/p/" (project) "/library" } { (t!("home-way-library")) } }
                li { a href={ "/p/" (project) "/time-machine" } { (t!("home-way-time-machine")) } }
                li { a href={ "/p/" (project) "/ledger" } { (t!("home-way-ledger")) } }
            }
        },
    )
}

//! `/p/{project}/release`: where to, and what.

use std::collections::BTreeMap;

use cuelight_app::environment::{self, Newer, Step, path, waiting};
use cuelight_app::project::news;
use cuelight_app::prompt::{self, ListInput};
use cuelight_app::release::{Choice, SlotInfo, choices};
use cuelight_artifact::{ArtifactName, EnvironmentName, Kind, ProjectName};
use cuelight_core::rights::Action;
use maud::{Markup, html};
use semver::Version;

use super::order::{Order, Pick};
use super::said;
use crate::call::{Call, May};
use crate::error::UiResult;
use crate::parts::{Drawer, Field, Here, Page, Tone, act, card, chip, note, with_query};
use crate::reply::Reply;
use crate::words::t;

/// Prompts shown at a time.
const PAGE: usize = 30;
/// Most variants shown.
const VARIANTS: usize = 100;

/// A prompt that can be chosen.
struct Row {
    prompt: ArtifactName,
    live: Option<Version>,
    chosen: Option<Pick>,
}

/// What the list of prompts shows.
struct Listed {
    rows: Vec<Row>,
    next: Option<ArtifactName>,
    everything: bool,
}

pub async fn show(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let _may_read = news(&call.ctx, &project).await?;
    let steps = path(&call.ctx, &project).await?;
    let asked = Order::environment(&call.query)?;
    let can = |s: &&Step| call.may(Action::Release, &project, Some(&s.info.name)).yes();
    let step = match &asked {
        Some(name) => steps.iter().find(|s| &s.info.name == name),
        None => steps.iter().find(can).or_else(|| steps.first()),
    };
    let Some(step) = step else {
        // Tells whether there is none, or none that the viewer sees.
        if let Some(name) = asked {
            environment::get(&call.ctx, &project, &name).await?;
        }
        return Ok(Reply::page(frame(&project).body(card::empty(
            &t!("release-no-environment"),
            html! {},
            html! {},
        ))));
    };
    let order = Order::read(&call.query, step.info.name.clone())?;
    let listed = listed(&call, &project, &order).await?;
    let names: Vec<ArtifactName> = listed.rows.iter().map(|r| r.prompt.clone()).collect();
    let versions = choices(&call.ctx, &project, &names).await?;
    let variants = variants(&call, &project, step).await?;
    let may = call.may(Action::Release, &project, Some(&step.info.name));
    let drawer = Drawer::new()
        .cli(format!("cuelight release NAME@VERSION --env {} --preview", step.info.name))
        .api("POST", format!("/api/v1/projects/{project}/releases/preview"));
    let body = html! {
        (switch(&project, &steps, step, &order))
        @if let May::No { why, who } = &may { (note(Tone::Warn, html! { (why) " " (who) })) }
        (promote(&project, step))
        (chooser(&call, &project, &order, &listed, &versions, &variants))
    };
    Ok(Reply::page(frame(&project).body(body).drawer(drawer)))
}

fn frame(project: &ProjectName) -> Page {
    Page::new(Here::Releases, t!("release-title")).project(project)
}

/// Which environment, as links.
fn switch(project: &ProjectName, steps: &[Step], at: &Step, order: &Order) -> Markup {
    html! {
        div class="row spaced" {
            span id="where" { (t!("release-where")) }
            ul class="seg" aria-labelledby="where" {
                @for step in steps {
                    @let other = Order { environment: step.info.name.clone(), from: None, picks: order.picks.clone(), ends: Vec::new() };
                    li { a href=(other.choose(project)) aria-current=[(step.info.name == at.info.name).then_some("true")] { (step.info.name) } }
                }
            }
        }
    }
}

/// Everything from the environment before.
fn promote(project: &ProjectName, step: &Step) -> Markup {
    let Some(before) = &step.before else { return html! {} };
    let (from, to) = (before.environment.to_string(), step.info.name.to_string());
    let look = with_query(&format!("/p/{project}/release/look"), &[("env", &to), ("from", &from)]);
    card::card(
        "promote",
        &t!("release-promote", from = from.clone()),
        html! {},
        html! {
            @if before.count == 0 {
                p class="muted" { (t!("release-promote-none", from = from.clone(), to = to.clone())) }
                p { a href=(look) { (t!("release-promote-look-anyway")) } }
            } @else {
                p { (t!("release-promote-about", count = before.count, from = from.clone(), to = to.clone())) }
                ul class="chips" {
                    @for newer in &before.first { li { (chip(Tone::Plain, moved(newer))) } }
                    @if before.count > before.first.len() { li { (chip(Tone::Plain, t!("release-more", count = before.count - before.first.len()))) } }
                }
                div class="actions" { (act::main_link(&t!("release-promote-look", from = from.clone()), &look)) }
            }
        },
    )
}

/// A prompt that is newer elsewhere, in brief.
fn moved(newer: &Newer) -> String {
    let (name, version) = (newer.prompt.to_string(), newer.newer.to_string());
    match &newer.live {
        Some(live) => t!("release-short-moved", name = name, from = live.to_string(), to = version),
        None => t!("release-short-new", name = name, version = version),
    }
}

async fn listed(call: &Call, project: &ProjectName, order: &Order) -> UiResult<Listed> {
    let after = call.query.text("after").map(str::parse).transpose().ok().flatten();
    let q = call.query.text("q");
    let everything = q.is_some() || call.query.text("show") == Some("all");
    let mut rows: Vec<Row> = Vec::new();
    let next;
    if everything {
        let input =
            ListInput { q: q.map(Into::into), cursor: after, limit: Some(PAGE), ..ListInput::default() };
        let found = prompt::list(&call.ctx, project, Kind::Prompt, input).await?;
        next = found.next;
        rows.extend(found.items.into_iter().map(|i| Row {
            live: i.live.get(&order.environment).cloned(),
            prompt: i.name,
            chosen: None,
        }));
    } else {
        let found = waiting(&call.ctx, project, &order.environment, after.as_ref(), PAGE).await?;
        next = found.next;
        rows.extend(found.items.into_iter().map(|n| Row { prompt: n.prompt, live: n.live, chosen: None }));
    }
    let mut chosen = Vec::new();
    for (name, pick) in &order.picks {
        let known = rows.iter().position(|r| &r.prompt == name).map(|at| rows.remove(at));
        let live = match known {
            Some(row) => row.live,
            None => live_version(call, project, &order.environment, name).await?,
        };
        chosen.push(Row { prompt: name.clone(), live, chosen: Some(pick.clone()) });
    }
    chosen.extend(rows);
    Ok(Listed { rows: chosen, next, everything })
}

async fn live_version(
    call: &Call,
    project: &ProjectName,
    environment: &EnvironmentName,
    name: &ArtifactName,
) -> UiResult<Option<Version>> {
    let input = ListInput { prefix: Some(name.to_string()), limit: Some(1), ..ListInput::default() };
    let found = prompt::list(&call.ctx, project, Kind::Prompt, input).await?;
    let found = found.items.into_iter().find(|i| &i.name == name);
    Ok(found.and_then(|mut i| i.live.remove(environment)))
}

/// Variants that are live here.
async fn variants(call: &Call, project: &ProjectName, step: &Step) -> UiResult<Vec<SlotInfo>> {
    if step.info.overrides == 0 {
        return Ok(Vec::new());
    }
    let detail = environment::get(&call.ctx, project, &step.info.name).await?;
    Ok(detail.content.into_iter().filter(|s| s.slot.over.is_some()).take(VARIANTS).collect())
}

fn chooser(
    call: &Call,
    project: &ProjectName,
    order: &Order,
    listed: &Listed,
    versions: &BTreeMap<ArtifactName, Vec<Choice>>,
    variants: &[SlotInfo],
) -> Markup {
    let here = format!("/p/{project}/release");
    let environment = order.environment.to_string();
    let q = call.query.text("q").unwrap_or_default();
    let waiting = with_query(&here, &[("env", &environment)]);
    let all = with_query(&here, &[("env", &environment), ("show", "all")]);
    card::card(
        "choose",
        &t!("release-choose"),
        html! {
            ul class="seg" {
                li { a href=(waiting) aria-current=[(!listed.everything).then_some("true")] { (t!("release-show-waiting")) } }
                li { a href=(all) aria-current=[listed.everything.then_some("true")] { (t!("release-show-all")) } }
            }
        },
        html! {
            // One form for filtering and for going on, so that what was chosen stays chosen without any script.
            form method="get" action={ (here) "/look" } id="choose-form" {
                input type="hidden" name="env" value=(environment);
                @if listed.everything { input type="hidden" name="show" value="all"; }
                div class="seek" {
                    (Field::text("q", t!("release-filter")).kind("search").value(q).draw())
                    button class="btn" type="submit" formaction=(here) { (t!("release-filter-do")) }
                }
                @if listed.rows.is_empty() {
                    p class="muted" {
                        @if listed.everything { (t!("release-none-found")) }
                        @else { (t!("release-none-waiting", environment = environment.clone())) }
                    }
                } @else {
                    fieldset {
                        legend class="vh" { (t!("release-choose")) }
                        ul class="picks" { @for row in &listed.rows { (pick(row, versions.get(&row.prompt))) } }
                    }
                }
                @if let Some(next) = &listed.next {
                    p { button class="btn quiet" type="submit" name="after" value=(next) formaction=(here) { (t!("release-next-prompts")) } }
                }
                @if !variants.is_empty() {
                    fieldset {
                        legend { (t!("release-end-variants")) }
                        @for variant in variants {
                            label class="check" {
                                input type="checkbox" name="end" value=(variant.slot) checked[order.ends.contains(&variant.slot)];
                                span { (variant.slot.prompt) " · " (said::whom(&variant.slot, Some(variant))) }
                            }
                        }
                    }
                }
                div class="actions" { (act::submit(&t!("release-look"))) }
            }
        },
    )
}

fn pick(row: &Row, versions: Option<&Vec<Choice>>) -> Markup {
    let name = row.prompt.to_string();
    // As it is: with another sign for the slash, `a/b-c` and `a-b/c` would be one.
    let id = format!("v.{name}");
    let versions = versions.map(Vec::as_slice).unwrap_or_default();
    let newest =
        versions.iter().find(|c| c.version.pre.is_empty() && c.yanked.is_none()).or_else(|| versions.first());
    let chosen = match &row.chosen {
        Some(Pick::Version(version)) => Some(version),
        _ => newest.map(|c| &c.version),
    };
    html! {
        li {
            label class="check" {
                input type="checkbox" name="pick" value=(name) checked[row.chosen.is_some()];
                span {
                    (name)
                    span class="muted small block" {
                        @match &row.live {
                            Some(live) => (t!("release-live-now", version = live.to_string())),
                            None => (t!("release-not-live")),
                        }
                    }
                }
            }
            label class="vh" for=(id) { (t!("release-version-of", prompt = name.clone())) }
            select id=(id) name={ "v." (name) } {
                @for choice in versions {
                    option value=(choice.version) selected[Some(&choice.version) == chosen && row.chosen != Some(Pick::Remove)] {
                        (option(choice, row.live.as_ref()))
                    }
                }
                @if row.live.is_some() {
                    option value="remove" selected[row.chosen == Some(Pick::Remove)] { (t!("release-remove")) }
                }
            }
        }
    }
}

fn option(choice: &Choice, live: Option<&Version>) -> String {
    let version = choice.version.to_string();
    if choice.yanked.is_some() {
        t!("release-option-withdrawn", version = version)
    } else if live == Some(&choice.version) {
        t!("release-option-live", version = version)
    } else {
        version
    }
}

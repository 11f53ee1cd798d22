//! `/p/{project}/env/{environment}`: what is live, the way back, the history, the rules.

use std::collections::BTreeMap;

use cuelight_app::environment::{self, EnvironmentDetail, GenerationInfo};
use cuelight_app::release::{Back, ReleaseInfo, back};
use cuelight_app::{Code, project};
use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::environment::{Blocked, Policy, Predecessor, Prereleases};
use cuelight_core::release::{Cause, Slot};
use cuelight_core::rights::Action;
use maud::{Markup, html};

use super::super::release::said::{self, Known};
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::{Drawer, Here, Page, Table, Tone, act, card, chip, time, user, with_query};
use crate::reply::Reply;
use crate::words::t;

/// Steps of the history on one page.
const HISTORY: usize = 15;
/// Rows of what is live on one page.
const LIVE: usize = 100;
/// Chips for what one release changed.
const CHIPS: usize = 6;

/// What the page is drawn from.
struct View<'a> {
    call: &'a Call,
    project: &'a ProjectName,
    detail: &'a EnvironmentDetail,
    history: &'a [GenerationInfo],
    older: bool,
    known: &'a Known,
    before: Option<&'a EnvironmentName>,
    back: Option<&'a Back>,
}

impl View<'_> {
    fn name(&self) -> &EnvironmentName {
        &self.detail.info.name
    }

    fn address(&self) -> String {
        said::environment_address(self.project, self.name())
    }
}

pub async fn show(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let name: EnvironmentName = call.path("environment")?;
    let detail = environment::get(&call.ctx, &project, &name).await?;
    let seq = *project::news(&call.ctx, &project).await?.borrow();
    let before_generation = call.query.text("before").and_then(|b| b.parse().ok());
    let mut history =
        environment::generations(&call.ctx, &project, &name, before_generation, HISTORY + 1).await?;
    let older = history.len() > HISTORY;
    history.truncate(HISTORY);
    let newest = environment::generations(&call.ctx, &project, &name, None, 1).await?;
    let mut releases: Vec<&ReleaseInfo> = history.iter().map(|g| &g.release).collect();
    releases.extend(newest.iter().map(|g| &g.release));
    let known = said::known(&call, &project, &releases).await?;
    let environments = environment::list(&call.ctx, &project).await?;
    let earlier = environments.iter().take_while(|e| e.name != name).last();
    let back = match back(&call.ctx, &project, &name, None).await {
        Ok(back) => Some(back),
        Err(error) if error.code == Code::NothingBefore => None,
        Err(error) => return Err(error.into()),
    };
    let view = View {
        call: &call,
        project: &project,
        detail: &detail,
        history: &history,
        older,
        known: &known,
        before: earlier.map(|e| &e.name),
        back: back.as_ref(),
    };
    let live = live(&view).await?;
    let body = html! {
        @if let Some(done) = newest.first().filter(|g| call.query.text("done") == Some(&g.release.release.to_string())) {
            (went_back(&view, &done.release))
        }
        div class="cols first" {
            div class="rail-top" id="way-back" data-live-part { (go_back(&view)) }
            div class="col" {
                div id="live-now" data-live-part data-live-text=(t!("environment-changed")) { (live) }
                div id="happened" data-live-part { (timeline(&view)) }
            }
            div class="rail-rest" { (rules_card(&view)) }
        }
    };
    let info = &detail.info;
    let release = act::main_link(
        &t!("environment-release"),
        &with_query(&format!("/p/{project}/release"), &[("env", name.as_str())]),
    );
    let may = call.may(Action::Release, &project, Some(&name));
    let mut page = Page::new(Here::Environments, name.to_string())
        .project(&project)
        .trail(t!("environment-path"), format!("/p/{project}/env"))
        .chips(header(&view, newest.first()))
        .actions(act::guarded(&may, &t!("environment-release"), release))
        .body(body)
        .live(seq)
        .drawer(
            Drawer::new()
                .id("generation", info.generation)
                .id("policy revision", info.policy_revision)
                .cli(format!("cuelight log --env {name}"))
                .cli(format!("cuelight rollback --env {name}"))
                .api("GET", format!("/api/v1/projects/{project}/environments/{name}"))
                .api("GET", format!("/api/v1/projects/{project}/environments/{name}/generations"))
                .api(
                    "POST",
                    format!(
                        "/api/v1/projects/{project}/releases/{}/rollback",
                        info.release.unwrap_or_default()
                    ),
                ),
        );
    let may_go_back = call.may(Action::RollBack, &project, Some(&name)).yes();
    if let Some(back) = view.back.filter(|b| may_go_back && !b.changes.is_empty()) {
        let label = t!("environment-go-back-do", release = back.made_by.release.to_string());
        page = page.skip_to(label, BACK);
    }
    Ok(Reply::page(page))
}

fn header(view: &View<'_>, newest: Option<&GenerationInfo>) -> Markup {
    let Some(newest) = newest else { return chip(Tone::Plain, t!("environment-nothing")) };
    html! {
        (chip(Tone::Good, t!("environment-live-release", release = newest.release.release.to_string())))
        span { (t!("environment-since")) " " (time::shown(&view.call.viewer, &newest.at)) " · " (time::ago(view.call.ctx.app.now(), &newest.at)) }
        span { (view.known.who(&newest.release.actor)) }
    }
}

fn went_back(view: &View<'_>, release: &ReleaseInfo) -> Markup {
    let to = match &release.cause {
        Cause::RollBack { to, .. } => view.known.release_of(&release.environment, *to),
        Cause::Release => None,
    };
    let environment = release.environment.to_string();
    card::outcome(
        Tone::Good,
        html! {
            p {
                strong {
                    @match to {
                        Some(number) => (t!("environment-back-done", environment = environment, release = number.to_string())),
                        None => (t!("environment-back-done-far", environment = environment)),
                    }
                }
                " " (t!("environment-back-since")) " " (time::exact(&view.call.viewer, &release.at))
            }
            p { a href=(said::address(view.project, release.release)) { (t!("environment-back-release", release = release.release.to_string())) } }
        },
    )
}

/// The id of the link that leads to going back.
const BACK: &str = "go-back-link";

/// The card that is always there: one press leads to what exactly would change.
fn go_back(view: &View<'_>) -> Markup {
    let title = t!("environment-go-back");
    let Some(back) = view.back.filter(|b| !b.changes.is_empty()) else {
        return card::card(
            "go-back",
            &title,
            html! {},
            html! { p class="muted" { (if view.history.len() > 1 || view.older { t!("environment-go-back-none") } else { t!("environment-go-back-not-yet") }) } },
        );
    };
    let number = back.made_by.release.to_string();
    let count = said::prompts(&back.changes);
    let address = with_query(&format!("{}/go-back", view.address()), &[("to", &back.to.to_string())]);
    let label = t!("environment-go-back-do", release = number.clone());
    let may = view.call.may(Action::RollBack, view.project, Some(view.name()));
    card::card(
        "go-back",
        &title,
        html! {},
        html! {
            p { (t!("environment-go-back-to", release = number, count = count)) }
            p class="muted small" {
                (t!("environment-go-back-since")) " " (time::shown(&view.call.viewer, &back.made_by.at))
            }
            (said::chips(&back.changes, 4))
            div class="actions" { (act::guarded(&may, &label, html! { a class="btn danger" href=(address) id=(BACK) { (label) } })) }
        },
    )
}

/// What is live, with since which release.
async fn live(view: &View<'_>) -> UiResult<Markup> {
    let info = &view.detail.info;
    let heading = t!("environment-live", count = info.prompts);
    if view.detail.content.is_empty() {
        let release = with_query(&format!("/p/{}/release", view.project), &[("env", info.name.as_str())]);
        return Ok(card::flush(
            "live",
            &heading,
            html! {},
            card::empty(
                &t!("environment-empty"),
                html! { p { (t!("environment-empty-about")) } },
                act::link(&t!("environment-release"), &release),
            ),
        ));
    }
    let q = view.call.query.text("q").unwrap_or_default().to_lowercase();
    let words: Vec<&str> = q.split_whitespace().collect();
    let fits = |slot: &Slot| words.iter().all(|w| slot.to_string().contains(w));
    let found: Vec<_> = view.detail.content.iter().filter(|s| fits(&s.slot)).collect();
    let since = since(view).await?;
    let mut table = Table::new(heading.clone())
        .column(t!("release-column-prompt"))
        .column(t!("release-column-whom"))
        .column(t!("environment-version"))
        .column(t!("environment-since-release"));
    for placed in found.iter().take(LIVE) {
        table.row(vec![
            said::prompt(view.project, &placed.slot.prompt),
            said::whom(&placed.slot, Some(placed)),
            html! { a href=(said::version_address(view.project, placed)) { (placed.version) } },
            match since.get(&placed.slot) {
                Some((number, at)) => html! {
                    a href=(said::address(view.project, *number)) { (t!("release-number", release = number.to_string())) }
                    " " span class="muted small" { (time::ago(view.call.ctx.app.now(), at)) }
                },
                None => html! { span class="muted small" { (t!("environment-since-long")) } },
            },
        ]);
    }
    let filter = html! {
        form class="filter" method="get" action=(view.address()) role="search" aria-label=(t!("environment-filter")) {
            label class="vh" for="f-live-q" { (t!("environment-filter")) }
            input id="f-live-q" type="search" name="q" value=(q) placeholder=(t!("environment-filter")) autocomplete="off";
            button class="btn small" type="submit" { (t!("environment-filter-do")) }
        }
    };
    let many = view.detail.content.len() > 5 || !q.is_empty();
    Ok(card::flush(
        "live",
        &heading,
        html! { @if many { (filter) } },
        html! {
            @if found.is_empty() { p class="in muted" { (t!("environment-none-found")) } } @else { (table.draw()) }
            @if found.len() > LIVE { p class="in muted small" { (t!("environment-more", count = found.len() - LIVE)) } }
        },
    ))
}

/// Since which release each place is as it is, as far as the newest history tells.
async fn since(view: &View<'_>) -> UiResult<BTreeMap<Slot, (u64, String)>> {
    let mut found = BTreeMap::new();
    let recent = environment::generations(&view.call.ctx, view.project, view.name(), None, LIVE).await?;
    for generation in &recent {
        for change in generation.release.changes.iter().filter(|c| c.after.is_some()) {
            found
                .entry(change.slot.clone())
                .or_insert_with(|| (generation.release.release, generation.at.clone()));
        }
    }
    Ok(found)
}

fn timeline(view: &View<'_>) -> Markup {
    if view.history.is_empty() {
        return html! {};
    }
    let current = view.detail.info.generation;
    let may = view.call.may(Action::RollBack, view.project, Some(view.name()));
    card::flush(
        "history",
        &t!("environment-history"),
        html! {},
        html! {
            ol class="timeline" {
                @for generation in view.history {
                    @let release = &generation.release;
                    @let now = generation.generation == current;
                    @let class = if now { "now" } else if matches!(release.cause, Cause::RollBack { .. }) { "back" } else { "" };
                    li class=(class) {
                        div {
                            p class="flat" {
                                a href=(said::address(view.project, release.release)) { strong { (t!("release-number", release = release.release.to_string())) } }
                                " " (view.known.sentence(release)) " "
                                @if now { (chip(Tone::Good, t!("environment-now"))) " " }
                                (said::marks(release))
                            }
                            p class="flat" { (view.known.by(view.call, release)) }
                        }
                        (said::chips(&release.changes, CHIPS))
                        @if let Some(notes) = &release.notes { p class="notes small" { (user(notes)) } }
                        p class="row small" {
                            a href={ (view.address()) "/was/" (generation.generation) } {
                                (t!("environment-was")) span class="vh" { " " (t!("environment-was-after", release = release.release.to_string())) }
                            }
                            @if !now && may.yes() {
                                a href=(with_query(&format!("{}/go-back", view.address()), &[("to", &generation.generation.to_string())])) {
                                    (t!("environment-back-here")) span class="vh" { " " (t!("environment-was-after", release = release.release.to_string())) }
                                }
                            }
                        }
                    }
                }
            }
            @let paged = view.call.query.text("before").is_some();
            @if view.older || paged {
                div class="pages" {
                    @if paged { a href={ (view.address()) "#history" } { (t!("release-newest")) } } @else { span {} }
                    @if let Some(last) = view.history.last().filter(|_| view.older) {
                        a href={ (with_query(&view.address(), &[("before", &last.generation.to_string())])) "#history" } { (t!("release-older")) }
                    }
                }
            }
        },
    )
}

fn rules_card(view: &View<'_>) -> Markup {
    let may = view.call.may(Action::ConfigureEnvironments, view.project, Some(view.name()));
    let change = t!("environment-rules-change");
    card::card(
        "rules",
        &t!("environment-rules"),
        html! {},
        html! {
            (rules(&view.detail.info.policy, view.before))
            p class="muted small" { (t!("environment-rules-back")) }
            div class="actions" { (act::guarded(&may, &change, html! { a class="btn small" href={ (view.address()) "/rules" } { (change) } })) }
        },
    )
}

/// The rules of an environment in sentences.
pub fn rules(policy: &Policy, before: Option<&EnvironmentName>) -> Markup {
    let mut said = Vec::new();
    if policy.prereleases == Prereleases::Refused {
        said.push(t!("rules-said-final"));
    }
    match (policy.predecessor, before) {
        (Predecessor::Required, Some(before)) => {
            said.push(t!("rules-said-before", name = before.to_string()));
        }
        (Predecessor::Required, None) => said.push(t!("rules-said-before-none")),
        (Predecessor::Optional, _) => {}
    }
    if said.is_empty() {
        said.push(t!("rules-said-open"));
    }
    said.push(t!("rules-said-withdrawn"));
    said.push(match policy.blocked {
        Blocked::Warned => t!("rules-said-warned"),
        Blocked::Refused => t!("rules-said-refused"),
    });
    html! { ul class="said" { @for sentence in &said { li { (sentence) } } } }
}

//! `/p/{project}/releases`: every release, and one of them.

use cuelight_app::environment::{self, EnvironmentInfo};
use cuelight_app::node::Propagation;
use cuelight_app::project;
use cuelight_app::release::{self, ReleaseInfo};
use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::release::Cause;
use cuelight_core::rights::Action;
use maud::{Markup, html};

use super::release::said::{self, Known};
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::{Drawer, Here, Page, Tone, act, card, chip, facts, note, text, time, user, with_query};
use crate::reply::Reply;
use crate::route::{Route, page};
use crate::words::t;

/// Releases on one page.
const PAGE: usize = 30;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![
        page("releases", "/p/{project}/releases", "/p/acme/releases", list),
        page("release-one", "/p/{project}/releases/{number}", "/p/acme/releases/1", one),
    ]
}

async fn list(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let seq = *project::news(&call.ctx, &project).await?.borrow();
    let environments = environment::list(&call.ctx, &project).await?;
    let only: Option<EnvironmentName> = call.query.text("env").and_then(|e| e.parse().ok());
    let before = call.query.text("before").and_then(|b| b.parse().ok());
    let mut found = release::list(&call.ctx, &project, only.as_ref(), before, PAGE + 1).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let known = said::known(&call, &project, &found.iter().collect::<Vec<_>>()).await?;
    let here = format!("/p/{project}/releases");
    let at = |number: u64| {
        let number = number.to_string();
        let mut pairs = vec![("before", number.as_str())];
        let name = only.as_ref().map(ToString::to_string).unwrap_or_default();
        if only.is_some() {
            pairs.push(("env", name.as_str()));
        }
        with_query(&here, &pairs)
    };
    let release_link = act::main_link(&t!("release-new-release"), &format!("/p/{project}/release"));
    let body = html! {
        div class="row spaced" {
            span id="filter" { (t!("release-filter-where")) }
            ul class="seg" aria-labelledby="filter" {
                li { a href=(here) aria-current=[only.is_none().then_some("true")] { (t!("release-all-environments")) } }
                @for environment in &environments {
                    @let name = environment.name.to_string();
                    li { a href=(with_query(&here, &[("env", &name)])) aria-current=[(only.as_ref() == Some(&environment.name)).then_some("true")] { (name) } }
                }
            }
        }
        div id="releases" data-live-part data-live-text=(t!("release-list-changed")) {
            @if found.is_empty() {
                (card::empty(&t!("release-list-empty"), html! { p { (t!("release-list-empty-about")) } }, release_link.clone()))
            } @else {
                (card::flush("list", &t!("release-list"), html! {}, html! {
                    (known.list(&call, &project, &found))
                    @if more || before.is_some() {
                        div class="pages" {
                            @if before.is_some() { a href=(here) { (t!("release-newest")) } } @else { span {} }
                            @if let Some(last) = found.last().filter(|_| more) { a href=(at(last.release)) { (t!("release-older")) } }
                        }
                    }
                }))
            }
        }
    };
    let page = Page::new(Here::Releases, t!("release-list-title"))
        .project(&project)
        .actions(release_link)
        .body(body)
        .live(seq)
        .drawer(
            Drawer::new()
                .cli("cuelight log --env production")
                .api("GET", format!("/api/v1/projects/{project}/releases")),
        );
    Ok(Reply::page(page))
}

/// What the page of one release is drawn from.
struct View<'a> {
    call: &'a Call,
    project: &'a ProjectName,
    release: &'a ReleaseInfo,
    known: &'a Known,
    environment: Option<&'a EnvironmentInfo>,
    next: Option<&'a EnvironmentInfo>,
}

impl View<'_> {
    fn is_live(&self) -> bool {
        self.environment.is_some_and(|e| e.release == Some(self.release.release))
    }
}

async fn one(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let number: u64 = call.path("number")?;
    let release = release::get(&call.ctx, &project, number).await?;
    let seq = *project::news(&call.ctx, &project).await?.borrow();
    let environments = environment::list(&call.ctx, &project).await?;
    let at = environments.iter().position(|e| e.name == release.environment);
    let known = said::known(&call, &project, &[&release]).await?;
    let view = View {
        call: &call,
        project: &project,
        release: &release,
        known: &known,
        environment: at.and_then(|i| environments.get(i)),
        next: at.and_then(|i| environments.get(i + 1)),
    };
    let explained = said::explain(&call, &project, &release.changes).await;
    let body = html! {
        @if call.query.text("done").is_some() && view.is_live() { (done(&view)) }
        (about(&view))
        (card::flush(
            "changes",
            &t!("release-changed", count = said::prompts(&release.changes)),
            html! {},
            said::table(&project, &release.changes, &explained, t!("release-column-before"), t!("release-column-after")),
        ))
    };
    let page = Page::new(Here::Releases, t!("release-number", release = number.to_string()))
        .project(&project)
        .trail(t!("release-list-title"), format!("/p/{project}/releases"))
        .chips(html! {
            (known.sentence(&release)) " "
            @if view.is_live() { (chip(Tone::Good, t!("release-live"))) } @else { (chip(Tone::Plain, t!("release-not-live-any-more"))) }
            (said::marks(&release))
        })
        .actions(actions(&view))
        .body(body)
        .live(seq)
        .drawer(drawer(&project, &release));
    Ok(Reply::page(page))
}

fn drawer(project: &ProjectName, release: &ReleaseInfo) -> Drawer {
    let mut drawer = Drawer::new()
        .id("release", release.release)
        .id("generation", release.generation)
        .id("way back (generation)", release.way_back)
        .id("ledger entry", release.seq)
        .id("actor", &release.actor);
    for change in &release.changes {
        if let Some(after) = &change.after {
            drawer = drawer.id(change.slot.to_string(), after.digest);
        }
    }
    drawer
        .cli(format!("cuelight rollback {}", release.release))
        .api("GET", format!("/api/v1/projects/{project}/releases/{}", release.release))
        .api("POST", format!("/api/v1/projects/{project}/releases/{}/rollback", release.release))
}

fn done(view: &View<'_>) -> Markup {
    let environment = view.release.environment.to_string();
    card::outcome(
        Tone::Good,
        html! {
            p { strong { (t!("release-done", environment = environment)) } " " (time::exact(&view.call.viewer, &view.release.at)) }
            p { (t!("release-done-about")) }
        },
    )
}

fn actions(view: &View<'_>) -> Markup {
    let here = &view.release.environment;
    html! {
        @if let Some(next) = view.next {
            @let may = view.call.may(Action::Release, view.project, Some(&next.name));
            @let label = t!("release-to-next", environment = next.name.to_string());
            @let to = with_query(&format!("/p/{}/release/look", view.project), &[("env", next.name.as_str()), ("from", here.as_str())]);
            @if view.is_live() { (act::guarded(&may, &label, act::main_link(&label, &to))) }
        }
        @if view.is_live() && view.release.way_back > 0 {
            @let may = view.call.may(Action::RollBack, view.project, Some(here));
            @let to = with_query(&format!("{}/go-back", said::environment_address(view.project, here)), &[("to", &view.release.way_back.to_string())]);
            (act::guarded(&may, &t!("release-go-back"), act::danger_link(&t!("release-go-back"), &to)))
        }
    }
}

fn about(view: &View<'_>) -> Markup {
    let release = view.release;
    let was = format!(
        "{}/was/{}",
        said::environment_address(view.project, &release.environment),
        release.generation
    );
    let mut pairs = vec![
        (
            t!("release-fact-environment"),
            html! { a href=(said::environment_address(view.project, &release.environment)) { (release.environment) } },
        ),
        (t!("release-fact-when"), time::exact(&view.call.viewer, &release.at)),
        (t!("release-fact-who"), view.known.who(&release.actor)),
    ];
    if let Cause::RollBack { of, .. } = &release.cause {
        pairs.push((
            t!("release-fact-took-back"),
            html! { a href=(said::address(view.project, *of)) { (t!("release-number", release = of.to_string())) } },
        ));
    }
    if let Some(number) = view.known.release_of(&release.environment, release.way_back) {
        pairs.push((
            t!("release-fact-way-back"),
            html! { a href=(said::address(view.project, number)) { (t!("release-number", release = number.to_string())) } },
        ));
    } else {
        pairs.push((t!("release-fact-way-back"), html! { (t!("release-fact-way-back-none")) }));
    }
    if let Some(notes) = &release.notes {
        pairs.push((t!("release-fact-notes"), html! { span class="notes" { (user(notes)) } }));
    }
    if let Some(spread) = release.propagation.as_ref().filter(|p| p.nodes > 1 || p.clients > 0) {
        pairs.push((t!("release-fact-reached"), reached(spread)));
    }
    pairs.push((t!("release-fact-all"), html! { a href=(was) { (t!("release-was")) } }));
    html! {
        @if let Some(passed) = &release.break_glass { (past(release, passed)) }
        @if !release.warnings.is_empty() {
            (note(Tone::Warn, html! { ul { @for w in &release.warnings { li data-user { (text::shown(&said::plain(w))) } } } }))
        }
        (card::card("about", &t!("release-about"), html! {}, facts(&pairs)))
    }
}

/// How far the release has come, and how fast. One server says nothing of itself.
fn reached(spread: &Propagation) -> Markup {
    let seconds = |ms: Option<f64>| format!("{:.1} s", ms.unwrap_or_default() / 1_000.0);
    html! {
        @if spread.nodes > 1 {
            div {
                (t!(
                    "release-reached-servers",
                    applied = spread.nodes_applied.to_string(),
                    all = spread.nodes.to_string(),
                    time = seconds(spread.nodes_ms),
                ))
            }
        }
        @if spread.clients > 0 {
            div {
                (t!(
                    "release-reached-applications",
                    applied = spread.clients_applied.to_string(),
                    all = spread.clients.to_string(),
                    time = seconds(spread.clients_ms),
                ))
            }
        }
    }
}

fn past(release: &ReleaseInfo, passed: &[String]) -> Markup {
    note(
        Tone::Bad,
        html! {
            p { strong { (t!("release-was-past")) } }
            @if let Some(reason) = &release.break_glass_reason { p { (t!("release-was-past-reason")) " " (user(reason)) } }
            @if passed.is_empty() { p { (t!("release-was-past-nothing")) } }
            @else { ul { @for rule in passed { li data-user { (text::shown(&said::plain(rule))) } } } }
        },
    )
}

//! `/p/{project}/release/look`: exactly what a release would change and for whom; and the form that does it.

use std::collections::BTreeMap;

use cuelight_app::environment::{self, EnvironmentInfo, GenerationInfo};
use cuelight_app::prompt;
use cuelight_app::release::{BreakGlass, OpenInput, ReleaseInfo, open_seen, preview};
use cuelight_app::{AppError, Code};
use cuelight_artifact::name::Word;
use cuelight_artifact::{ArtifactRef, EnvironmentName, ProjectName};
use cuelight_core::rights::Action;
use maud::{Markup, html};

use super::order::{Order, Pick};
use super::said::{self, Known};
use crate::call::{Call, May};
use crate::error::{UiError, UiResult};
use crate::fields::Fields;
use crate::parts::{Drawer, Field, Here, Page, Tone, act, card, command, note, text};
use crate::reply::Reply;
use crate::words::t;

/// Most releases named that came in between.
const BETWEEN: usize = 20;

/// What was wrong with a form that was sent.
#[derive(Default)]
struct Sent {
    /// Why nothing happened.
    error: Option<AppError>,
    /// Why the label cannot be taken.
    label: Option<String>,
    /// Why the reason cannot be taken.
    reason: Option<String>,
}

pub async fn show(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let Some(environment) = Order::environment(&call.query)? else {
        return Ok(Reply::to(format!("/p/{project}/release")));
    };
    let mut order = Order::read(&call.query, environment)?;
    if order.is_empty() {
        return Ok(Reply::to(order.choose(&project)));
    }
    settle(&call, &project, &mut order).await;
    draw(&call, &project, &order, Sent::default()).await
}

/// Names the version where the newest was asked for, so that the form releases what was looked at, also when another
/// one is published meanwhile. What has no full version stays as it was asked for, and looking says why.
async fn settle(call: &Call, project: &ProjectName, order: &mut Order) {
    for (name, pick) in order.picks.iter_mut().filter(|(_, pick)| **pick == Pick::Newest) {
        let found = prompt::get(&call.ctx, project, &ArtifactRef::prompt(name.clone())).await;
        if let Some(newest) = found.ok().map(|d| d.version.version).filter(|v| v.pre.is_empty()) {
            *pick = Pick::Version(newest);
        }
    }
}

/// Releases what was looked at, or shows what is in the way.
pub async fn release(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let Some(environment) = Order::environment(&call.form)? else {
        return Err(AppError::invalid("the form does not say to which environment").into());
    };
    let order = Order::read(&call.form, environment)?;
    if order.is_empty() {
        return Ok(Reply::to(order.choose(&project)));
    }
    let input = match filled(&call, &order) {
        Ok(input) => input,
        Err(sent) => return Ok(draw(&call, &project, &order, *sent).await?.status(422)),
    };
    let seen = seen(&call.form, &order)?;
    match open_seen(&call.write_ctx()?, &project, input, &seen).await {
        Ok(done) => Ok(Reply::to(format!("{}?done=1", said::address(&project, done.release)))),
        Err(error) if is_shown(error.code) => {
            let status = error.code.status();
            let sent = Sent { error: Some(error), ..Sent::default() };
            Ok(draw(&call, &project, &order, sent).await?.status(status))
        }
        Err(error) => Err(error.into()),
    }
}

/// Errors that the page itself explains.
const fn is_shown(code: Code) -> bool {
    matches!(
        code,
        Code::Stale
            | Code::PolicyUnsatisfied
            | Code::NothingToChange
            | Code::BadRelease
            | Code::InvalidRequest
            | Code::UnknownVersion
            | Code::UnknownArtifact
    )
}

/// The order with what was written beside it.
fn filled(call: &Call, order: &Order) -> Result<OpenInput, Box<Sent>> {
    let mut input = order.input();
    // Browsers send the lines of a text with CR LF.
    let lines = |name: &str| call.form.text(name).map(|text| text.replace("\r\n", "\n"));
    input.notes = lines("notes");
    if let Some(label) = call.form.text("label") {
        let bad = |_| Box::new(Sent { label: Some(t!("release-label-bad")), ..Sent::default() });
        input.label = Some(label.parse::<Word>().map_err(bad)?);
    }
    if call.form.text("past").is_some() {
        let Some(reason) = lines("reason") else {
            return Err(Box::new(Sent {
                reason: Some(t!("release-past-reason-missing")),
                ..Sent::default()
            }));
        };
        input.break_glass = Some(BreakGlass { reason });
    }
    Ok(input)
}

/// What the form's page was drawn from.
fn seen(form: &Fields, order: &Order) -> UiResult<BTreeMap<EnvironmentName, u64>> {
    let number = |name: &str| -> UiResult<u64> {
        let missing = || AppError::invalid("the form does not say what you looked at; open its page again");
        Ok(form.text(name).and_then(|n| n.parse().ok()).ok_or_else(missing)?)
    };
    let mut found = BTreeMap::from([(order.environment.clone(), number("seen")?)]);
    if let Some(from) = &order.from {
        found.insert(from.clone(), number("seen-from")?);
    }
    Ok(found)
}

/// What would happen.
enum Outlook {
    /// This.
    Release(Box<ReleaseInfo>),
    /// The rules do not let it; this would be it.
    Missing(Vec<String>, Option<Box<ReleaseInfo>>),
    /// Nothing, because of this.
    No(AppError),
    /// The viewer may not.
    MayNot(String, String),
}

/// What the page is drawn from.
struct View<'a> {
    call: &'a Call,
    project: &'a ProjectName,
    order: &'a Order,
    here: EnvironmentInfo,
    from: Option<EnvironmentInfo>,
}

async fn outlook(view: &View<'_>) -> UiResult<Outlook> {
    let (call, project) = (view.call, view.project);
    let at = Some(&view.order.environment);
    if let May::No { why, who } = call.may(Action::Release, project, at) {
        return Ok(Outlook::MayNot(why, who));
    }
    match preview(&call.ctx, project, view.order.input()).await {
        Ok(release) => Ok(Outlook::Release(Box::new(release))),
        Err(error) if error.code == Code::PolicyUnsatisfied => {
            let mut anyway = None;
            if call.may(Action::BreakGlass, project, at).yes() {
                let reason = t!("release-past");
                let input = OpenInput { break_glass: Some(BreakGlass { reason }), ..view.order.input() };
                anyway = preview(&call.ctx, project, input).await.ok().map(Box::new);
            }
            Ok(Outlook::Missing(error.missing, anyway))
        }
        Err(error) if is_shown(error.code) => Ok(Outlook::No(error)),
        Err(error) => Err(error.into()),
    }
}

async fn draw(call: &Call, project: &ProjectName, order: &Order, sent: Sent) -> UiResult<Reply> {
    let environments = environment::list(&call.ctx, project).await?;
    let info = |name: &EnvironmentName| environments.iter().find(|e| &e.name == name).cloned();
    let Some(here) = info(&order.environment) else {
        environment::get(&call.ctx, project, &order.environment).await?;
        return Err(UiError::App(AppError::new(Code::UnknownEnvironment, order.environment.to_string())));
    };
    let from = order.from.as_ref().and_then(info);
    let view = View { call, project, order, here, from };
    let outlook = outlook(&view).await?;
    let moved = moved(&view, &sent).await?;
    let body = html! {
        (moved)
        (not_done(&outlook, &sent))
        @match &outlook {
            Outlook::Release(release) => (ready(&view, release, &sent).await?),
            Outlook::Missing(missing, anyway) => (refused(&view, missing, anyway.as_deref(), &sent).await?),
            Outlook::No(error) => (no(&view, error)),
            Outlook::MayNot(why, who) => (note(Tone::Warn, html! { p { (t!("release-look-may-not")) } p { (why) " " (who) } })),
        }
    };
    let mut drawer = Drawer::new()
        .id("environment", &view.order.environment)
        .id("expected generation", view.here.generation)
        .cli(format!("{} --preview", order.command()))
        .cli(format!("{} --expect-generation {}", order.command(), view.here.generation))
        .api("POST", format!("/api/v1/projects/{project}/releases/preview"))
        .api("POST", format!("/api/v1/projects/{project}/releases"));
    if let Outlook::Release(release) = &outlook {
        for change in &release.changes {
            if let Some(after) = &change.after {
                drawer = drawer.id(change.slot.to_string(), after.digest);
            }
        }
    }
    let title = t!("release-look-title", environment = order.environment.to_string());
    let page = Page::new(Here::Releases, title)
        .project(project)
        .trail(t!("release-title"), order.choose(project))
        .body(body)
        .drawer(drawer);
    Ok(Reply::page(page))
}

/// Somebody was quicker: what happened in between.
async fn moved(view: &View<'_>, sent: &Sent) -> UiResult<Markup> {
    let Some(error) = &sent.error else { return Ok(html! {}) };
    if error.code != Code::Stale {
        return Ok(html! {});
    }
    let mut between: Vec<ReleaseInfo> = Vec::new();
    for (name, seen) in seen(&view.call.form, view.order)? {
        let newer: Vec<GenerationInfo> =
            environment::generations(&view.call.ctx, view.project, &name, None, BETWEEN).await?;
        between.extend(newer.into_iter().filter(|g| g.generation > seen).map(|g| g.release));
    }
    let known = said::known(view.call, view.project, &between.iter().collect::<Vec<_>>()).await?;
    Ok(card::outcome(
        Tone::Warn,
        html! {
            p { strong { (t!("release-quicker")) } }
            p { (t!("release-quicker-about")) }
            ul {
                @for release in &between {
                    li {
                        a href=(said::address(view.project, release.release)) { (t!("release-number", release = release.release.to_string())) }
                        " " (known.sentence(release)) " " (known.by(view.call, release))
                    }
                }
            }
        },
    ))
}

/// Why a form that was sent did nothing, where nothing else on the page says so: what was written beside the order is
/// not part of the outlook.
fn not_done(outlook: &Outlook, sent: &Sent) -> Markup {
    let Some(error) = sent.error.as_ref().filter(|e| e.code != Code::Stale) else { return html! {} };
    let unsaid = match outlook {
        Outlook::Release(_) => true,
        Outlook::Missing(..) => error.code != Code::PolicyUnsatisfied,
        Outlook::No(_) | Outlook::MayNot(..) => false,
    };
    html! {
        @if unsaid {
            (note(Tone::Bad, html! {
                p { strong { (t!("release-cannot")) } }
                p data-user { (text::shown(&said::plain(&error.detail))) }
            }))
        }
    }
}

/// What changes, and the form that does it.
async fn ready(view: &View<'_>, release: &ReleaseInfo, sent: &Sent) -> UiResult<Markup> {
    let changes = changes(view, release).await;
    let way_back = way_back(view, release).await?;
    let label = view.call.form.raw("label").unwrap_or_default();
    let notes = view.call.form.raw("notes").unwrap_or_default();
    let form = card::card(
        "confirm",
        &t!("release-confirm"),
        html! {},
        html! {
            form class="narrow" method="post" action={ "/p/" (view.project) "/release" } {
                (command(view.call))
                (held(view))
                (Field::text("notes", t!("release-notes")).area(3).value(notes).hint(t!("release-notes-hint")).draw())
                (Field::text("label", t!("release-label")).value(label).hint(t!("release-label-hint")).error(sent.label.clone()).draw())
                p class="muted" { (way_back) }
                div class="actions" {
                    (act::submit(&button(release)))
                    a class="btn quiet" href=(view.order.choose(view.project)) { (t!("release-choose-else")) }
                }
            }
        },
    );
    Ok(html! { (changes) (form) })
}

/// The hidden fields that say what was chosen and what was seen.
fn held(view: &View<'_>) -> Markup {
    html! {
        (view.order.hidden())
        input type="hidden" name="seen" value=(view.here.generation);
        @if let Some(from) = &view.from { input type="hidden" name="seen-from" value=(from.generation); }
    }
}

fn button(release: &ReleaseInfo) -> String {
    let environment = release.environment.to_string();
    match release.changes.as_slice() {
        [change] if change.slot.over.is_none() && change.after.is_some() => {
            let version = change.after.as_ref().map(|a| a.version.to_string()).unwrap_or_default();
            t!(
                "release-do-one",
                prompt = change.slot.prompt.to_string(),
                version = version,
                environment = environment
            )
        }
        [change] if change.after.is_none() => {
            t!("release-do-remove", prompt = change.slot.to_string(), environment = environment)
        }
        changes => t!("release-do-many", count = said::prompts(changes), environment = environment),
    }
}

async fn changes(view: &View<'_>, release: &ReleaseInfo) -> Markup {
    let facts = said::explain(view.call, view.project, &release.changes).await;
    let touched = release.changes.iter().filter(|c| c.slot.over.is_none() && c.before.is_some()).count();
    let stay = view.here.prompts.saturating_sub(touched);
    card::flush(
        "changes",
        &t!(
            "release-changes-of",
            count = said::prompts(&release.changes),
            environment = release.environment.to_string()
        ),
        html! { span class="muted small" { (t!("release-stay", count = stay)) } },
        html! {
            (said::table(view.project, &release.changes, &facts, t!("release-column-now"), t!("release-column-then")))
            @if !release.warnings.is_empty() {
                div class="in" {
                    (note(Tone::Warn, html! {
                        p { (t!("release-warnings")) }
                        ul { @for warning in &release.warnings { li data-user { (text::shown(&said::plain(warning))) } } }
                    }))
                }
            }
        },
    )
}

async fn way_back(view: &View<'_>, release: &ReleaseInfo) -> UiResult<String> {
    let known: Known = said::known(view.call, view.project, &[release]).await?;
    Ok(match known.release_of(&release.environment, release.way_back) {
        Some(number) => t!("release-way-back", release = number.to_string()),
        None => t!("release-way-back-none", environment = release.environment.to_string()),
    })
}

/// What the rules miss, and the way past them for those who may.
async fn refused(
    view: &View<'_>,
    missing: &[String],
    anyway: Option<&ReleaseInfo>,
    sent: &Sent,
) -> UiResult<Markup> {
    let environment = view.order.environment.to_string();
    let told = note(
        Tone::Warn,
        html! {
            p { strong { (t!("release-missing", environment = environment.clone())) } }
            ul { @for rule in missing { li data-user { (text::shown(&said::plain(rule))) } } }
            p {
                a href={ (said::environment_address(view.project, &view.order.environment)) "#rules" } { (t!("release-missing-rules", environment = environment.clone())) }
                " · " a href=(view.order.choose(view.project)) { (t!("release-choose-else")) }
            }
        },
    );
    let Some(release) = anyway else {
        let may = view.call.may(Action::BreakGlass, view.project, Some(&view.order.environment));
        let way = act::guarded(&may, &t!("release-past"), html! {});
        return Ok(html! { (told) (way) });
    };
    let changes = changes(view, release).await;
    let reason = view.call.form.raw("reason").unwrap_or_default();
    let past = html! {
        details class="card past" open[sent.reason.is_some()] {
            summary class="in" { (t!("release-past")) }
            div class="in" {
                p { (t!("release-past-about")) }
                ul {
                    li { (t!("release-past-record")) }
                    li { (t!("release-past-mark", environment = environment.clone())) }
                    li { (t!("release-past-back")) }
                }
                form class="narrow" method="post" action={ "/p/" (view.project) "/release" } {
                    (command(view.call))
                    (held(view))
                    input type="hidden" name="past" value="yes";
                    (Field::text("reason", t!("release-past-reason")).area(3).required().value(reason)
                        .hint(t!("release-past-reason-hint")).error(sent.reason.clone()).draw())
                    div class="actions" { (act::danger_submit(&t!("release-past-do", count = said::prompts(&release.changes), environment = environment.clone()))) }
                }
            }
        }
    };
    Ok(html! { (told) (changes) (past) })
}

/// Why there is nothing to release.
fn no(view: &View<'_>, error: &AppError) -> Markup {
    let environment = view.order.environment.to_string();
    let again = html! {
        div class="actions" {
            (act::link(&t!("release-choose-else"), &view.order.choose(view.project)))
            (act::link(&t!("release-to-environment", environment = environment.clone()), &said::environment_address(view.project, &view.order.environment)))
        }
    };
    if error.code == Code::NothingToChange {
        return card::empty(
            &t!("release-same", environment = environment),
            html! { p { (t!("release-same-about")) } },
            again,
        );
    }
    note(
        Tone::Bad,
        html! {
            p { strong { (t!("release-cannot")) } }
            p data-user { (text::shown(&said::plain(&error.detail))) }
            (again)
        },
    )
}

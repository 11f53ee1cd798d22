//! `/p/{project}/version/{version}/{kind}/{*name}`: exactly this version, and withdrawing it.

use cuelight_app::prompt::{self, ArtifactDetail, DiffInput, UnyankInput, VersionInfo, YankInput};
use cuelight_app::{AppError, AppResult, Code, environment, session};
use cuelight_artifact::model::Message;
use cuelight_artifact::{Artifact, ArtifactRef, EnvironmentName, Kind, ProjectName, bump};
use cuelight_core::rights::Action;
use cuelight_core::version::{Class, Severity};
use maud::{Markup, html};
use semver::Version;

use super::change::{
    Labels, View, address, api, artifact_of, boundary, kind_of_change, own_address, parts_of, reasons, role,
    table, texts, version_address,
};
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::confirm::{Confirm, confirm};
use crate::parts::sides::Lines;
use crate::parts::{
    Drawer, Field, Here, Page, Tone, act, card, chip, facts, note, text, time, user, with_query,
};
use crate::reply::Reply;
use crate::route::{Route, action, page};
use crate::words::t;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    let sample = "/p/acme/version/1.0.0/prompt/sales/qualify-lead";
    let withdraw = "/p/{project}/withdraw/{version}/{kind}/{*name}";
    let reinstate = "/p/{project}/reinstate/{version}/{kind}/{*name}";
    let withdraw_sample = "/p/acme/withdraw/1.0.0/prompt/sales/qualify-lead";
    let reinstate_sample = "/p/acme/reinstate/1.0.0/prompt/sales/qualify-lead";
    vec![
        page("version", "/p/{project}/version/{version}/{kind}/{*name}", sample, show),
        page("withdraw-look", withdraw, withdraw_sample, ask_withdraw),
        action("withdraw", withdraw, withdraw_sample, withdraw_it),
        page("reinstate-look", reinstate, reinstate_sample, ask_reinstate),
        action("reinstate", reinstate, reinstate_sample, reinstate_it),
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
    let to = first_step(&call, &project).await?;
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
        (card::flush("content", &t!("version-content"), html! {}, content(&project, &detail)))
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
    to: Option<&EnvironmentName>,
) -> Markup {
    let version = info.version.to_string();
    card::outcome(
        Tone::Good,
        html! {
            p { strong { (t!("version-published", version = version.clone())) } " " (t!("version-published-about")) }
            @if id.kind == Kind::Prompt && info.live_in.is_empty() { (release(call, project, id, &version, to)) }
        },
    )
}

/// Where a new version goes first: the first environment of the path that the viewer may release to, or else sees.
async fn first_step(call: &Call, project: &ProjectName) -> AppResult<Option<EnvironmentName>> {
    let seen = match environment::list(&call.ctx, project).await {
        Ok(seen) => seen,
        Err(error) if error.code == Code::Forbidden => return Ok(None),
        Err(error) => return Err(error),
    };
    let may = seen.iter().find(|e| call.may(Action::Release, project, Some(&e.name)).yes());
    Ok(may.or(seen.first()).map(|e| e.name.clone()))
}

fn release(
    call: &Call,
    project: &ProjectName,
    id: &ArtifactRef,
    version: &str,
    to: Option<&EnvironmentName>,
) -> Markup {
    let Some(to) = to else { return html! {} };
    let label = t!("version-release", environment = to.to_string());
    let address = with_query(
        &format!("/p/{project}/release"),
        &[("env", to.as_str()), ("prompt", id.name.as_str()), ("version", version)],
    );
    act::guarded(&call.may(Action::Release, project, Some(to)), &label, act::main_link(&label, &address))
}

fn actions(
    call: &Call,
    project: &ProjectName,
    id: &ArtifactRef,
    info: &VersionInfo,
    to: Option<&EnvironmentName>,
) -> Markup {
    let version = &info.version;
    let at = |what: &str| address(project, &format!("{what}/{version}"), id);
    html! {
        @if id.kind == Kind::Prompt {
            (act::link(&t!("version-try"), &with_query(&address(project, "try", id), &[("version", &version.to_string())])))
            @if info.yanked.is_none() { (release(call, project, id, &version.to_string(), to)) }
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

/// The texts of a version, for reading.
fn content(project: &ProjectName, detail: &ArtifactDetail) -> Markup {
    let artifact = &detail.artifact;
    html! {
        @for (index, message) in artifact.messages.iter().enumerate() {
            div class="message" {
                @match message {
                    Message::Text { role: speaker, text: said } => {
                        h3 { (t!("change-message-of", number = index + 1, role = role(*speaker))) }
                        div class="prompt-text" dir="auto" data-user { (text::shown(said)) }
                    }
                    Message::Placeholder { name, .. } => {
                        h3 { (t!("change-message", number = index + 1)) }
                        p { (t!("version-placeholder")) " " code { (user(name)) } }
                    }
                }
            }
        }
        @if let Some(body) = &artifact.body {
            div class="message" { div class="prompt-text" dir="auto" data-user { (text::shown(body)) } }
        }
        @if !artifact.fragments.is_empty() {
            div class="message" {
                h3 { (t!("version-includes")) }
                ul { @for used in artifact.fragments.values() {
                    li { @if let Some(locked) = &used.locked {
                        a href=(version_address(project, &ArtifactRef::fragment(used.name.clone()), &locked.version)) {
                            (user(&used.name)) " " (locked.version)
                        }
                    } }
                } }
            }
        }
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

async fn ask_withdraw(call: Call) -> UiResult<Reply> {
    let asked = which(&call)?;
    let detail = prompt::version(&call.ctx, &asked.project, &asked.id, &asked.version).await?;
    Ok(Reply::page(withdraw_page(&call, &asked, &detail, None)))
}

async fn withdraw_it(call: Call) -> UiResult<Reply> {
    let asked = which(&call)?;
    let severity =
        if call.form.text("severity") == Some("block") { Severity::Block } else { Severity::Avoid };
    let input =
        YankInput { severity, reason: call.form.raw("reason").unwrap_or_default().replace("\r\n", "\n") };
    match prompt::yank(&call.write_ctx()?, &asked.project, &asked.id, &asked.version, input).await {
        Ok(_) => Ok(Reply::to(version_address(&asked.project, &asked.id, &asked.version))),
        Err(error) if error.code == cuelight_app::Code::InvalidRequest => {
            let detail = prompt::version(&call.ctx, &asked.project, &asked.id, &asked.version).await?;
            Ok(Reply::page(withdraw_page(&call, &asked, &detail, Some(&error))).status(422))
        }
        Err(error) => Err(error.into()),
    }
}

fn withdraw_page(call: &Call, asked: &Which, detail: &ArtifactDetail, error: Option<&AppError>) -> Page {
    let Which { project, id, version } = asked;
    let live: Vec<String> = detail.version.live_in.iter().map(ToString::to_string).collect();
    let what = html! {
        p { (t!("version-withdraw-about")) }
        @if !live.is_empty() { (note(Tone::Warn, html! { p { (t!("version-withdraw-live", environments = live.join(", "))) } })) }
    };
    let choice = |value: &str, label: String, on: bool| {
        html! {
            label class="check" { input type="radio" name="severity" value=(value) checked[on]; span { (label) } }
        }
    };
    let block = call.form.text("severity") == Some("block");
    let fields = html! {
        fieldset {
            legend { (t!("version-withdraw-how")) }
            (choice("avoid", t!("version-withdraw-avoid"), !block))
            (choice("block", t!("version-withdraw-block"), block))
        }
        (reason_field(call, error))
    };
    let it = Confirm {
        title: &t!("version-withdraw-title", version = version.to_string()),
        what,
        fields,
        action: &address(project, &format!("withdraw/{version}"), id),
        button: &t!("version-withdraw-do", version = version.to_string()),
        tone: Tone::Bad,
        cancel: &version_address(project, id, version),
    };
    frame(asked, t!("version-withdraw-page", name = id.name.to_string(), version = version.to_string()))
        .body(confirm(call, &it))
        .drawer(
            Drawer::new()
                .cli(format!("cuelight yank {}@{version}", shown_ref(id)))
                .api("POST", api(project, id, &format!("/versions/{version}/yank"))),
        )
}

fn reason_field(call: &Call, error: Option<&AppError>) -> Markup {
    Field::text("reason", t!("version-reason"))
        .area(3)
        .hint(t!("version-reason-hint"))
        .value(call.form.raw("reason").unwrap_or_default())
        .error(error.map(|e| match call.form.text("reason") {
            None => t!("version-reason-missing"),
            Some(_) => e.detail.clone(),
        }))
        .required()
        .draw()
}

fn frame(asked: &Which, title: String) -> Page {
    let Which { project, id, version } = asked;
    Page::new(Here::Library, title)
        .project(project)
        .trail(t!("shell-library"), format!("/p/{project}/library"))
        .trail(id.name.to_string(), own_address(project, id))
        .trail(version.to_string(), version_address(project, id, version))
}

async fn ask_reinstate(call: Call) -> UiResult<Reply> {
    let asked = which(&call)?;
    prompt::version(&call.ctx, &asked.project, &asked.id, &asked.version).await?;
    Ok(Reply::page(reinstate_page(&call, &asked, None)))
}

async fn reinstate_it(call: Call) -> UiResult<Reply> {
    let asked = which(&call)?;
    let input = UnyankInput { reason: call.form.raw("reason").unwrap_or_default().replace("\r\n", "\n") };
    match prompt::unyank(&call.write_ctx()?, &asked.project, &asked.id, &asked.version, input).await {
        Ok(_) => Ok(Reply::to(version_address(&asked.project, &asked.id, &asked.version))),
        Err(error) if error.code == cuelight_app::Code::InvalidRequest => {
            Ok(Reply::page(reinstate_page(&call, &asked, Some(&error))).status(422))
        }
        Err(error) => Err(error.into()),
    }
}

fn reinstate_page(call: &Call, asked: &Which, error: Option<&AppError>) -> Page {
    let Which { project, id, version } = asked;
    let it = Confirm {
        title: &t!("version-reinstate-title", version = version.to_string()),
        what: html! { p { (t!("version-reinstate-about")) } },
        fields: reason_field(call, error),
        action: &address(project, &format!("reinstate/{version}"), id),
        button: &t!("version-reinstate-do", version = version.to_string()),
        tone: Tone::Warn,
        cancel: &version_address(project, id, version),
    };
    frame(asked, t!("version-reinstate-page", name = id.name.to_string(), version = version.to_string()))
        .body(confirm(call, &it))
        .drawer(
            Drawer::new()
                .cli(format!("cuelight yank {}@{version} --undo", shown_ref(id)))
                .api("POST", api(project, id, &format!("/versions/{version}/unyank"))),
        )
}

//! Error pages that say what happened, what to do, and who can help.

use cuelight_app::{AppError, Code};
use maud::{Markup, html};

use crate::call::Call;
use crate::error::UiError;
use crate::parts::{Drawer, Here, Page, Tone, act, card, note, text};
use crate::reply::Reply;
use crate::words::{say, t};
use cuelight_artifact::ProjectName;

/// The page of an error.
pub fn reply(call: &Call, error: UiError) -> Reply {
    let error = match error {
        UiError::App(error) => error,
        UiError::SignedOut => return signed_out(call),
        UiError::OtherSite => return other_site(),
    };
    if error.code == Code::Unauthenticated {
        return signed_out(call);
    }
    let status = error.code.status();
    let reply = Reply::page(page(call, &error)).status(status);
    match error.wait {
        Some(wait) => reply.header("retry-after", (wait.as_secs() + 1).to_string()),
        None => reply,
    }
}

/// The key of a page's words: some codes have their own, the others those of their status.
fn words(code: Code) -> &'static str {
    match code {
        Code::Forbidden => "error-forbidden",
        Code::UnknownRoute => "error-unknown-route",
        Code::Stale | Code::StalePlan => "error-stale",
        Code::PolicyUnsatisfied => "error-policy",
        Code::IdempotencyKeyReused => "error-sent-before",
        Code::RecoveryNeeded => "error-recovery",
        Code::Full => "error-full",
        Code::Unavailable => "error-unavailable",
        Code::Corrupt => "error-corrupt",
        _ => match code.status() {
            404 => "error-not-found",
            409 => "error-conflict",
            500 => "error-internal",
            _ => "error-other",
        },
    }
}

/// The project of the address, if the viewer reaches it: then its navigation stays.
fn project(call: &Call) -> Option<ProjectName> {
    let name: ProjectName = call.address.strip_prefix("/p/")?.split(['/', '?']).next()?.parse().ok()?;
    call.may(cuelight_core::rights::Action::ReadProjects, &name, None).yes().then_some(name)
}

fn page(call: &Call, error: &AppError) -> Page {
    let key = words(error.code);
    let secret = matches!(error.code, Code::Internal | Code::Corrupt | Code::Unavailable);
    if secret {
        tracing::error!(code = error.code.as_str(), detail = error.detail, "a page failed");
    }
    let body = html! {
        p class="lead" { (say(&format!("{key}-about"), &[])) }
        // What failed inside is for the log, not for the page; the key of a form means nothing to people.
        @if !secret && error.code != Code::IdempotencyKeyReused { p data-user { (text::shown(&error.detail)) } }
        @if !error.missing.is_empty() {
            ul { @for missing in &error.missing { li data-user { (text::shown(missing)) } } }
        }
        p { (say(&format!("{key}-do"), &[])) }
        div class="actions" { (ways(call)) }
    };
    let tone = if error.code.status() >= 500 { Tone::Bad } else { Tone::Warn };
    let mut page = Page::new(Here::Elsewhere, say(key, &[])).body(note(tone, body)).drawer(
        Drawer::new()
            .id("code", error.code.as_str())
            .id("status", error.code.status())
            .id("request", &call.ctx.request_id)
            .id("advice", error.code.advice()),
    );
    if let Some(project) = project(call) {
        page = page.project(&project);
    }
    page
}

fn ways(call: &Call) -> Markup {
    match project(call) {
        Some(project) => html! {
            (act::link(&t!("error-to-home"), &format!("/p/{project}")))
            (act::link(&t!("error-to-library"), &format!("/p/{project}/library")))
        },
        None => act::link(&t!("error-to-start"), "/"),
    }
}

fn signed_out(call: &Call) -> Reply {
    let body = card(
        "signed-out",
        &t!("error-signed-out"),
        html! {},
        html! {
            p { (t!("error-signed-out-about")) }
            div class="actions" { (act::main_link(&t!("error-signed-out-do"), &super::sign_in_address(&call.address))) }
        },
    );
    Reply::page(Page::new(Here::Elsewhere, t!("error-signed-out")).body(body).bare()).status(401)
}

fn other_site() -> Reply {
    let body = note(
        Tone::Bad,
        html! {
            p { (t!("error-other-site-about")) }
            p { (t!("error-other-site-do")) }
            div class="actions" { (act::link(&t!("error-to-start"), "/")) }
        },
    );
    Reply::page(Page::new(Here::Elsewhere, t!("error-other-site")).body(body).bare()).status(403)
}

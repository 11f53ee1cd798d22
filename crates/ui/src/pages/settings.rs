//! `/settings`: this installation, open sessions, and how the viewer likes the pages.

use cuelight_app::session::{self, SessionInfo};
use cuelight_core::rights::Action;
use maud::{Markup, html};

use super::access::role_name;
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::card::{flush, outcome};
use crate::parts::{Drawer, Field, Here, Page, Table, Tone, act, card, chip, facts, time, user};
use crate::reply::Reply;
use crate::route::{Route, action, page};
use crate::viewer::Theme;
use crate::words::t;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![
        page("settings", "/settings", "/settings", show),
        action("session-end", "/settings/sessions/{id}/end", "/settings/sessions/0123456789abcdef/end", end),
    ]
}

async fn show(call: Call) -> UiResult<Reply> {
    let sessions = session::list(&call.ctx).await?;
    let body = html! {
        @if call.query.text("said") == Some("ended") {
            (outcome(Tone::Good, html! { p { (t!("settings-ended")) } }))
        }
        (card("preferences", &t!("settings-preferences"), html! {}, preferences(&call)))
        (flush("sessions", &t!("settings-sessions"), html! {}, list(&call, &sessions)))
        (card("installation", &t!("settings-installation"), html! {}, installation(&call)))
    };
    let page = Page::new(Here::Settings, t!("settings-title")).body(body).drawer(
        Drawer::new()
            .id("verifier key", call.ctx.app.verifier_key())
            .id("actor", &call.ctx.principal.actor)
            .cli("cuelight doctor")
            .cli("cuelight sign-in")
            .api("GET", "/api/v1/whoami")
            .api("POST", "/api/v1/sign-in-links"),
    );
    Ok(Reply::page(page))
}

async fn end(call: Call) -> UiResult<Reply> {
    let id: String = call.path("id")?;
    session::end_other(&call.ctx, &id).await?;
    let own = call.viewer.session.as_ref().is_some_and(|s| s.id == id);
    Ok(Reply::to(if own { "/sign-in?said=out" } else { "/settings?said=ended" }))
}

fn preferences(call: &Call) -> Markup {
    let themes = [
        (Theme::System, t!("settings-theme-system")),
        (Theme::Light, t!("settings-theme-light")),
        (Theme::Dark, t!("settings-theme-dark")),
    ];
    let themes = themes.into_iter().map(|(theme, label)| (theme.as_str().to_owned(), label)).collect();
    let zones: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
    let zone = if call.viewer.zone_chosen { call.viewer.zone_name.as_str() } else { "" };
    html! {
        form method="post" action="/preferences" {
            input type="hidden" name="to" value="/settings";
            div class="fields" {
                (Field::text("theme", t!("settings-theme")).choice(themes).value(call.viewer.theme.as_str()).draw())
                (Field::text("zone", t!("settings-zone")).value(zone).offers(zones)
                    .hint(t!("settings-zone-hint", zone = call.viewer.zone_name.clone()))
                    .with("maxlength", "64").with("spellcheck", "false").draw())
            }
            (act::submit(&t!("settings-keep")))
        }
    }
}

fn list(call: &Call, sessions: &[SessionInfo]) -> Markup {
    let all = call.may_here(Action::ManageTokens).yes();
    let own = call.viewer.session.as_ref().map(|s| s.id.as_str());
    let mut table = Table::new(t!("settings-sessions"))
        .column(t!("settings-session-who"))
        .column(t!("settings-session-opened"))
        .column(t!("settings-session-seen"))
        .column(t!("settings-session-ends"))
        .column(t!("settings-session-end"));
    for it in sessions {
        let this = own == Some(it.id.as_str());
        table.row(vec![
            html! {
                (user(&it.label)) " " span class="muted" { (role_name(it.role)) }
                @if this { " " (chip(Tone::Info, t!("settings-session-this"))) }
            },
            time::shown(&call.viewer, &it.opened_at),
            html! { (time::ago(call.ctx.app.now(), &it.seen_at)) },
            time::shown(&call.viewer, &it.ends_at),
            html! {
                form method="post" action={ "/settings/sessions/" (it.id) "/end" } {
                    (act::command(call))
                    button class="btn small" type="submit" {
                        @if this { (t!("settings-session-end-this")) } @else {
                            (t!("settings-session-end")) span class="vh" { " " (it.label) }
                        }
                    }
                }
            },
        ]);
    }
    html! {
        div class="in" {
            p { @if all { (t!("settings-sessions-all")) } @else { (t!("settings-sessions-own")) } }
        }
        (table.draw())
    }
}

fn installation(call: &Call) -> Markup {
    html! {
        (facts(&[
            (t!("settings-version"), html! { (env!("CARGO_PKG_VERSION")) }),
            (t!("settings-address"), html! { (call.state.address().origin()) }),
            (t!("settings-key"), html! {
                code id="verifier-key" { (call.ctx.app.verifier_key()) }
                " " button class="btn small" type="button" data-copy="#verifier-key" { (t!("settings-copy")) }
            }),
        ]))
        p class="hint" { (t!("settings-key-about")) }
    }
}

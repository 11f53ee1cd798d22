//! Signing in and out, and how a viewer likes the pages.

use cuelight_app::session::{self, Opened};
use cuelight_app::{AppError, AppResult, Code};
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::local::local;
use crate::call::Call;
use crate::cookie;
use crate::error::UiResult;
use crate::parts::{Drawer, Field, Here, Page, Tone, act, card, note};
use crate::reply::Reply;
use crate::route::{Answers, Route, action, page};
use crate::viewer::{Theme, is_zone_name};
use crate::words::t;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![
        page("sign-in", "/sign-in", "/sign-in", show).open(),
        page("sign-in-link", "/sign-in/{code}", "/sign-in/used-before", follow).open(),
        action("sign-in-send", "/sign-in", "/sign-in", send).open(),
        action("sign-out", "/sign-out", "/sign-out", leave).open().answering(Answers::Action),
        action("preferences", "/preferences", "/preferences", prefer).open(),
    ]
}

/// What the form is shown with.
#[derive(Default)]
struct Form {
    /// Where to go on to.
    to: String,
    /// Why it did not work.
    error: Option<String>,
    /// Something to know first.
    note: Option<Markup>,
}

async fn show(call: Call) -> UiResult<Reply> {
    let to = call.query.text("to").and_then(local).unwrap_or("/").to_owned();
    let note = match (&call.viewer.session, call.query.text("said")) {
        (Some(session), _) => Some(note(
            Tone::Info,
            html! {
                p { (t!("sign-in-already", label = session.label.clone())) }
                div class="actions" { (act::link(&t!("sign-in-go-on"), &to)) }
            },
        )),
        (None, Some("out")) => Some(note(Tone::Good, html! { p { (t!("sign-in-out")) } })),
        (None, _) => None,
    };
    Ok(Reply::page(form(&Form { to, note, error: None })))
}

/// A link was opened. It is used up only when somebody really opened it: not when a browser fetches ahead, not when a
/// program makes a preview of it, and not when another website leads here, which could sign a person in as somebody else
/// unseen. Those get a button.
async fn follow(call: Call) -> UiResult<Reply> {
    let code: String = call.path("code")?;
    let to = call.query.text("to").and_then(local).unwrap_or("/").to_owned();
    if call.unasked {
        return Ok(Reply::page(ask(&code, &to)));
    }
    match open_with(&call, &code, session::open(&call.ctx.app, &code)).await {
        Ok(opened) => welcome(&call, &opened, &to).await,
        Err(error) if error.code == Code::Unauthenticated => {
            let note = note(Tone::Warn, html! { p { (t!("sign-in-used")) } p { (t!("sign-in-used-do")) } });
            Ok(Reply::page(form(&Form { to, note: Some(note), error: None })).refused(&error))
        }
        Err(error) => Err(error.into()),
    }
}

async fn send(call: Call) -> UiResult<Reply> {
    let to = call.form.text("to").and_then(local).unwrap_or("/").to_owned();
    let Some(key) = call.form.text("key") else {
        let page = form(&Form { to, error: Some(t!("sign-in-key-missing")), note: None });
        return Ok(Reply::page(page).status(422));
    };
    match open(&call, key).await {
        Ok(opened) => welcome(&call, &opened, &to).await,
        Err(error) => {
            let said = match error.code {
                Code::Unauthenticated if key.starts_with("cl_") => t!("sign-in-bad-token"),
                Code::Unauthenticated => t!("sign-in-bad-link"),
                Code::Forbidden => t!("sign-in-application"),
                _ => return Err(error.into()),
            };
            // What was entered is a secret and is not sent back.
            let page = form(&Form { to, error: Some(said), note: None });
            Ok(Reply::page(page).refused(&error))
        }
    }
}

/// Opens a session with a whole link, its code, or a token.
async fn open(call: &Call, key: &str) -> AppResult<Opened> {
    if key.starts_with("cl_") {
        return open_with(call, key, session::open_with_token(&call.ctx.app, key)).await;
    }
    let code = key.rsplit_once("/sign-in/").map_or(key, |(_, code)| code);
    let code = code.split(['?', '#', '/']).next().unwrap_or_default();
    open_with(call, code, session::open(&call.ctx.app, code)).await
}

/// Opens a session with `shown`, unless too much that opens none came from the same address.
async fn open_with(
    call: &Call,
    shown: &str,
    opening: impl Future<Output = AppResult<Opened>>,
) -> AppResult<Opened> {
    let keys = call.state.keys();
    keys.check(call.from, shown)?;
    let opened = opening.await;
    match &opened {
        // What comes next with its cookie is no guess, whatever others do at this address.
        Ok(opened) => call.state.cookies().held(&opened.secret),
        Err(error) if error.code == Code::Unauthenticated => keys.failed(call.from, shown),
        Err(_) => {}
    }
    opened
}

/// Gives the browser its session and goes on. The one it had ends: a browser has one.
async fn welcome(call: &Call, opened: &Opened, to: &str) -> UiResult<Reply> {
    end_own(call).await?;
    Ok(Reply::to(to).cookie(cookie::session(call.state.address(), &opened.secret)))
}

async fn end_own(call: &Call) -> AppResult<()> {
    let Some(session) = &call.viewer.session else { return Ok(()) };
    match session::end_other(&call.ctx, &session.id).await {
        Err(error) if error.code != Code::UnknownSession => Err(error),
        // Somebody else ended it meanwhile.
        _ => Ok(()),
    }
}

async fn leave(call: Call) -> UiResult<Reply> {
    end_own(&call).await?;
    // What the browser keeps of pages goes too, so that "back" shows nothing. Cookies are named one by one: the header
    // would take those of every other service on this host along.
    Ok(Reply::to("/sign-in?said=out")
        .cookie(cookie::no_session(call.state.address()))
        .header("clear-site-data", "\"cache\""))
}

async fn prefer(call: Call) -> UiResult<Reply> {
    let address = call.state.address();
    let mut reply = Reply::to(call.form.text("to").and_then(local).unwrap_or("/settings"));
    if let Some(theme) = call.form.text("theme") {
        reply = reply.cookie(cookie::preference(address, "theme", Theme::parse(theme).as_str()));
    }
    match call.form.raw("zone").map(str::trim) {
        None => {}
        // The browser's own zone again, which its script keeps.
        Some("") => reply = reply.cookie(cookie::preference(address, "zone-chosen", "no")),
        Some(zone) if is_zone_name(zone) && TimeZone::get(zone).is_ok() => {
            reply = reply.cookie(cookie::preference(address, "zone", zone)).cookie(cookie::preference(
                address,
                "zone-chosen",
                "yes",
            ));
        }
        Some(zone) => {
            return Err(AppError::invalid(t!("settings-zone-unknown", zone = zone.to_owned())).into());
        }
    }
    Ok(reply)
}

fn form(it: &Form) -> Page {
    let body = html! {
        @if let Some(note) = &it.note { (note) }
        (card("sign-in", &t!("sign-in-way"), html! {}, html! {
            p { (t!("sign-in-about")) }
            form method="post" action="/sign-in" {
                input type="hidden" name="to" value=(it.to);
                (Field::text("key", t!("sign-in-key")).kind("password").hint(t!("sign-in-key-hint"))
                    .with("autocomplete", "current-password").with("spellcheck", "false").required()
                    .error(it.error.clone()).draw())
                (act::submit(&t!("sign-in-do")))
            }
        }))
        (card("no-link", &t!("sign-in-none"), html! {}, html! {
            p { (t!("sign-in-none-command")) }
            pre class="command" { code { "cuelight sign-in" } }
            p { (t!("sign-in-none-server")) }
            pre class="command" { code { "cuelight serve --sign-in-link" } }
            p { (t!("sign-in-none-ask")) }
        }))
    };
    Page::new(Here::Elsewhere, t!("sign-in-title"))
        .body(body)
        .bare()
        .drawer(Drawer::new().cli("cuelight sign-in").api("POST", "/api/v1/sign-in-links"))
}

/// Asks whoever came by a link whether they meant to.
fn ask(code: &str, to: &str) -> Page {
    let body = card(
        "sign-in",
        &t!("sign-in-way"),
        html! {},
        html! {
            p { (t!("sign-in-sure")) }
            form method="post" action="/sign-in" {
                input type="hidden" name="to" value=(to);
                input type="hidden" name="key" value=(code);
                (act::submit(&t!("sign-in-do")))
            }
        },
    );
    Page::new(Here::Elsewhere, t!("sign-in-title")).body(body).bare()
}

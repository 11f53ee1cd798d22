//! `/settings/access`: who may do what, giving access and taking it away.

mod give;
mod list;

pub use list::role_name;

use cuelight_app::token::{self, Issued, TokenInfo};
use cuelight_app::{AppError, Code};
use cuelight_core::rights::Action;
use maud::{Markup, html};

use crate::call::{Call, May};
use crate::error::UiResult;
use crate::parts::card::{flush, outcome};
use crate::parts::confirm::{Confirm, confirm};
use crate::parts::{Drawer, Here, Page, Tone, card, note, text, user};
use crate::reply::Reply;
use crate::route::{Route, action, page};
use crate::words::t;
use give::Given;

const ACCESS: &str = "/settings/access";
const REVOKE: &str = "/settings/access/{id}/revoke";
const SAMPLE: &str = "/settings/access/0123456789abcdef/revoke";

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![
        page("access", ACCESS, ACCESS, show),
        action("access-give", ACCESS, ACCESS, issue),
        page("access-take", REVOKE, SAMPLE, sure),
        action("access-take-send", REVOKE, SAMPLE, revoke),
    ]
}

async fn show(call: Call) -> UiResult<Reply> {
    let said = (call.query.text("said") == Some("taken"))
        .then(|| outcome(Tone::Good, html! { p { (t!("access-taken")) } }));
    Ok(Reply::page(draw(&call, said, &Given::default()).await?))
}

async fn issue(call: Call) -> UiResult<Reply> {
    let given = Given::of(&call);
    let input = match given.input() {
        Ok(input) => input,
        Err(given) => return Ok(Reply::page(draw(&call, None, &given).await?).status(422)),
    };
    match token::issue(&call.write_ctx()?, input).await {
        Ok(issued) => {
            let said = shown_once(&issued, given.label());
            Ok(Reply::page(draw(&call, Some(said), &Given::default()).await?))
        }
        Err(error) if matches!(error.code, Code::InvalidRequest | Code::Forbidden) => {
            let said = note(Tone::Bad, html! { p { (text::shown(&error.detail)) } });
            Ok(Reply::page(draw(&call, Some(said), &given).await?).refused(&error))
        }
        Err(error) => Err(error.into()),
    }
}

/// The new token. Its secret is nowhere else and is not shown again: what is kept is its hash.
fn shown_once(issued: &Issued, label: &str) -> Markup {
    if issued.token.is_empty() {
        return outcome(Tone::Warn, html! { p { (t!("access-shown-before")) } });
    }
    outcome(
        Tone::Good,
        html! {
            p { (t!("access-given")) " " (user(label)) "." }
            pre class="command" { code id="new-token" { (issued.token) } }
            p { (t!("access-given-once")) }
            div class="actions" {
                button class="btn" type="button" data-copy="#new-token" hidden { (t!("access-copy")) }
            }
        },
    )
}

async fn draw(call: &Call, said: Option<Markup>, given: &Given) -> Result<Page, AppError> {
    let may = call.may_here(Action::ManageTokens);
    let body = match &may {
        May::Yes => {
            let tokens = token::list(&call.ctx).await?;
            let drawn = list::draw(call, &tokens).await?;
            html! {
                (flush("list", &t!("access-list"), html! {}, drawn))
                (card("give", &t!("access-give"), html! {}, give::form(call, given).await?))
            }
        }
        May::No { why, who } => html! {
            (note(Tone::Info, html! { p { (why) } p { (who) } }))
        },
    };
    let body = html! {
        p class="lead" { (t!("access-about")) }
        @if let Some(said) = said { (said) }
        (body)
        (card("own", &t!("access-own"), html! {}, list::own(call)))
    };
    Ok(Page::new(Here::Access, t!("access-title")).body(body).drawer(drawer(call)))
}

fn drawer(call: &Call) -> Drawer {
    Drawer::new()
        .id("actor", &call.ctx.principal.actor)
        .cli("cuelight token list")
        .cli("cuelight token create --label TEXT --role ROLE")
        .cli("cuelight token revoke ID")
        .api("GET", "/api/v1/tokens")
        .api("POST", "/api/v1/tokens")
        .api("DELETE", "/api/v1/tokens/ID")
}

async fn find(call: &Call) -> Result<TokenInfo, AppError> {
    let id: String = call.path("id")?;
    let found = token::list(&call.ctx).await?.into_iter().find(|t| t.id == id);
    found.ok_or_else(|| AppError::new(Code::UnknownToken, format!("there is no token `{id}`")))
}

/// Says what stops working before it does.
async fn sure(call: Call) -> UiResult<Reply> {
    let it = find(&call).await?;
    if it.revoked_at.is_some() {
        let error = t!("access-taken-before", label = it.label);
        return Err(AppError::new(Code::NothingToChange, error).into());
    }
    let own = call.ctx.principal.actor.to_string() == format!("token:{}", it.id);
    let open = cuelight_app::session::list(&call.ctx).await?;
    let open = open.iter().filter(|s| s.actor == format!("token:{}", it.id)).count();
    let what = html! {
        p { (t!("access-take-what")) " " strong { (user(&it.label)) } }
        (list::facts_of(&it))
        ul {
            li { (t!("access-take-programs")) }
            li { (t!("access-take-sessions", count = open)) }
            li { (t!("access-take-record")) }
            @if own { li { strong { (t!("access-take-own")) } } }
        }
        p { (t!("access-take-for-good")) }
    };
    let body = confirm(
        &call,
        &Confirm {
            title: &t!("access-take-sure"),
            what,
            fields: html! {},
            action: &format!("{ACCESS}/{}/revoke", it.id),
            button: &t!("access-take-do", label = it.label.clone()),
            tone: Tone::Bad,
            cancel: ACCESS,
        },
    );
    let page =
        Page::new(Here::Access, t!("access-take-title")).trail(t!("access-title"), ACCESS).body(body).drawer(
            Drawer::new()
                .id("token", &it.id)
                .cli(format!("cuelight token revoke {}", it.id))
                .api("DELETE", format!("/api/v1/tokens/{}", it.id)),
        );
    Ok(Reply::page(page))
}

async fn revoke(call: Call) -> UiResult<Reply> {
    let id: String = call.path("id")?;
    token::revoke(&call.write_ctx()?, &id).await?;
    let own = call.ctx.principal.actor.to_string() == format!("token:{id}");
    Ok(Reply::to(if own { "/sign-in?said=out".to_owned() } else { format!("{ACCESS}?said=taken") }))
}

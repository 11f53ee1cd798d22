//! Makes a one-time link.

use std::sync::Arc;

use cuelight_core::ledger::Actor;
use cuelight_core::rights::{Role, Scope};

use super::kept::{KeptLink, keep, no_pages_for_applications, principal, secret};
use super::{LINK_LIVES, Link};
use crate::app::App;
use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::time;

/// A link that opens a session of this token. It asks for no permission: for whoever holds the data folder.
///
/// # Errors
/// `forbidden` for a token of an application; `unauthenticated` when the token is unknown, revoked or expired.
pub async fn link(app: &Arc<App>, token_id: &str) -> AppResult<Link> {
    let role = app.installation.read(|i| i.tokens.get(token_id).map(|t| t.scope.role));
    if role == Some(Role::Serve) {
        return Err(no_pages_for_applications());
    }
    let now = app.now();
    if principal(app, token_id, now).is_none() {
        return Err(AppError::new(Code::Unauthenticated, "the token is unknown, revoked or expired"));
    }
    let (code, expires_at) = (secret(app)?, now + LINK_LIVES);
    keep(app, &code, &KeptLink { token: token_id.to_owned(), expires_at }).await?;
    Ok(Link { code, expires_at: time::show(expires_at) })
}

/// The token a link of the installation itself stands for: the oldest administrator's that holds and is not narrowed.
#[must_use]
pub fn administrator(app: &App) -> Option<String> {
    let now = app.now();
    let full = Scope::of(Role::Admin);
    app.installation.read(|i| {
        let holds = i.tokens.iter().filter(|(_, t)| {
            *t.scope == full && t.revoked_at.is_none() && t.expires_at.is_none_or(|end| now < end)
        });
        holds.min_by_key(|(id, t)| (t.at, *id)).map(|(id, _)| id.clone())
    })
}

/// A link that opens a session of the caller's own token.
///
/// # Errors
/// As [`link`].
pub async fn own_link(ctx: &Ctx) -> AppResult<Link> {
    match &ctx.principal.actor {
        Actor::Token { id } => link(&ctx.app, id).await,
        Actor::System => Err(AppError::new(Code::Forbidden, "Cuelight itself has no pages to open")),
    }
}

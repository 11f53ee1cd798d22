//! Opens a session.

use std::sync::Arc;

use cuelight_core::ledger::Actor;
use cuelight_store::Deleted;

use super::kept::{KeptLink, KeptSession, get, keep, no_pages_for_applications, principal, secret};
use super::{Opened, names};
use crate::app::App;
use crate::code::Code;
use crate::error::{AppError, AppResult};
use crate::token;

/// Opens a session with a link's code. The code is gone then; of two that come at once, one opens.
///
/// # Errors
/// `unauthenticated`, with the same text whether the code is unknown, used or too old, or its token ended.
pub async fn open(app: &Arc<App>, code: &str) -> AppResult<Opened> {
    let refused = || AppError::new(Code::Unauthenticated, "this sign-in link is unknown, used or too old");
    let (key, item, link) = get::<KeptLink>(app, code).await?.ok_or_else(refused)?;
    // First the code goes, then the session comes: a failure between them costs a link and never doubles one.
    match app.ports.vault.delete(&key, item.revision).await? {
        Deleted::Done => session_of(app, &link.token).await?.ok_or_else(refused),
        Deleted::Behind { .. } => Err(refused()),
    }
}

/// Opens a session for whoever shows a token.
///
/// # Errors
/// `unauthenticated` as [`token::authenticate`]; `forbidden` for a token of an application.
pub async fn open_with_token(app: &Arc<App>, token: &str) -> AppResult<Opened> {
    let found = token::authenticate(app, token).await?;
    let Actor::Token { id } = &found.actor else {
        return Err(AppError::internal("a token belongs to Cuelight itself"));
    };
    // It was valid a moment ago, so the role is what is left to refuse.
    session_of(app, id).await?.ok_or_else(no_pages_for_applications)
}

async fn session_of(app: &App, token: &str) -> AppResult<Option<Opened>> {
    let now = app.now();
    let Some(principal) = principal(app, token, now) else {
        return Ok(None);
    };
    let session = KeptSession {
        id: hex::encode(&app.ports.entropy.bytes32()?[..8]),
        token: token.to_owned(),
        label: names::label(app, token).await?.unwrap_or_default(),
        opened_at: now,
        seen_at: now,
    };
    let secret = secret(app)?;
    keep(app, &secret, &session).await?;
    Ok(Some(Opened { secret, session: session.info(app, principal.scope.role) }))
}

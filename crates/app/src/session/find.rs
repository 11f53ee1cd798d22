//! Recognises whoever shows a session's secret.

use std::sync::Arc;

use super::kept::{KeptSession, bytes, get, principal};
use super::{Found, SEEN_EVERY};
use crate::app::App;
use crate::code::Code;
use crate::ctx::Principal;
use crate::error::{AppError, AppResult};

/// Whose session this is. Notes that it was used, every five minutes at most.
///
/// # Errors
/// `unauthenticated`, with the same text whether the session is unknown, was ended or ended by itself, or its token was
/// revoked or expired.
pub async fn find(app: &Arc<App>, secret: &str) -> AppResult<Found> {
    let refused = || AppError::new(Code::Unauthenticated, "you are not signed in, or your session has ended");
    let (key, item, mut session) = get::<KeptSession>(app, secret).await?.ok_or_else(refused)?;
    let now = app.now();
    let principal = principal(app, &session.token, now).ok_or_else(refused)?;
    if now >= session.seen_at + SEEN_EVERY {
        session.seen_at = now;
        // Behind when another request of the same browser was faster, or the session was just ended: both stay so.
        app.ports.vault.put(&key, bytes(&session)?, Some(item.revision)).await?;
    }
    let session = session.info(app, principal.scope.role);
    Ok(Found { principal, session })
}

/// As whom a session acts, without noting that it was used: for what stays open by itself, such as a stream of news.
///
/// # Errors
/// As [`find`].
pub async fn holds(app: &Arc<App>, secret: &str) -> AppResult<Principal> {
    let refused = || AppError::new(Code::Unauthenticated, "you are not signed in, or your session has ended");
    let (_, _, session) = get::<KeptSession>(app, secret).await?.ok_or_else(refused)?;
    principal(app, &session.token, app.now()).ok_or_else(refused)
}

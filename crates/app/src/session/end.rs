//! Ends sessions.

use std::sync::Arc;

use cuelight_store::{Deleted, VaultKey};

use super::kept::{KeptSession, place};
use super::list::reachable;
use crate::app::App;
use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};

/// Ends the session with this secret. It does not matter whether there was one.
///
/// # Errors
/// Storage trouble.
pub async fn end(app: &Arc<App>, secret: &str) -> AppResult<()> {
    delete(app, &place::<KeptSession>(secret)).await
}

/// Ends one of the sessions that [`super::list()`] shows.
///
/// # Errors
/// `unknown_session` when it is not among them.
pub async fn end_other(ctx: &Ctx, id: &str) -> AppResult<()> {
    let found = reachable(ctx).await?.into_iter().find(|(_, session)| session.id == id);
    let (key, _) = found
        .ok_or_else(|| AppError::new(Code::UnknownSession, format!("there is no open session `{id}`")))?;
    delete(&ctx.app, &key).await
}

/// Deletes, however often the session is used meanwhile: each use that is written down makes a new revision, and that
/// happens every few minutes at most.
async fn delete(app: &App, key: &VaultKey) -> AppResult<()> {
    for _ in 0..8 {
        let Some(item) = app.ports.vault.get(key).await? else {
            return Ok(());
        };
        if app.ports.vault.delete(key, item.revision).await? == Deleted::Done {
            return Ok(());
        }
    }
    Err(AppError::new(Code::Unavailable, "the session changes faster than it can be ended; try again"))
}

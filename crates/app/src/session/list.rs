//! Lists sessions.

use cuelight_core::ledger::Actor;
use cuelight_core::rights::{Action, Resource};
use cuelight_store::VaultKey;

use super::SessionInfo;
use super::kept::{Kept as _, KeptSession, principal, read};
use crate::ctx::Ctx;
use crate::error::AppResult;

/// Values read at a time.
const PAGE: u32 = 500;

/// The sessions that are open now, newest first: those of the caller's own token, and everybody's for whoever manages
/// tokens.
///
/// # Errors
/// Storage trouble.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<SessionInfo>> {
    Ok(reachable(ctx).await?.into_iter().map(|(_, session)| session).collect())
}

/// The sessions of [`list`], each with where it is kept.
pub(super) async fn reachable(ctx: &Ctx) -> AppResult<Vec<(VaultKey, SessionInfo)>> {
    let all = ctx.authorize(Action::ManageTokens, &Resource::Installation).is_ok();
    let now = ctx.app.now();
    let mut found: Vec<(VaultKey, SessionInfo)> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let items = ctx.app.ports.vault.list(KeptSession::KIND, after.as_deref(), PAGE).await?;
        let Some(last) = items.last() else { break };
        after = Some(last.key.clone());
        for item in items {
            let Some(session) = read::<KeptSession>(&item).filter(|s| !s.is_over(&ctx.app, now)) else {
                continue;
            };
            let own = ctx.principal.actor == Actor::Token { id: session.token.as_str().into() };
            if let Some(principal) = principal(&ctx.app, &session.token, now).filter(|_| own || all) {
                let key = VaultKey::new(KeptSession::KIND, item.key);
                found.push((key, session.info(&ctx.app, principal.scope.role)));
            }
        }
    }
    found.sort_by(|(_, a), (_, b)| (&b.opened_at, &b.id).cmp(&(&a.opened_at, &a.id)));
    Ok(found)
}

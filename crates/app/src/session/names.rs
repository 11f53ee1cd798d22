//! What people call the actors of the ledger.

use std::collections::BTreeMap;

use cuelight_core::rights::Role;

use super::kept::no_pages_for_applications;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::AppResult;
use crate::token;

/// Labels of actors (`token:abc…` → "Mara's laptop") for pages, for everybody but applications. Actors without a label
/// are left out.
///
/// # Errors
/// `forbidden` for a token of an application; storage trouble.
pub async fn names(ctx: &Ctx, actors: &[String]) -> AppResult<BTreeMap<String, String>> {
    if ctx.principal.scope.role == Role::Serve {
        return Err(no_pages_for_applications());
    }
    let mut found = BTreeMap::new();
    for actor in actors {
        if found.contains_key(actor) {
            continue;
        }
        let Some(id) = actor.strip_prefix("token:") else { continue };
        if let Some(label) = label(&ctx.app, id).await? {
            found.insert(actor.clone(), label);
        }
    }
    Ok(found)
}

/// The label of a token that exists. Ids that do not are never looked up: they come from outside.
pub(super) async fn label(app: &App, token: &str) -> AppResult<Option<String>> {
    if !app.installation.read(|i| i.tokens.contains_key(token)) {
        return Ok(None);
    }
    token::label(app, token).await
}

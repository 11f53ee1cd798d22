//! Recognises the holder of a token.

use std::sync::{Arc, PoisonError};

use cuelight_artifact::Digest;
use cuelight_core::installation::TokenRecord;
use cuelight_core::ledger::{Actor, Micros};
use cuelight_core::rights::Scope;
use cuelight_store::VaultKey;
use subtle::ConstantTimeEq;

use super::issue::{Stored, VAULT_KIND, secret_digest};
use crate::app::App;
use crate::code::Code;
use crate::ctx::Principal;
use crate::error::{AppError, AppResult};

/// A token as somebody showed it, with what is on record of its id: one look at the installation.
pub struct Shown<'a> {
    parts: Option<(&'a str, &'a str)>,
    record: Option<Known>,
}

/// Of a token's record what recognising needs.
struct Known {
    scope: Arc<Scope>,
    expires_at: Option<Micros>,
    revoked: bool,
}

impl From<&TokenRecord> for Known {
    fn from(record: &TokenRecord) -> Self {
        Self {
            scope: Arc::clone(&record.scope),
            expires_at: record.expires_at,
            revoked: record.revoked_at.is_some(),
        }
    }
}

impl<'a> Shown<'a> {
    /// Looks.
    #[must_use]
    pub fn new(app: &App, token: &'a str) -> Self {
        let parts = token.strip_prefix("cl_").and_then(|t| t.split_once('_'));
        let record = parts.and_then(|(id, _)| app.installation.read(|i| i.tokens.get(id).map(Known::from)));
        Self { parts, record }
    }

    /// The id in a text of a token's form, if such a token was ever issued. Says nothing of its secret.
    #[must_use]
    pub fn issued_id(&self) -> Option<&'a str> {
        self.record.as_ref().and(self.parts).map(|(id, _)| id)
    }

    /// Who holds it.
    ///
    /// # Errors
    /// As [`authenticate`].
    pub async fn authenticate(self, app: &App) -> AppResult<Principal> {
        let refused = || AppError::new(Code::Unauthenticated, "the token is unknown, revoked or expired");
        let (id, secret) = self.parts.ok_or_else(refused)?;
        if id.is_empty() || id.len() > 64 || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(refused());
        }
        // An unknown id is compared with something too, so that time tells nothing.
        let found = match hash_of(app, id, self.record.is_some()).await {
            // That storage is away matters only where there is something to find.
            Err(_) if self.record.is_none() => None,
            found => found?,
        };
        let expected = found.unwrap_or_else(|| Digest::from_raw([0; 32]));
        let equal: bool = expected.as_raw().ct_eq(secret_digest(secret).as_raw()).into();
        let record = self.record.filter(|r| equal && !r.revoked).ok_or_else(refused)?;
        if record.expires_at.is_some_and(|end| app.now() >= end) {
            return Err(refused());
        }
        Ok(Principal { actor: Actor::Token { id: id.into() }, scope: record.scope })
    }
}

/// Who holds this token.
///
/// # Errors
/// `unauthenticated`, with the same text whether the token is unknown, wrong, revoked or expired.
pub async fn authenticate(app: &App, token: &str) -> AppResult<Principal> {
    Shown::new(app, token).authenticate(app).await
}

/// The hash of a token's secret, from memory once it was read. Only ids that exist are remembered, and one caller at a time
/// reads for all of them: the others find it in memory. Ids that nobody was given hold up nobody.
async fn hash_of(app: &App, id: &str, issued: bool) -> AppResult<Option<Digest>> {
    let known = || app.token_hashes.read().unwrap_or_else(PoisonError::into_inner).get(id).copied();
    if let Some(hash) = known() {
        return Ok(Some(hash));
    }
    let _turn = if issued { Some(app.token_lookup.lock().await) } else { None };
    if let Some(hash) = known() {
        return Ok(Some(hash));
    }
    let stored = app.ports.vault.get(&VaultKey::new(VAULT_KIND, id)).await?;
    let hash = stored.and_then(|s| serde_json::from_slice::<Stored>(s.value.expose()).ok()).map(|s| s.hash);
    if let Some(hash) = hash {
        app.token_hashes.write().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), hash);
    }
    Ok(hash)
}

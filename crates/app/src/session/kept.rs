//! What the vault keeps of links and sessions, who they stand for, and how what ended is cleaned up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use cuelight_artifact::Digest;
use cuelight_core::ledger::{Actor, Micros};
use cuelight_core::rights::Role;
use cuelight_store::{SecretBytes, VaultItem, VaultKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{ABSOLUTE_END, AHEAD, IDLE_END, LINK_LIVES, SessionInfo};
use crate::app::App;
use crate::code::Code;
use crate::ctx::Principal;
use crate::error::{AppError, AppResult};
use crate::time;

/// How many values are looked at when one is added. More than one, so that what ended goes faster than it comes.
const SWEEP: u32 = 64;

/// A value of the vault that ends by itself.
pub(super) trait Kept: Serialize + DeserializeOwned {
    /// Its kind in the vault.
    const KIND: &'static str;

    /// Whether it has ended.
    fn is_over(&self, app: &App, now: Micros) -> bool;
}

/// A link that was not used yet.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptLink {
    pub(super) token: String,
    pub(super) expires_at: Micros,
}

/// A session that was not ended.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptSession {
    pub(super) id: String,
    pub(super) token: String,
    pub(super) label: String,
    pub(super) opened_at: Micros,
    pub(super) seen_at: Micros,
}

impl Kept for KeptLink {
    const KIND: &'static str = "sign-in-link";

    fn is_over(&self, app: &App, now: Micros) -> bool {
        now >= self.expires_at
            || self.expires_at > now + LINK_LIVES + AHEAD
            || principal(app, &self.token, now).is_none()
    }
}

impl Kept for KeptSession {
    const KIND: &'static str = "session";

    fn is_over(&self, app: &App, now: Micros) -> bool {
        now >= self.seen_at + IDLE_END
            || now >= self.opened_at + ABSOLUTE_END
            || self.opened_at > now + AHEAD
            || principal(app, &self.token, now).is_none()
    }
}

impl KeptSession {
    /// The session as lists show it.
    pub(super) fn info(&self, app: &App, role: Role) -> SessionInfo {
        let token_ends = app.installation.read(|i| i.tokens.get(&self.token).and_then(|t| t.expires_at));
        let latest = self.opened_at + ABSOLUTE_END;
        SessionInfo {
            id: self.id.clone(),
            actor: Actor::Token { id: self.token.as_str().into() }.to_string(),
            label: self.label.clone(),
            role,
            opened_at: time::show(self.opened_at),
            seen_at: time::show(self.seen_at),
            ends_at: time::show(token_ends.map_or(latest, |end| end.min(latest))),
        }
    }
}

/// As whom a token's sessions act, as long as the token holds.
pub(super) fn principal(app: &App, token: &str, now: Micros) -> Option<Principal> {
    let record = app.installation.read(|i| i.tokens.get(token).cloned())?;
    let holds = record.revoked_at.is_none()
        && record.expires_at.is_none_or(|end| now < end)
        && record.scope.role != Role::Serve;
    holds.then(|| Principal { actor: Actor::Token { id: token.into() }, scope: record.scope })
}

/// Why an application's token gets neither a link nor a session.
pub(super) fn no_pages_for_applications() -> AppError {
    AppError::new(
        Code::Forbidden,
        "a token with the role `serve` is for applications and opens no pages; use a token with another role",
    )
}

/// 256 random bits as text that fits into an address and a cookie.
pub(super) fn secret(app: &App) -> AppResult<String> {
    Ok(BASE64.encode(app.ports.entropy.bytes32()?))
}

/// Where the value of a secret is kept. A fast hash is right: there are 256 bits to guess.
pub(super) fn place<T: Kept>(secret: &str) -> VaultKey {
    VaultKey::new(T::KIND, hex::encode(Digest::of_bytes(secret.as_bytes()).as_raw()))
}

/// A value as it is kept.
pub(super) fn bytes<T: Kept>(value: &T) -> AppResult<SecretBytes> {
    Ok(SecretBytes::new(serde_json::to_vec(value).map_err(AppError::internal)?))
}

/// A kept value. None when another version of Cuelight wrote it in a form that this one does not know: to this one
/// the session does not exist, and it stays for the other.
pub(super) fn read<T: Kept>(item: &VaultItem) -> Option<T> {
    serde_json::from_slice(item.value.expose()).ok()
}

/// The value of a secret with its place, if there is one and it has not ended.
pub(super) async fn get<T: Kept>(app: &App, secret: &str) -> AppResult<Option<(VaultKey, VaultItem, T)>> {
    let key = place::<T>(secret);
    let Some(item) = app.ports.vault.get(&key).await? else {
        return Ok(None);
    };
    let now = app.now();
    let value = read::<T>(&item).filter(|v| !v.is_over(app, now));
    Ok(value.map(|v| (key, item, v)))
}

/// Keeps a new value, and cleans up around it: keys are hashes, so every new one is a random place to begin.
pub(super) async fn keep<T: Kept>(app: &App, secret: &str, value: &T) -> AppResult<()> {
    let key = place::<T>(secret);
    app.ports.vault.put(&key, bytes(value)?, None).await?;
    if let Err(error) = sweep::<T>(app, &key.key).await {
        // The next one cleans up; whoever signs in need not wait for it.
        tracing::warn!(%error, "sessions that ended could not be cleaned up");
    }
    Ok(())
}

async fn sweep<T: Kept>(app: &App, from: &str) -> AppResult<()> {
    let mut items = app.ports.vault.list(T::KIND, Some(from), SWEEP).await?;
    let left = SWEEP.saturating_sub(u32::try_from(items.len()).unwrap_or(SWEEP));
    if left > 0 {
        items.extend(app.ports.vault.list(T::KIND, None, left).await?);
    }
    let now = app.now();
    for item in items {
        if read::<T>(&item).is_some_and(|v| v.is_over(app, now)) {
            // Behind when somebody else was faster; then there is nothing to do.
            app.ports.vault.delete(&VaultKey::new(T::KIND, item.key), item.revision).await?;
        }
    }
    Ok(())
}

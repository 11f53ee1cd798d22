//! A new token comes to be in two places: the hash of its secret in the vault, then its entry in the ledger. A hash
//! without an entry admits nobody; an entry never goes without its hash.

use cuelight_core::installation::{InstallationEvent, TokenIssued};
use cuelight_core::ledger::Micros;
use cuelight_core::rights::Scope;
use cuelight_store::{SecretBytes, VaultItem, VaultKey};

use super::issue::{Issued, Stored, VAULT_KIND, new_secret, secret_digest};
use crate::app::App;
use crate::code::Code;
use crate::error::{AppError, AppResult};
use crate::journal::Committed;
use crate::time;

/// How long a hash waits for its entry. An append takes seconds at most; the rest is for clocks that differ.
const ENTRY_COMES_WITHIN: Micros = 86_400_000_000;
/// How many hashes are looked at when one is added. More than one, so that what is left over goes faster than it comes.
const SWEEP: u32 = 64;

/// Makes a token and stores its hash; the caller records the event, with [`record`].
///
/// # Errors
/// When there is no randomness, or storage is away.
pub(crate) async fn mint(
    app: &App,
    scope: Scope,
    expires_at: Option<Micros>,
    label: &str,
) -> AppResult<(Issued, TokenIssued)> {
    let id = hex::encode(&app.ports.entropy.bytes32()?[..8]);
    let secret = new_secret(app)?;
    let stored =
        Stored { hash: secret_digest(&secret), label: label.trim().to_owned(), made_at: Some(app.now()) };
    let bytes = serde_json::to_vec(&stored).map_err(AppError::internal)?;
    app.ports.vault.put(&VaultKey::new(VAULT_KIND, &id), SecretBytes::new(bytes), None).await?;
    let issued =
        Issued { id: id.clone(), token: format!("cl_{id}_{secret}"), expires_at: expires_at.map(time::show) };
    Ok((issued, TokenIssued { id, scope, expires_at }))
}

/// What the ledger says about a token that was to be recorded.
pub(crate) enum Recorded {
    /// It is on record.
    This,
    /// The command was applied before, with this token. The new one was never recorded.
    Other(TokenIssued),
}

/// Records a token that was [`mint`]ed. When storage fails, it may have stored the entry without saying so: the same
/// command is sent once more, which tells. The hash is taken away only where the entry certainly is not.
///
/// # Errors
/// Those of the command. After `unavailable` the token may be on record; it keeps its hash, and nobody has its secret.
pub(crate) async fn record<F>(app: &App, id: &str, commit: impl Fn() -> F) -> AppResult<Recorded>
where
    F: Future<Output = AppResult<Committed<InstallationEvent>>>,
{
    let first = commit().await;
    let unsure = matches!(&first, Err(error) if may_be_stored(error.code));
    let committed = if unsure { commit().await } else { first };
    let recorded = committed.map(|done| {
        let mut tokens = done.events.into_iter().filter_map(|(_, event)| match event {
            InstallationEvent::TokenIssued(token) => Some(token),
            _ => None,
        });
        tokens.next()
    });
    let certainly_not = match &recorded {
        Ok(token) => token.as_ref().is_none_or(|t| t.id != id),
        Err(_) => !unsure,
    };
    if certainly_not && let Err(error) = forget(app, id).await {
        // It admits nobody, and the next token that is issued cleans up.
        tracing::warn!(%error, token = id, "the hash of a token that was not recorded is still in the vault");
    }
    match recorded? {
        Some(token) if token.id == id => Ok(Recorded::This),
        Some(token) => Ok(Recorded::Other(token)),
        None => Err(AppError::internal("the recorded command is not the issue of a token")),
    }
}

/// Whether storage may have stored what it says it has not. All other errors are given before anything is stored.
const fn may_be_stored(code: Code) -> bool {
    matches!(code, Code::Unavailable | Code::Timeout | Code::Corrupt | Code::Internal)
}

async fn forget(app: &App, id: &str) -> AppResult<()> {
    let key = VaultKey::new(VAULT_KIND, id);
    if let Some(stored) = app.ports.vault.get(&key).await? {
        app.ports.vault.delete(&key, stored.revision).await?;
    }
    Ok(())
}

/// Takes hashes away whose entry never came. Ids are random, so every new one is a random place to begin.
pub(super) async fn sweep(app: &App, from: &str) -> AppResult<()> {
    let mut items = app.ports.vault.list(VAULT_KIND, Some(from), SWEEP).await?;
    let left = SWEEP.saturating_sub(u32::try_from(items.len()).unwrap_or(SWEEP));
    if left > 0 {
        items.extend(app.ports.vault.list(VAULT_KIND, None, left).await?);
    }
    let overdue = app.now() - ENTRY_COMES_WITHIN;
    let known = |item: &VaultItem| app.installation.read(|i| i.tokens.contains_key(&item.key));
    let left_over = |item: &VaultItem| {
        let made_at = serde_json::from_slice::<Stored>(item.value.expose()).ok().and_then(|s| s.made_at);
        made_at.is_some_and(|at| at < overdue) && !known(item)
    };
    items.retain(left_over);
    if items.is_empty() {
        return Ok(());
    }
    // Another node may have recorded one since this node looked.
    app.installation.catch_up().await?;
    for item in items.into_iter().filter(|item| !known(item)) {
        app.ports.vault.delete(&VaultKey::new(VAULT_KIND, item.key), item.revision).await?;
    }
    Ok(())
}

//! Issues, lists and revokes tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use cuelight_artifact::{Digest, EnvironmentName, ProjectName};
use cuelight_core::installation::InstallationCommand;
use cuelight_core::ledger::{Actor, Micros};
use cuelight_core::rights::{self, Action, Resource, Role, Scope};
use cuelight_store::VaultKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::{Recorded, mint, record, sweep};
use crate::app::App;
use crate::code::Code;
use crate::ctx::{Ctx, fingerprint};
use crate::error::{AppError, AppResult};
use crate::journal::{Commit, Decision};
use crate::time;

/// What tokens are kept as in the vault.
pub(crate) const VAULT_KIND: &str = "token";
const DAY: Micros = 86_400_000_000;
/// How long a token lives when nothing else is said, in days.
pub const DEFAULT_DAYS: u32 = 90;
/// Longest label, in bytes.
const MAX_LABEL: usize = 200;

/// What the vault keeps of a token.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) hash: Digest,
    pub(super) label: String,
    /// When it was made. Absent in what older versions wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) made_at: Option<Micros>,
}

/// Asks for a token.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueInput {
    /// What it is for, for people.
    pub label: String,
    /// The role.
    pub role: Role,
    /// Only these projects; all when absent.
    #[serde(default)]
    pub projects: Option<BTreeSet<ProjectName>>,
    /// Only these environments; all when absent.
    #[serde(default)]
    pub environments: Option<BTreeSet<EnvironmentName>>,
    /// Only these of the role's actions; all of them when absent.
    #[serde(default)]
    pub actions: Option<BTreeSet<Action>>,
    /// Days until it ends, 1 to 3650; 90 when absent.
    #[serde(default)]
    pub days: Option<u32>,
}

/// A new token. The only time its secret is seen.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Issued {
    /// Public id.
    pub id: String,
    /// The token itself. Empty when the same request was answered before: it is shown once.
    pub token: String,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Issued({})", self.id)
    }
}

/// A token as lists show it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TokenInfo {
    /// Public id.
    pub id: String,
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was issued.
    pub issued_at: String,
    /// By whom.
    pub issued_by: String,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
}

/// Issues a token that gives at most what its issuer has.
///
/// # Errors
/// `forbidden`, `invalid_request`.
pub async fn issue(ctx: &Ctx, input: IssueInput) -> AppResult<Issued> {
    ctx.authorize(Action::ManageTokens, &Resource::Installation)?;
    let command = ctx.command()?;
    if input.label.trim().is_empty()
        || input.label.len() > MAX_LABEL
        || input.label.contains(char::is_control)
    {
        return Err(AppError::invalid(format!(
            "`label` says what the token is for, in 1 to {MAX_LABEL} bytes of plain text"
        )));
    }
    let days = input.days.unwrap_or(DEFAULT_DAYS);
    if !(1..=3650).contains(&days) {
        return Err(AppError::invalid(format!("`days` is between 1 and 3650; this is {days}")));
    }
    let scope = Scope {
        role: input.role,
        projects: input.projects.clone(),
        environments: input.environments.clone(),
        actions: input.actions.clone(),
    };
    if !rights::covers(&ctx.principal.scope, &scope) {
        return Err(AppError::new(Code::Forbidden, "a token cannot give more than its issuer has"));
    }
    let expires = ctx.app.now() + Micros::from(days) * DAY;
    let fingerprint = fingerprint("token.issue", &ctx.principal.actor, &input)?;
    let (issued, event) = mint(&ctx.app, scope, Some(expires), &input.label).await?;
    let (actor, now) = (ctx.principal.actor.clone(), ctx.app.now());
    let commit = Commit { command, fingerprint, actor, now };
    let issue = InstallationCommand::IssueToken(event);
    let attempt = || {
        ctx.app.installation.commit(commit.clone(), |state, _| {
            Ok(Decision { events: state.decide(&issue)?, blobs: Vec::new() })
        })
    };
    let recorded = record(&ctx.app, &issued.id, attempt).await?;
    if let Err(error) = sweep(&ctx.app, &issued.id).await {
        tracing::warn!(%error, "hashes of tokens that were not recorded could not be cleaned up");
    }
    Ok(match recorded {
        Recorded::This => issued,
        Recorded::Other(e) => {
            Issued { id: e.id, token: String::new(), expires_at: e.expires_at.map(time::show) }
        }
    })
}

/// Issues a new administrator's token without anybody's permission: for whoever holds the data folder and lost
/// every token. It is on the record like any other.
///
/// # Errors
/// Storage trouble.
pub async fn recover(app: &App) -> AppResult<Issued> {
    let expires = app.now() + Micros::from(DEFAULT_DAYS) * DAY;
    let (issued, event) = mint(app, Scope::of(Role::Admin), Some(expires), "recovered administrator").await?;
    let commit = Commit {
        command: format!("recover-{}", issued.id).parse().map_err(AppError::internal)?,
        fingerprint: fingerprint("token.recover", &Actor::System, &issued.id)?,
        actor: Actor::System,
        now: app.now(),
    };
    let issue = InstallationCommand::IssueToken(event);
    // Also into a restored copy: without a token nobody could put that on record.
    let attempt = || {
        app.installation.commit_ungated(commit.clone(), |state, _| {
            Ok(Decision { events: state.decide(&issue)?, blobs: Vec::new() })
        })
    };
    match record(app, &issued.id, attempt).await? {
        Recorded::This => Ok(issued),
        Recorded::Other(_) => Err(AppError::internal("a random id was drawn twice")),
    }
}

/// 256 random bits as text.
pub(super) fn new_secret(app: &App) -> AppResult<String> {
    Ok(BASE64.encode(app.ports.entropy.bytes32()?))
}

/// A fast hash is right here: the secret has 256 bits, so there is nothing to guess.
pub(super) fn secret_digest(secret: &str) -> Digest {
    Digest::of_bytes(secret.as_bytes())
}

/// All tokens, revoked ones included.
///
/// # Errors
/// `forbidden`.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<TokenInfo>> {
    ctx.authorize(Action::ManageTokens, &Resource::Installation)?;
    let tokens = ctx.app.installation.read(|i| i.tokens.clone());
    let mut found = Vec::with_capacity(tokens.len());
    for (id, record) in tokens {
        let label = label(&ctx.app, &id).await?;
        found.push(TokenInfo {
            id,
            label: label.unwrap_or_default(),
            scope: Arc::unwrap_or_clone(record.scope),
            issued_at: time::show(record.at),
            issued_by: record.actor.to_string(),
            expires_at: record.expires_at.map(time::show),
            revoked_at: record.revoked_at.map(time::show),
        });
    }
    Ok(found)
}

/// What a token is for, as its issuer wrote it.
pub(crate) async fn label(app: &App, id: &str) -> AppResult<Option<String>> {
    let stored = app.ports.vault.get(&VaultKey::new(VAULT_KIND, id)).await?;
    Ok(stored.and_then(|s| serde_json::from_slice::<Stored>(s.value.expose()).ok()).map(|s| s.label))
}

/// Ends a token, at once.
///
/// # Errors
/// `forbidden`, `unknown_token`, `nothing_to_change` when it is revoked already.
pub async fn revoke(ctx: &Ctx, id: &str) -> AppResult<()> {
    ctx.authorize(Action::ManageTokens, &Resource::Installation)?;
    let commit = Commit {
        command: ctx.command()?,
        fingerprint: fingerprint("token.revoke", &ctx.principal.actor, &id)?,
        actor: ctx.principal.actor.clone(),
        now: ctx.app.now(),
    };
    let revoke = InstallationCommand::RevokeToken(id.to_owned());
    ctx.app
        .installation
        .commit(commit, |state, _| Ok(Decision { events: state.decide(&revoke)?, blobs: Vec::new() }))
        .await?;
    Ok(())
}

/// Who the caller is and what they may do.
#[must_use]
pub fn whoami(ctx: &Ctx) -> (String, Scope) {
    (ctx.principal.actor.to_string(), (*ctx.principal.scope).clone())
}

//! Clients say which generation they applied.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clients::Key;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};

/// How a client calls itself: 1 to 64 of `A-Z a-z 0-9 . _ -`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ClientId(String);

/// Why a text is no client's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a client's id has 1 to 64 of A-Z a-z 0-9 . _ -")]
pub struct ClientIdError;

impl FromStr for ClientId {
    type Err = ClientIdError;

    fn from_str(text: &str) -> Result<Self, ClientIdError> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if fits { Ok(Self(text.to_owned())) } else { Err(ClientIdError) }
    }
}

impl TryFrom<String> for ClientId {
    type Error = ClientIdError;

    fn try_from(text: String) -> Result<Self, ClientIdError> {
        text.parse()
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a client says.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppliedInput {
    /// Which client: an id of its own choice, 1 to 64 of `A-Z a-z 0-9 . _ -`, the same while it runs.
    pub client: ClientId,
    /// The generation it serves now.
    pub generation: u64,
}

/// Notes what a client applied. Kept in memory, for minutes: it is for watching a release spread, and decides nothing.
///
/// # Errors
/// `forbidden`, `unknown_project`, `unknown_environment`; `invalid_request` for a generation that is not served yet.
pub async fn applied(
    ctx: &Ctx,
    project: &ProjectName,
    environment: &EnvironmentName,
    input: AppliedInput,
) -> AppResult<()> {
    ctx.on_environment(Action::Serve, project, environment)?;
    let served = ctx.app.project(project).await?.snapshot(environment)?.generation;
    if input.generation > served {
        return Err(AppError::invalid(format!(
            "generation {} of `{environment}` is not served here; the newest is {served}",
            input.generation
        )));
    }
    let now = ctx.app.now();
    let mut tables = ctx.app.node.tables();
    let place = (project.clone(), environment.clone());
    let key = (place.0.clone(), place.1.clone(), input.client);
    if let Some(before) = tables.clients.report(key, input.generation, now)
        && let Some(spreads) = tables.spreads.get_mut(&place)
    {
        spreads.reached(before, input.generation, now);
    }
    Ok(())
}

/// A client's open feed; its end is noted when this is dropped.
pub struct Connected {
    app: Arc<App>,
    key: Key,
}

/// Notes that a client has a feed open. `None` when too many are known already: the feed goes on all the same.
pub fn connect(
    app: &Arc<App>,
    project: &ProjectName,
    environment: &EnvironmentName,
    client: ClientId,
) -> Option<Connected> {
    let key = (project.clone(), environment.clone(), client);
    let known = app.node.tables().clients.connect(key.clone(), app.now());
    known.then(|| Connected { app: Arc::clone(app), key })
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.app.node.tables().clients.disconnect(&self.key, self.app.now());
    }
}

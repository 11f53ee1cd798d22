//! Drift within the registry: the newest versions against what an environment serves.

use cuelight_artifact::{ArtifactName, ArtifactRef, EnvironmentName, Kind, ProjectName};
use cuelight_core::release::Slot;
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::ctx::Ctx;
use crate::error::AppResult;

/// How an environment differs from the newest versions.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DriftOutput {
    /// The environment.
    pub environment: EnvironmentName,
    /// Its generation.
    pub generation: u64,
    /// The differences; empty when there are none.
    pub items: Vec<DriftItem>,
}

/// One difference.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DriftItem {
    /// The prompt.
    pub prompt: ArtifactName,
    /// What kind of difference.
    pub kind: DriftKind,
    /// The newest version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub newest: Option<Version>,
    /// The version that is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub live: Option<Version>,
}

/// What kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// An older version is live.
    Behind,
    /// A pre-release or a version newer than main is live.
    Ahead,
    /// Nothing is live.
    NotLive,
    /// What is live is yanked.
    Yanked,
}

/// Compares the newest versions with what an environment serves.
///
/// # Errors
/// `forbidden`, `unknown_environment`.
pub async fn drift(
    ctx: &Ctx,
    project: &ProjectName,
    environment: &EnvironmentName,
) -> AppResult<DriftOutput> {
    ctx.on_environment(Action::ReadReleases, project, environment)?;
    let loaded = ctx.app.project(project).await?;
    loaded.journal.read(|state| {
        let found = state.environment(environment)?;
        let mut items = Vec::new();
        for (id, history) in &state.artifacts {
            if id.kind != Kind::Prompt {
                continue;
            }
            let newest = history.head().map(|v| v.version.clone());
            let live = found.content.get(&Slot::prompt(id.name.clone())).map(|p| p.version.clone());
            let yanked = live.as_ref().is_some_and(|v| {
                state.version(&ArtifactRef::prompt(id.name.clone()), v).is_ok_and(|r| r.yank.is_some())
            });
            let kind = match (&newest, &live) {
                _ if yanked => DriftKind::Yanked,
                (Some(newest), Some(live)) if live < newest => DriftKind::Behind,
                (Some(newest), Some(live)) if live == newest => continue,
                (_, Some(_)) => DriftKind::Ahead,
                (Some(_), None) => DriftKind::NotLive,
                (None, None) => continue,
            };
            items.push(DriftItem { prompt: id.name.clone(), kind, newest, live });
        }
        Ok(DriftOutput { environment: environment.clone(), generation: found.generation(), items })
    })
}

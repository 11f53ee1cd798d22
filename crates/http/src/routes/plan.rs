//! Sets of files.

use axum::http::StatusCode;
use axum::response::Response;
use cuelight_app::plan::PlanInput;
use cuelight_app::{AppResult, plan};
use cuelight_artifact::EnvironmentName;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::answer;
use crate::call::Call;

/// Which environment.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InEnvironment {
    /// The environment.
    environment: EnvironmentName,
}

/// Which environment, if one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaybeEnvironment {
    /// What this environment serves; the newest versions when absent.
    #[serde(default)]
    environment: Option<EnvironmentName>,
}

pub(crate) async fn make(call: Call) -> AppResult<Response> {
    let input: PlanInput = call.json()?;
    let found = plan::plan(&call.ctx, &call.project()?, &input).await?;
    answer::json(StatusCode::OK, &found)
}

pub(crate) async fn apply(call: Call) -> AppResult<Response> {
    let input: PlanInput = call.json()?;
    let done = plan::apply(&call.ctx, &call.project()?, &input).await?;
    answer::json(StatusCode::OK, &done)
}

pub(crate) async fn lock(call: Call) -> AppResult<Response> {
    let asked: MaybeEnvironment = call.query()?;
    let found = plan::lock(&call.ctx, &call.project()?, asked.environment.as_ref()).await?;
    Ok(answer::text("application/yaml", found))
}

pub(crate) async fn files(call: Call) -> AppResult<Response> {
    let asked: MaybeEnvironment = call.query()?;
    let found = plan::files(&call.ctx, &call.project()?, asked.environment.as_ref()).await?;
    answer::json(StatusCode::OK, &found)
}

pub(crate) async fn drift(call: Call) -> AppResult<Response> {
    let asked: InEnvironment = call.query()?;
    let found = plan::drift(&call.ctx, &call.project()?, &asked.environment).await?;
    answer::json(StatusCode::OK, &found)
}

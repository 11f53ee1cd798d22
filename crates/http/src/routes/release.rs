//! Releases.

use axum::http::StatusCode;
use axum::response::Response;
use cuelight_app::{AppResult, release};
use cuelight_artifact::EnvironmentName;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::answer;
use crate::call::Call;
use crate::page::{limit, page};

/// Which releases.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Only of this environment.
    #[serde(default)]
    environment: Option<EnvironmentName>,
    /// The `next` of the page before.
    #[serde(default)]
    before: Option<u64>,
    /// How many, 1 to 200; 50 when absent.
    #[serde(default)]
    limit: Option<usize>,
}

pub(crate) async fn list(call: Call) -> AppResult<Response> {
    let asked: Which = call.query()?;
    let limit = limit(asked.limit)?;
    let environment = asked.environment.as_ref();
    let found =
        release::list(&call.ctx, &call.project()?, environment, asked.before, usize::from(limit) + 1).await?;
    answer::json(StatusCode::OK, &page(found, limit, |r| r.release))
}

pub(crate) async fn open(call: Call) -> AppResult<Response> {
    let opened = release::open(&call.ctx, &call.project()?, call.json()?).await?;
    answer::json(StatusCode::CREATED, &opened)
}

pub(crate) async fn preview(call: Call) -> AppResult<Response> {
    let found = release::preview(&call.ctx, &call.project()?, call.json()?).await?;
    answer::json(StatusCode::OK, &found)
}

pub(crate) async fn get(call: Call) -> AppResult<Response> {
    let found = release::get(&call.ctx, &call.project()?, call.param("release")?).await?;
    answer::json(StatusCode::OK, &found)
}

pub(crate) async fn roll_back(call: Call) -> AppResult<Response> {
    let done = release::roll_back(&call.ctx, &call.project()?, call.param("release")?, call.json()?).await?;
    answer::json(StatusCode::CREATED, &done)
}

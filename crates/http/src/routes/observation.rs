//! Observations.

use axum::http::StatusCode;
use axum::response::Response;
use cuelight_app::{AppResult, observation};

use crate::answer;
use crate::call::Call;
use crate::page::{After, limit, page};

pub(crate) async fn record(call: Call) -> AppResult<Response> {
    let done = observation::observe(&call.ctx, &call.project()?, call.json()?).await?;
    answer::json(StatusCode::OK, &done)
}

pub(crate) async fn list(call: Call) -> AppResult<Response> {
    let After { after, limit: asked } = call.query()?;
    let limit = limit(asked)?;
    let found =
        observation::list(&call.ctx, &call.project()?, after.unwrap_or(0), u32::from(limit) + 1).await?;
    answer::json(StatusCode::OK, &page(found, limit, |o| o.cursor))
}

//! Recoveries.

use axum::http::StatusCode;
use axum::response::Response;
use cuelight_app::{AppResult, recovery};

use crate::answer;
use crate::call::Call;

pub(crate) async fn status(call: Call) -> AppResult<Response> {
    answer::json(StatusCode::OK, &recovery::status(&call.ctx).await?)
}

pub(crate) async fn record(call: Call) -> AppResult<Response> {
    let recorded = recovery::record(&call.ctx, call.json()?).await?;
    answer::json(StatusCode::CREATED, &recorded)
}

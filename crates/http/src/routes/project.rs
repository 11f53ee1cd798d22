//! Projects.

use axum::http::StatusCode;
use axum::response::Response;
use cuelight_app::{AppResult, project};

use crate::answer;
use crate::call::Call;
use crate::page::{Named, slice};

pub(crate) async fn list(call: Call) -> AppResult<Response> {
    let asked: Named = call.query()?;
    let all = project::list(&call.ctx).await?;
    answer::json(StatusCode::OK, &slice(all, &asked, |p| p.name.to_string())?)
}

pub(crate) async fn create(call: Call) -> AppResult<Response> {
    let created = project::create(&call.ctx, call.json()?).await?;
    answer::json(StatusCode::CREATED, &created)
}

pub(crate) async fn get(call: Call) -> AppResult<Response> {
    let found = project::get(&call.ctx, &call.project()?).await?;
    answer::json(StatusCode::OK, &found)
}

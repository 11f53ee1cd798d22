//! Tokens.

use axum::http::StatusCode;
use axum::response::Response;
use cuelight_app::{AppResult, token};

use crate::answer;
use crate::call::Call;
use crate::page::{Named, slice};

pub(crate) async fn list(call: Call) -> AppResult<Response> {
    let asked: Named = call.query()?;
    let all = token::list(&call.ctx).await?;
    answer::json(StatusCode::OK, &slice(all, &asked, |t| t.id.clone())?)
}

pub(crate) async fn issue(call: Call) -> AppResult<Response> {
    let issued = token::issue(&call.ctx, call.json()?).await?;
    answer::json(StatusCode::CREATED, &issued)
}

pub(crate) async fn revoke(call: Call) -> AppResult<Response> {
    let id: String = call.param("id")?;
    token::revoke(&call.ctx, &id).await?;
    Ok(answer::empty(StatusCode::NO_CONTENT))
}

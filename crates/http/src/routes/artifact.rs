//! Prompts and fragments.

use axum::http::StatusCode;
use axum::response::Response;
use cuelight_app::prompt::{DiffInput, ListInput};
use cuelight_app::{AppResult, prompt};
use cuelight_artifact::Kind;
use semver::Version;

use crate::answer;
use crate::call::Call;
use crate::page::{Before, Named, limit, page, slice};

pub(crate) async fn list(call: Call, kind: Kind) -> AppResult<Response> {
    let asked: ListInput = call.query()?;
    let found = prompt::list(&call.ctx, &call.project()?, kind, asked).await?;
    answer::json(StatusCode::OK, &found)
}

pub(crate) async fn get(call: Call, kind: Kind) -> AppResult<Response> {
    let found = prompt::get(&call.ctx, &call.project()?, &call.artifact(kind)?).await?;
    answer::tagged(&call.headers, &found)
}

pub(crate) async fn versions(call: Call, kind: Kind) -> AppResult<Response> {
    let Before { before, limit: asked } = call.query()?;
    let limit = limit(asked)?;
    let id = call.artifact(kind)?;
    let found = prompt::versions(&call.ctx, &call.project()?, &id, before, usize::from(limit) + 1).await?;
    answer::json(StatusCode::OK, &page(found, limit, |v| v.seq))
}

/// Not cached for good: the content of a version never changes, but whether it is yanked and where it is live does.
pub(crate) async fn version(call: Call, kind: Kind) -> AppResult<Response> {
    let (id, version) = (call.artifact(kind)?, call.param::<Version>("version")?);
    let found = prompt::version(&call.ctx, &call.project()?, &id, &version).await?;
    answer::tagged(&call.headers, &found)
}

pub(crate) async fn diff(call: Call, kind: Kind) -> AppResult<Response> {
    let asked: DiffInput = call.query()?;
    let found = prompt::diff(&call.ctx, &call.project()?, &call.artifact(kind)?, asked).await?;
    answer::json(StatusCode::OK, &found)
}

pub(crate) async fn dependents(call: Call, kind: Kind) -> AppResult<Response> {
    let asked: Named = call.query()?;
    let all = prompt::dependents(&call.ctx, &call.project()?, &call.artifact(kind)?).await?;
    answer::json(StatusCode::OK, &slice(all, &asked, |d| d.id.to_string())?)
}

pub(crate) async fn yank(call: Call, kind: Kind) -> AppResult<Response> {
    let (id, version) = (call.artifact(kind)?, call.param::<Version>("version")?);
    let found = prompt::yank(&call.ctx, &call.project()?, &id, &version, call.json()?).await?;
    answer::json(StatusCode::OK, &found)
}

pub(crate) async fn unyank(call: Call, kind: Kind) -> AppResult<Response> {
    let (id, version) = (call.artifact(kind)?, call.param::<Version>("version")?);
    let found = prompt::unyank(&call.ctx, &call.project()?, &id, &version, call.json()?).await?;
    answer::json(StatusCode::OK, &found)
}

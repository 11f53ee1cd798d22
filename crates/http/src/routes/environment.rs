//! Environments.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use cuelight_app::environment::{self, EnvironmentDetail};
use cuelight_app::{AppError, AppResult, Code};
use cuelight_core::environment::Policy;

use crate::answer;
use crate::call::Call;
use crate::page::{Before, Listing, limit, page};

pub(crate) async fn list(call: Call) -> AppResult<Response> {
    let items = environment::list(&call.ctx, &call.project()?).await?;
    answer::json(StatusCode::OK, &Listing { items, next: None })
}

pub(crate) async fn create(call: Call) -> AppResult<Response> {
    let created = environment::create(&call.ctx, &call.project()?, call.json()?).await?;
    show(StatusCode::CREATED, &created)
}

pub(crate) async fn get(call: Call) -> AppResult<Response> {
    let found = environment::get(&call.ctx, &call.project()?, &call.environment()?).await?;
    show(StatusCode::OK, &found)
}

pub(crate) async fn set_policy(call: Call) -> AppResult<Response> {
    let (project, name) = (call.project()?, call.environment()?);
    let policy: Policy = call.json()?;
    let revision = seen_revision(&call.headers)?;
    let found = environment::set_policy(&call.ctx, &project, &name, revision, policy).await?;
    show(StatusCode::OK, &found)
}

pub(crate) async fn generations(call: Call) -> AppResult<Response> {
    let Before { before, limit: asked } = call.query()?;
    let limit = limit(asked)?;
    let (project, name) = (call.project()?, call.environment()?);
    let found = environment::generations(&call.ctx, &project, &name, before, usize::from(limit) + 1).await?;
    answer::json(StatusCode::OK, &page(found, limit, |g| g.generation))
}

pub(crate) async fn generation(call: Call) -> AppResult<Response> {
    let (project, name) = (call.project()?, call.environment()?);
    let found = environment::generation(&call.ctx, &project, &name, call.param("generation")?).await?;
    answer::json(StatusCode::OK, &found)
}

fn show(status: StatusCode, found: &EnvironmentDetail) -> AppResult<Response> {
    let etag = format!("\"g{}-p{}\"", found.info.generation, found.info.policy_revision);
    let mut response = answer::json(status, found)?;
    answer::set(&mut response, header::ETAG, &etag)?;
    Ok(response)
}

/// The revision of the policy in `If-Match`. A release in between does not matter here, so the generation in the
/// ETag is not looked at.
fn seen_revision(headers: &HeaderMap) -> AppResult<u64> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Err(AppError::new(
            Code::PreconditionRequired,
            "setting a policy needs `If-Match` with the environment's ETag",
        ));
    };
    let tag = value.to_str().unwrap_or_default();
    // Compression makes the ETag weak; it still names the revision.
    let inner = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    let revision = inner.and_then(|t| t.strip_prefix('g')?.split_once("-p")?.1.parse().ok());
    revision.ok_or_else(|| {
        AppError::invalid(format!(
            "`If-Match: {tag}` is not the ETag of an environment, such as `\"g12-p3\"`"
        ))
    })
}

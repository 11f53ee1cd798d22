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
    show(StatusCode::CREATED, &created, call.ctx.app.epoch())
}

pub(crate) async fn get(call: Call) -> AppResult<Response> {
    let found = environment::get(&call.ctx, &call.project()?, &call.environment()?).await?;
    show(StatusCode::OK, &found, call.ctx.app.epoch())
}

pub(crate) async fn set_policy(call: Call) -> AppResult<Response> {
    let (project, name) = (call.project()?, call.environment()?);
    let policy: Policy = call.json()?;
    let revision = seen_revision(&call.headers, call.ctx.app.epoch())?;
    let found = environment::set_policy(&call.ctx, &project, &name, revision, policy).await?;
    show(StatusCode::OK, &found, call.ctx.app.epoch())
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

fn show(status: StatusCode, found: &EnvironmentDetail, epoch: u64) -> AppResult<Response> {
    // Numbers are given anew after a backup was restored, so from then on the recovery epoch stands before them.
    let epoch = match epoch {
        0 => String::new(),
        epoch => format!("e{epoch}-"),
    };
    let etag = format!("\"{epoch}g{}-p{}\"", found.info.generation, found.info.policy_revision);
    let mut response = answer::json(status, found)?;
    answer::set(&mut response, header::ETAG, &etag)?;
    Ok(response)
}

/// The revision of the policy in `If-Match`. A release in between does not matter here, so the generation in the
/// ETag is not looked at. One of another recovery epoch was given by a history that may be lost.
fn seen_revision(headers: &HeaderMap, now: u64) -> AppResult<u64> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Err(AppError::new(
            Code::PreconditionRequired,
            "setting a policy needs `If-Match` with the environment's ETag",
        ));
    };
    let tag = value.to_str().unwrap_or_default();
    // Compression makes the ETag weak; it still names the revision.
    let inner = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    let parts = inner.and_then(|t| {
        let (epoch, rest) = match t.strip_prefix('e') {
            Some(rest) => rest.split_once('-')?,
            None => ("0", t),
        };
        let revision = rest.strip_prefix('g')?.split_once("-p")?.1;
        Some((epoch.parse::<u64>().ok()?, revision.parse().ok()?))
    });
    match parts {
        Some((epoch, revision)) if epoch == now => Ok(revision),
        Some(_) => Err(AppError::new(
            Code::Stale,
            format!(
                "`If-Match: {tag}` is from before a backup was restored (recovery epoch {now}): look again"
            ),
        )),
        None => Err(AppError::invalid(format!(
            "`If-Match: {tag}` is not the ETag of an environment, such as `\"g12-p3\"`"
        ))),
    }
}

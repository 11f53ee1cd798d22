//! What is served, and what was.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use cuelight_app::node::{self, ClientId};
use cuelight_app::serve::at::{self, AtInput};
use cuelight_app::serve::resolve::ResolveInput;
use cuelight_app::serve::{bundle, feed, resolve};
use cuelight_app::{AppError, AppResult, Code};
use cuelight_artifact::{ArtifactName, EnvironmentName};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::call::Call;
use crate::feed::{EventId, Opening, follow};
use crate::{answer, coding, query, strict};

/// A bundle. Its form is described with the bundle format; clients verify each artifact against its digest.
#[derive(JsonSchema)]
#[schemars(rename = "Bundle")]
pub(crate) struct BundleText {
    /// Number of the format.
    #[schemars(rename = "format")]
    _format: u32,
    /// The project.
    #[schemars(rename = "project")]
    _project: cuelight_artifact::ProjectName,
    /// The environment.
    #[schemars(rename = "environment")]
    _environment: EnvironmentName,
    /// The generation; 0 before the first release.
    #[schemars(rename = "generation")]
    _generation: u64,
    /// The ledger entry that made it.
    #[schemars(rename = "seq")]
    _seq: u64,
    /// When that was, µs since 1970 UTC.
    #[schemars(rename = "at")]
    _at: i64,
    /// The prompts that are live, by name: version, digest, release, cue, overrides.
    #[schemars(rename = "prompts")]
    _prompts: serde_json::Map<String, serde_json::Value>,
    /// Every artifact named by a digest here, fragments included.
    #[schemars(rename = "artifacts")]
    _artifacts: serde_json::Map<String, serde_json::Value>,
}

/// Where a feed begins.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedQuery {
    /// As `Last-Event-ID`, for those who cannot send it; 0 for everything. Without either the feed begins with the
    /// present generation.
    #[serde(default)]
    #[schemars(with = "Option<String>", regex(pattern = r"^([0-9]+\.)?[0-9]+$"))]
    after: Option<EventId>,
    /// The id under which the client reports what it applied: it counts as connected while the feed is open.
    #[serde(default)]
    client: Option<ClientId>,
}

/// Asks what was live.
#[derive(JsonSchema)]
pub(crate) struct AtQuery {
    /// When, with its zone: `2026-03-15T14:47:00+01:00` or `2026-03-15T14:47[Europe/Berlin]`.
    #[schemars(rename = "time")]
    _time: String,
    /// Where.
    #[schemars(rename = "environment")]
    _environment: EnvironmentName,
    /// Which prompt; all of them when absent.
    #[schemars(rename = "prompt")]
    _prompt: Option<ArtifactName>,
}

pub(crate) async fn resolve(call: Call) -> AppResult<Response> {
    let asked = strict::parse_fields(&call.body, ResolveInput::from_fields)?;
    let found = resolve::resolve(&call.ctx, &call.project()?, asked).await?;
    answer::json(StatusCode::OK, &found)
}

pub(crate) async fn resolve_many(call: Call) -> AppResult<Response> {
    let found = resolve::resolve_many(&call.ctx, &call.project()?, call.json()?).await?;
    answer::json(StatusCode::OK, &found)
}

pub(crate) async fn bundle(call: Call) -> AppResult<Response> {
    let ready = bundle::bundle(&call.ctx, &call.project()?, &call.environment()?).await?;
    let plain = (ready.etag.as_str(), &ready.bytes);
    let gzip = (ready.gzip_etag.as_str(), &ready.gzip);
    let coded = coding::wants_gzip(&call.headers);
    let (first, second) = if coded { (gzip, plain) } else { (plain, gzip) };
    // Whoever has either form has the content, and keeps the tag of the form it has.
    let known = [first.0, second.0].into_iter().find(|etag| answer::matches_none(&call.headers, etag));
    let mut response = match known {
        Some(_) => answer::empty(StatusCode::NOT_MODIFIED),
        None => answer::with_type(StatusCode::OK, "application/json", answer::shared(Arc::clone(first.1))),
    };
    if known.is_none() && coded {
        answer::set(&mut response, header::CONTENT_ENCODING, "gzip")?;
    }
    if known.is_none() {
        response.extensions_mut().insert(answer::Exact);
    }
    answer::set(&mut response, header::ETAG, known.unwrap_or(first.0))?;
    answer::set(&mut response, header::VARY, "accept-encoding")?;
    answer::set(&mut response, header::CACHE_CONTROL, "private, no-cache")?;
    let generation = header::HeaderName::from_static("cuelight-generation");
    response.headers_mut().insert(generation, ready.generation.into());
    Ok(response)
}

pub(crate) async fn feed(call: Call) -> AppResult<Response> {
    let asked: FeedQuery = call.query()?;
    let after = last_event(&call.headers)?.or(asked.after).map(|id| id.after(&call.ctx.app));
    let (project, environment) = (call.project()?, call.environment()?);
    let opened = feed::open(&call.ctx, &project, &environment).await?;
    let permit = Arc::clone(&call.state.feeds).try_acquire_owned().map_err(|_| {
        AppError::new(
            Code::TooManyRequests,
            format!("the server keeps {} feeds open at a time, and all are taken", call.state.limits.feeds),
        )
    })?;
    let connected = asked.client.and_then(|c| node::connect(&call.ctx.app, &project, &environment, c));
    let opening = Opening {
        ctx: call.ctx,
        token: call.token,
        project,
        environment,
        news: opened.news,
        made: opened.made,
        stopping: call.state.stopping.clone(),
        recheck: call.state.limits.recheck,
        number: call.state.ids.number(),
        _permit: permit,
        _connected: connected,
    };
    let events = follow(opening, after).await?;
    let alive = KeepAlive::new().interval(call.state.limits.heartbeat).text("alive");
    Ok(Sse::new(events).keep_alive(alive).into_response())
}

pub(crate) async fn applied(call: Call) -> AppResult<Response> {
    node::applied(&call.ctx, &call.project()?, &call.environment()?, call.json()?).await?;
    Ok(answer::empty(StatusCode::NO_CONTENT))
}

pub(crate) async fn at(call: Call) -> AppResult<Response> {
    let mut pairs: std::collections::BTreeMap<String, String> =
        query::pairs(&call.uri)?.into_iter().collect();
    let lacking = |key: &str| AppError::invalid(format!("the query: `{key}` is missing"));
    let wrong = |key: &str, why: String| AppError::invalid(format!("the query: {key}: {why}"));
    pairs.remove("time");
    // An offset is written with a plus, and few people write it `%2B`.
    let time = query::plus_kept(&call.uri, "time")?.ok_or_else(|| lacking("time"))?;
    let environment = pairs.remove("environment").ok_or_else(|| lacking("environment"))?;
    let environment = environment.parse().map_err(|e| wrong("environment", format!("{e}")))?;
    let prompt = pairs.remove("prompt").map(|p| p.parse()).transpose();
    let prompt = prompt.map_err(|e: cuelight_artifact::NameError| wrong("prompt", e.to_string()))?;
    let input = AtInput { time, environment, prompt, attributes: pairs };
    let found = at::at(&call.ctx, &call.project()?, input).await?;
    answer::json(StatusCode::OK, &found)
}

fn last_event(headers: &HeaderMap) -> AppResult<Option<EventId>> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let id = value.to_str().unwrap_or_default().parse();
    id.map(Some).map_err(|e| AppError::invalid(format!("`Last-Event-ID`: {e}")))
}

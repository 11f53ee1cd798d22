//! The server itself: alive, ready, counted, described; and who is asking.

use std::fmt::Write as _;

use axum::http::StatusCode;
use axum::response::Response;
use cuelight_app::{AppError, AppResult, Code, environment, node, project, token};
use cuelight_core::rights::{Action, Resource, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::answer;
use crate::call::Call;
use crate::metrics::Now;
use crate::openapi::openapi;
use crate::state::HttpState;

const TEXT: &str = "text/plain; charset=utf-8";

/// Who holds the token, and how far it reaches.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct WhoAmI {
    /// The id that goes into the ledger, such as `token:3f0c…`.
    actor: String,
    /// What the token may do.
    scope: Scope,
}

pub(crate) async fn health() -> AppResult<Response> {
    Ok(answer::text(TEXT, "ok\n".into()))
}

pub(crate) async fn ready(state: HttpState) -> AppResult<Response> {
    if *state.stopping.borrow() {
        return Err(AppError::new(Code::Unavailable, "the server is about to end"));
    }
    let stale = state.app.node().stale_for(state.app.now());
    if let (Some(seconds), Some(most)) = (stale, state.limits.stale)
        && seconds >= most.as_secs()
    {
        let detail =
            format!("the database has not answered for {seconds} s; at most {} are allowed", most.as_secs());
        return Err(AppError::new(Code::Unavailable, detail));
    }
    state.app.ready().await.map_err(|error| {
        tracing::error!(detail = error.detail, "the server is not ready");
        AppError::new(Code::Unavailable, "the storage does not answer; the server's log says why")
    })?;
    let text = match stale {
        None => "ready\n".to_owned(),
        Some(seconds) => {
            format!("ready; the database has not answered for {seconds} s, what is known is served\n")
        }
    };
    Ok(answer::text(TEXT, text))
}

pub(crate) async fn nodes(call: Call) -> AppResult<Response> {
    answer::json(StatusCode::OK, &node::list(&call.ctx).await?)
}

pub(crate) async fn errors() -> AppResult<Response> {
    let mut text = String::from("The error codes of Cuelight: HTTP status, meaning, advice.\n");
    for code in Code::ALL {
        let (name, status, title, advice) = (code.as_str(), code.status(), code.title(), code.advice());
        let _infallible = write!(text, "\n{name} ({status})\n    {title}.\n    {advice}\n");
    }
    Ok(answer::text(TEXT, text))
}

pub(crate) async fn description() -> AppResult<Response> {
    answer::json(StatusCode::OK, &openapi())
}

pub(crate) async fn metrics(call: Call) -> AppResult<Response> {
    call.ctx.authorize(Action::ReadLedger, &Resource::Installation)?;
    let mut projects = Vec::new();
    for found in project::list(&call.ctx).await? {
        let environments = environment::list(&call.ctx, &found.name).await?;
        projects.push((found, environments));
    }
    let feeds = call.state.limits.feeds - call.state.feeds.available_permits();
    let app = &call.state.app;
    let at = app.now();
    let now = Now { at, feeds, projects, stale: app.node().stale_for(at), spreads: node::spreads(app) };
    Ok(answer::text("text/plain; version=0.0.4; charset=utf-8", call.state.metrics.print(&now)))
}

pub(crate) async fn whoami(call: Call) -> AppResult<Response> {
    let (actor, scope) = token::whoami(&call.ctx);
    answer::json(StatusCode::OK, &WhoAmI { actor, scope })
}

//! Error answers (RFC 9457, `application/problem+json`): the same form for everything that can go wrong.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use cuelight_app::{AppError, Code};
use cuelight_artifact::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The body of every error answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// Where the code is explained, relative to the server.
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of problem, in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here, with names and numbers.
    pub detail: String,
    /// One of a closed list; texts may be reworded, a code keeps its meaning.
    pub code: Code,
    /// What to do about it.
    pub advice: String,
    /// The request's id, as in the header `X-Request-Id` and in the server's log.
    pub instance: String,
    /// What would have to be provided, one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Findings in files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
}

impl Problem {
    /// The problem document of an error. What a bug says of itself stays in the server's log.
    pub(crate) fn of(error: &AppError, request_id: &str) -> Self {
        let detail = match error.code {
            Code::Internal => format!("the server's log has the cause under the request id {request_id}"),
            _ => error.detail.clone(),
        };
        Self {
            kind: format!("/errors#{}", error.code.as_str()),
            title: error.code.title().to_owned(),
            status: error.code.status(),
            detail,
            code: error.code,
            advice: error.code.advice().to_owned(),
            instance: request_id.to_owned(),
            missing: error.missing.clone(),
            diagnostics: error.diagnostics.clone(),
        }
    }
}

/// Whole seconds to wait, at least one.
fn seconds(wait: Option<Duration>) -> u64 {
    wait.map_or(1, |wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// The answer for an error.
pub(crate) fn respond(error: &AppError, request_id: &str) -> Response {
    if error.code.status() >= 500 {
        tracing::error!(request_id, code = error.code.as_str(), detail = error.detail, "a request failed");
    }
    let problem = Problem::of(error, request_id);
    let mut response = Response::new(Body::from(serde_json::to_vec(&problem).unwrap_or_default()));
    *response.status_mut() =
        StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    match error.code {
        Code::Unauthenticated => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Code::TooManyRequests | Code::Unavailable | Code::Overloaded => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds(error.wait)));
        }
        _ => {}
    }
    response
}

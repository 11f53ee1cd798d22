//! Browser sessions.

use axum::http::StatusCode;
use axum::response::Response;
use cuelight_app::{AppResult, session};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::answer;
use crate::call::Call;

/// A one-time link that opens the pages in a browser.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct SignInLink {
    /// What opens the session, once. Secret.
    pub code: String,
    /// Where to go with it, on this server.
    pub path: String,
    /// Until when.
    pub expires_at: String,
}

impl std::fmt::Debug for SignInLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignInLink(until {})", self.expires_at)
    }
}

pub(crate) async fn link(call: Call) -> AppResult<Response> {
    let made = session::own_link(&call.ctx).await?;
    // The code is base64 for addresses and needs no escaping.
    let path = format!("/sign-in/{}", made.code);
    let link = SignInLink { code: made.code, path, expires_at: made.expires_at };
    answer::json(StatusCode::CREATED, &link)
}

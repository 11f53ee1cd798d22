//! The API of one server, as a program calls it: connections are kept, every call ends.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// A caller.
#[derive(Clone)]
pub(crate) struct Api {
    url: String,
    token: String,
    client: Client,
    runtime: Arc<Runtime>,
}

/// What a server answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The status; none when there was no answer at all.
    pub(crate) status: Option<u16>,
    /// The body: JSON, or a text.
    pub(crate) body: Value,
    /// The header that says that the database is silent.
    pub(crate) stale: Option<u64>,
}

impl Api {
    pub(crate) fn new(url: &str, token: &str) -> Self {
        // Another part of this process may have chosen it already, and there is only one to choose.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        // The server closes a connection that rests for 65 s. This client notices nothing between two calls, since its
        // runtime stands still, and would send its next command into the closed one.
        let rest = Duration::from_secs(20);
        let client = Client::builder().timeout(Duration::from_secs(20)).pool_idle_timeout(rest).no_proxy();
        let client = client.build().expect("a client");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { url: url.into(), token: token.into(), client, runtime: Arc::new(runtime) }
    }

    /// From now on the server at this address.
    pub(crate) fn to(&mut self, url: &str) {
        url.clone_into(&mut self.url);
    }

    pub(crate) fn call(&self, method: Method, path: &str, body: Option<&Value>, key: Option<&str>) -> Answer {
        self.call_if(method, path, body, key, None)
    }

    /// The same, with an `If-Match`.
    pub(crate) fn call_if(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
        seen: Option<&str>,
    ) -> Answer {
        self.runtime.block_on(async {
            let mut request = self
                .client
                .request(method, format!("{}{path}", self.url))
                .header("authorization", format!("Bearer {}", self.token));
            if let Some(key) = key {
                request = request.header("idempotency-key", key);
            }
            if let Some(seen) = seen {
                request = request.header("if-match", seen);
            }
            if let Some(body) = body {
                request = request.header("content-type", "application/json").body(body.to_string());
            }
            let Ok(response) = request.send().await else {
                return Answer { status: None, body: Value::Null, stale: None };
            };
            let status = Some(response.status().as_u16());
            let stale = response.headers().get("cuelight-stale").and_then(|v| v.to_str().ok()?.parse().ok());
            // An answer that broke off is none.
            let Ok(text) = response.text().await else {
                return Answer { status: None, body: Value::Null, stale: None };
            };
            let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
            Answer { status, body, stale }
        })
    }

    /// An answer that is text.
    pub(crate) fn text(&self, path: &str) -> String {
        self.get(path).body.as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, None)
    }

    /// Opens a release in the project `acme`.
    pub(crate) fn release(&self, key: &str, body: &Value) -> Answer {
        self.call(Method::POST, "/api/v1/projects/acme/releases", Some(body), Some(key))
    }

    /// Resolves `support/answer`.
    pub(crate) fn resolve(&self) -> Answer {
        let body = json!({
            "environment": "development",
            "prompt": "support/answer",
            "inputs": { "question": "Where is my parcel?" },
        });
        self.call(Method::POST, "/api/v1/projects/acme/resolve", Some(&body), None)
    }

    /// The generation of development that this server serves.
    pub(crate) fn generation(&self) -> Option<u64> {
        let answer = self.resolve();
        (answer.status == Some(StatusCode::OK.as_u16())).then(|| answer.body["generation"].as_u64()).flatten()
    }

    /// All releases to development, oldest first.
    pub(crate) fn history(&self) -> Vec<Value> {
        let mut found: Vec<Value> = Vec::new();
        let mut before = String::new();
        loop {
            let path = format!("/api/v1/projects/acme/releases?environment=development&limit=200{before}");
            let page = self.get(&path);
            assert_eq!(page.status, Some(200), "{page:?}");
            let items = page.body["items"].as_array().cloned().unwrap_or_default();
            let Some(last) = items.last() else { break };
            before = format!("&before={}", last["release"]);
            found.extend(items);
        }
        found.reverse();
        found
    }
}

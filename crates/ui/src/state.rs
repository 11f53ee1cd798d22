//! What every request has at hand.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cuelight_app::App;
use tokio::sync::watch;

/// Where browsers reach the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    /// Scheme, host and port, such as `https://prompts.example.com`, without a slash at the end.
    origin: String,
}

/// An address that browsers cannot be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadAddress(pub String);

impl fmt::Display for BadAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not an address like `https://prompts.example.com`: scheme http or https, a host, perhaps a port, and nothing after it",
            self.0
        )
    }
}

impl std::error::Error for BadAddress {}

impl PublicAddress {
    /// Reads `https://host` or `http://host:port`.
    ///
    /// # Errors
    /// When there is something else, such as a path.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(text.to_owned());
        let trimmed = text.trim().trim_end_matches('/');
        let (scheme, host) = trimmed.split_once("://").ok_or_else(bad)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if !matches!(scheme, "http" | "https") || host.is_empty() || !host.chars().all(fits) {
            return Err(bad());
        }
        Ok(Self { origin: format!("{scheme}://{}", host.to_ascii_lowercase()) })
    }

    /// The origin, such as `https://prompts.example.com`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether browsers speak TLS with it, so that cookies can be bound to that.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// The port as written, or the scheme's.
    #[must_use]
    pub fn port(&self) -> &str {
        let host = self.origin.split_once("://").map_or("", |(_, host)| host);
        match host.rsplit_once(':') {
            Some((_, port)) if port.bytes().all(|b| b.is_ascii_digit()) => port,
            _ if self.is_secure() => "443",
            _ => "80",
        }
    }
}

/// What the pages need to know at their start.
pub struct Settings {
    /// The application.
    pub app: Arc<App>,
    /// Where browsers reach the server.
    pub address: PublicAddress,
    /// The files of the sample project, path to text.
    pub sample: BTreeMap<String, String>,
    /// Begins every request id, and should differ between starts.
    pub nonce: String,
    /// Turns true when the server is about to end; streams end then.
    pub stopping: watch::Receiver<bool>,
}

/// Shared by all requests.
#[derive(Clone)]
pub struct UiState(Arc<Inner>);

struct Inner {
    settings: Settings,
    requests: AtomicU64,
    streams: Arc<tokio::sync::Semaphore>,
}

/// Most open streams of live news.
const STREAMS: usize = 2_000;

impl UiState {
    /// The state of a server's pages.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let streams = Arc::new(tokio::sync::Semaphore::new(STREAMS));
        Self(Arc::new(Inner { settings, requests: AtomicU64::new(1), streams }))
    }

    /// The application.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.0.settings.app
    }

    /// Where browsers reach the server.
    #[must_use]
    pub fn address(&self) -> &PublicAddress {
        &self.0.settings.address
    }

    /// The files of the sample project.
    #[must_use]
    pub fn sample(&self) -> &BTreeMap<String, String> {
        &self.0.settings.sample
    }

    /// Turns true when the server is about to end.
    #[must_use]
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.0.settings.stopping.clone()
    }

    /// Permits for streams.
    pub(crate) fn streams(&self) -> Arc<tokio::sync::Semaphore> {
        Arc::clone(&self.0.streams)
    }

    /// An id for a request.
    pub(crate) fn request_id(&self) -> String {
        format!("{}-p{}", self.0.settings.nonce, self.0.requests.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests;

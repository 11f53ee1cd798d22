//! What every request has at hand.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::Method;
use cuelight_app::{App, AppError, AppResult, Aside, Buckets, Code, Guesses, Rate};
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
    streams: Streams,
    rates: Buckets,
    /// Cookies of sessions.
    cookies: Guesses,
    /// What is shown to sign in. Apart from cookies, so that those that have ended keep nobody from signing in.
    keys: Guesses,
    aside: Aside,
}

/// Most open streams of live news.
const STREAMS: usize = 2_000;
/// Most of them for one session.
const STREAMS_EACH: usize = 20;
/// How many pages one session may ask for. What it sends costs more.
const RATE: Rate = Rate { per_second: 100, burst: 500 };
/// How many secrets that do not hold one address may show, as for tokens at the API.
const FAILURES: Rate = Rate { per_second: 1, burst: 30 };
/// What sending a form costs, in pages.
const FORM: u32 = 5;
/// Most sessions told apart.
const SESSIONS: usize = 65_536;
/// Most pages drawn at the same time. Others wait for them.
const PAGES: usize = 16;

impl UiState {
    /// The state of a server's pages.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(Inner {
            settings,
            requests: AtomicU64::new(1),
            streams: Streams::default(),
            rates: Buckets::new(RATE, SESSIONS),
            cookies: Guesses::new(FAILURES, SESSIONS, ("session", "sessions")),
            keys: Guesses::new(FAILURES, SESSIONS, ("link or token", "links and tokens")),
            aside: Aside::new(PAGES),
        }))
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

    /// A place among the open streams, for this session.
    ///
    /// # Errors
    /// `too_many_requests` naming the rule.
    pub(crate) fn stream(&self, session: &str) -> AppResult<StreamPlace> {
        let number = self.0.requests.fetch_add(1, Ordering::Relaxed);
        self.0.streams.enter(session, number)
    }

    /// Pays for one request of a session.
    ///
    /// # Errors
    /// `too_many_requests` naming the rule.
    pub(crate) fn pay(&self, session: &str, method: &Method) -> AppResult<()> {
        let cost = if *method == Method::POST { FORM } else { 1 };
        self.0.rates.take(session, cost, tokio::time::Instant::now()).map_err(|wait| {
            let Rate { per_second, burst } = RATE;
            let rule = format!(
                "one browser session may ask for {per_second} pages a second, and {burst} at once after a rest; a form \
                 counts as {FORM}"
            );
            AppError::new(Code::TooManyRequests, rule).wait(wait)
        })
    }

    /// Counts cookies that do not hold.
    pub(crate) fn cookies(&self) -> &Guesses {
        &self.0.cookies
    }

    /// Counts links, codes and tokens that open no session.
    pub(crate) fn keys(&self) -> &Guesses {
        &self.0.keys
    }

    /// Draws a page aside from the threads that answer everybody.
    ///
    /// # Errors
    /// `internal` when it panics.
    pub(crate) async fn aside<T: Send + 'static>(
        &self,
        page: impl Future<Output = T> + Send + 'static,
    ) -> AppResult<T> {
        self.0.aside.run(page).await
    }

    /// An id for a request.
    pub(crate) fn request_id(&self) -> String {
        format!("{}-p{}", self.0.settings.nonce, self.0.requests.fetch_add(1, Ordering::Relaxed))
    }
}

/// Open streams of live news, by session.
#[derive(Debug, Clone, Default)]
struct Streams(Arc<Mutex<HashMap<String, usize>>>);

/// A place among the open streams; free again once it is dropped.
#[derive(Debug)]
pub(crate) struct StreamPlace {
    streams: Streams,
    session: String,
    /// A number of its own, to spread browsers that come back.
    pub(crate) number: u64,
}

impl Streams {
    fn enter(&self, session: &str, number: u64) -> AppResult<StreamPlace> {
        let full = |rule: String| Err(AppError::new(Code::TooManyRequests, rule));
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.values().sum::<usize>() >= STREAMS {
            return full(format!("{STREAMS} pages follow what happens; this one does not, but works"));
        }
        let own = open.entry(session.to_owned()).or_default();
        if *own >= STREAMS_EACH {
            return full(format!(
                "{STREAMS_EACH} pages of this browser follow what happens; this one does not, but works"
            ));
        }
        *own += 1;
        Ok(StreamPlace { streams: self.clone(), session: session.to_owned(), number })
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.session) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests;

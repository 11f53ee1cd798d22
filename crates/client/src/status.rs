//! How the client is, for the application's own health page.

use std::time::Duration;

use serde::Serialize;

use crate::answer::Source;
use crate::pin::Pin;

/// How the client is at one moment. All times are of this machine's monotonic clock, in milliseconds in JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// What is served; none before there is anything.
    pub serving: Option<Serving>,
    /// How the server is reached.
    pub connection: Connection,
    /// How long ago the server last said that this generation is the newest; none if not since the start.
    #[serde(rename = "confirmed_ms", serialize_with = "millis")]
    pub confirmed: Option<Duration>,
    /// The server said that its own database has been away for so many seconds, so that its newest may be old.
    pub stale_seconds: Option<u64>,
    /// The newest trouble.
    pub last_error: Option<LastError>,
    /// How many bundles of the server were refused.
    pub refused: u64,
    /// Why the copy on disk could not be used or written, until it can.
    pub disk_error: Option<String>,
    /// The generations that pins can come back to, the newest first.
    pub held: Vec<Pin>,
    /// Generations applied since the start, also those from disk and from the application itself.
    pub applied: u64,
}

/// What is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Serving {
    /// The generation and the digest of its bundle.
    pub pin: Pin,
    /// Where it came from.
    pub source: Source,
    /// When it was decided, µs since 1970 UTC, by the server's clock.
    pub at: i64,
    /// How many prompts are live and may be served.
    pub prompts: usize,
}

/// How the server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// Not tried yet.
    Starting,
    /// The feed is open: new generations come at once.
    Feed,
    /// The feed cannot be had: the server is asked again and again.
    Polling,
    /// The server cannot be reached, or does not let us in.
    Away,
}

/// The newest trouble.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastError {
    /// What kind.
    pub kind: Trouble,
    /// What happened.
    pub message: String,
    /// How long ago it happened last.
    #[serde(rename = "ago_ms", serialize_with = "millis_of")]
    pub ago: Duration,
    /// Whether all was well again since.
    pub over: bool,
}

/// Kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// No connection, or it broke.
    Unreachable,
    /// No answer, or no heartbeat, in time.
    TimedOut,
    /// The token is not valid, or may not see this environment.
    Denied,
    /// The server answered with an error.
    Server,
    /// The answer is not one of a Cuelight server.
    BadAnswer,
    /// A bundle was refused.
    BadBundle,
    /// A bundle was refused because of the lockfile.
    Locked,
    /// The server has an older generation than what is served.
    Behind,
    /// The client itself cannot work.
    Internal,
}

fn millis<S: serde::Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(whole).serialize(serializer)
}

fn millis_of<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    whole(*time).serialize(serializer)
}

fn whole(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

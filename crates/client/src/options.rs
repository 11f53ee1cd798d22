//! What a client is told at its start.

use std::path::PathBuf;
use std::time::Duration;

use crate::token::Token;

/// What a client is told at its start. [`Options::new`] has what is needed; the rest has defaults:
///
/// ```
/// # use cuelight_client::Options;
/// let options = Options {
///     disk: Some("/var/lib/desk/cuelight".into()),
///     ..Options::new("https://prompts.example.com", "acme", "production", "cl_…")
/// };
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    /// The server: `https://host`, `http://host:port`, with a path if it stands behind one.
    pub server: String,
    /// The project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The token; the role `serve` for this environment is enough.
    pub token: Token,
    /// How long [`Client::start`](crate::Client::start) may wait for the server. It waits shorter when the first
    /// attempt has ended and there is something to serve. Zero by default: it returns at once.
    pub wait: Duration,
    /// A folder for the copy on disk; made if need be. Only the application should be able to write into it. None by
    /// default: no copy.
    pub disk: Option<PathBuf>,
    /// A bundle built into the application (`include_bytes!`): the answer of `GET …/bundle`, saved earlier. What is
    /// served until there is something newer.
    pub built_in: Option<&'static [u8]>,
    /// The text of a `prompts.lock`: the client is locked to it. Of a prompt that it names nothing is served but the
    /// digest it names, and a prompt that it does not name is not served.
    pub lock: Option<String>,
    /// The name under which the client reports what it applied, 1 to 64 of `A-Z a-z 0-9 . _ -`. By default `rust-`
    /// and 16 random hexadecimal digits.
    pub name: Option<String>,
    /// Certificates (PEM) that the server's must be signed by, for a private authority. By default those of the
    /// system.
    pub roots: Option<Vec<u8>>,
    /// How much of the past is held for pins.
    pub keep: Keep,
    /// Times.
    pub pace: Pace,
    /// Largest bundle that is accepted, in bytes. 64 MiB by default.
    pub max_bundle: usize,
}

impl Options {
    /// Options with defaults for everything that has one.
    #[must_use]
    pub fn new(server: &str, project: &str, environment: &str, token: impl Into<Token>) -> Self {
        Self {
            server: server.to_owned(),
            project: project.to_owned(),
            environment: environment.to_owned(),
            token: token.into(),
            wait: Duration::ZERO,
            disk: None,
            built_in: None,
            lock: None,
            name: None,
            roots: None,
            keep: Keep::default(),
            pace: Pace::default(),
            max_bundle: 64 * 1024 * 1024,
        }
    }
}

/// How much of the past is held for pins, beside the newest generation. Whatever comes first ends it; the oldest go
/// first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Most generations. 8 by default.
    pub generations: usize,
    /// Most bytes, counted as bundles. 64 MiB by default.
    pub bytes: usize,
}

impl Default for Keep {
    fn default() -> Self {
        Self { generations: 8, bytes: 64 * 1024 * 1024 }
    }
}

/// Times. The defaults suit servers; tests shorten them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Longest time until a connection stands, its encryption included. 5 s.
    pub connect: Duration,
    /// Longest time for one answer, a whole bundle included. 30 s.
    pub answer: Duration,
    /// Longest silence of the feed; the server's heartbeat comes every 15 s. 45 s.
    pub silence: Duration,
    /// How often the server is asked whether the bundle is current although the feed says nothing. Going past it also
    /// finds what the feed does not tell, such as a version that was yanked as unsafe. 60 s.
    pub refresh: Duration,
    /// Shortest pause after a failure; the feed's `retry:` is used instead once it has come. 500 ms.
    pub pause: Duration,
    /// Longest pause after failures, and how often is polled while the feed cannot be had. Up to half of every pause
    /// is added at random. 15 s.
    pub poll: Duration,
    /// How long the server must insist on an older generation before it is taken: long enough for a node that lags
    /// behind, short enough for an installation that was restored from a backup. 60 s.
    pub regress: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            silence: Duration::from_secs(45),
            refresh: Duration::from_secs(60),
            pause: Duration::from_millis(500),
            poll: Duration::from_secs(15),
            regress: Duration::from_secs(60),
        }
    }
}

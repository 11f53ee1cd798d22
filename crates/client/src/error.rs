//! What can go wrong, in three closed lists: at the start, with a bundle, with a question.

use cuelight_artifact::{ArtifactName, Digest, EnvironmentName, NameError, ProjectName};
use cuelight_render::RenderError;
use semver::Version;

use crate::pin::Pin;

/// Why a client cannot start. Every one of them is a mistake in the options; a server that is away is none.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The server's address.
    #[error("the server's address {0}; write it like `https://prompts.example.com`")]
    Address(String),
    /// The token.
    #[error("the token is empty or holds characters that no token has")]
    Token,
    /// The name of the project or the environment.
    #[error("the {what}: {error}")]
    Name {
        /// Which of the two.
        what: &'static str,
        /// What is wrong with it.
        error: NameError,
    },
    /// The client's own name.
    #[error("the client's name has 1 to 64 of the characters A-Z a-z 0-9 . _ -")]
    ClientName,
    /// The lockfile.
    #[error("the lockfile cannot be read: {0}")]
    Lock(String),
    /// The bundle built into the application.
    #[error("the bundle built into the application cannot be used: {0}")]
    BuiltIn(#[source] Refusal),
    /// Certificates.
    #[error("encryption cannot be set up: {0}")]
    Tls(String),
    /// No thread.
    #[error("no thread could be started: {0}")]
    Thread(#[source] std::io::Error),
}

/// Why a bundle is not applied. Whatever was served before goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Larger than allowed.
    #[error("the bundle has more than {0} bytes, which is what this client accepts")]
    TooLarge(usize),
    /// The bytes are not those that were sent or written.
    #[error("the bundle's bytes have the digest {found}, and {expected} was announced")]
    Changed {
        /// What was announced.
        expected: Digest,
        /// What came.
        found: Digest,
    },
    /// Not a bundle.
    #[error("this is not a bundle: {0}")]
    Unreadable(String),
    /// Another format.
    #[error("the bundle has format {0}, and this client reads format 1; update the client")]
    Format(u32),
    /// Somebody else's.
    #[error("the bundle is of `{project}`, `{environment}`, which is not what was asked for")]
    Other {
        /// Its project.
        project: ProjectName,
        /// Its environment.
        environment: EnvironmentName,
    },
    /// An artifact is not what its digest says.
    #[error("the content under {0} has another digest")]
    Damaged(Digest),
    /// An artifact is not there, or is not the prompt it stands for.
    #[error("`{prompt}` has no content under {digest}")]
    Missing {
        /// Whose.
        prompt: ArtifactName,
        /// Which.
        digest: Digest,
    },
    /// A template does not compile.
    #[error("`{prompt}` does not compile: {why}")]
    Template {
        /// Which prompt.
        prompt: ArtifactName,
        /// The first finding.
        why: String,
    },
    /// The client is locked, and this is not what its lockfile names.
    #[error("`{prompt}`{over} has {digest}, which prompts.lock does not name; nothing of this bundle is served", over = .over.as_ref().map(|o| format!(" (override `{o}`)")).unwrap_or_default())]
    Foreign {
        /// Which prompt.
        prompt: ArtifactName,
        /// Which override of it, if it is one.
        over: Option<String>,
        /// What would have been served.
        digest: Digest,
    },
    /// Older than what is served.
    #[error(
        "the server has generation {offered}, and {held} is served here already; it is taken if the server stays with it"
    )]
    Older {
        /// The server's.
        offered: u64,
        /// Ours.
        held: u64,
    },
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing was ever applied.
    #[error("there is nothing to serve yet{}", .0.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    NotReady(
        /// The newest trouble, if there was one.
        Option<String>,
    ),
    /// The prompt's name is none.
    #[error("`{name}` is not a prompt's name: {error}")]
    Name {
        /// What was asked for.
        name: String,
        /// What is wrong with it.
        error: NameError,
    },
    /// The prompt is not live.
    #[error("`{prompt}` is not live in `{environment}` (generation {generation})")]
    NotReleased {
        /// Which prompt.
        prompt: ArtifactName,
        /// Where.
        environment: EnvironmentName,
        /// When.
        generation: u64,
    },
    /// The client is locked to a `prompts.lock` that does not name the prompt.
    #[error("`{0}` is not in the prompts.lock that this client is locked to")]
    NotLocked(ArtifactName),
    /// The version was yanked as unsafe.
    #[error("{prompt} {version} was yanked as unsafe")]
    Blocked {
        /// Which prompt.
        prompt: ArtifactName,
        /// Which version.
        version: Version,
    },
    /// The inputs do not fit.
    #[error("{}", .0.join("; "))]
    Inputs(
        /// One line for each violation.
        Vec<String>,
    ),
    /// Rendering failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The pinned generation is not held any more. [`Client::now`](crate::Client::now) goes on with the newest.
    #[error(
        "generation {} ({}) is not held any more{}", .pin.generation, .pin.digest,
        .newest.map(|n| format!("; the newest is {n}")).unwrap_or_default()
    )]
    PinGone {
        /// The pin.
        pin: Pin,
        /// The newest generation, if there is one.
        newest: Option<u64>,
    },
}

impl Error {
    /// The same code the server would answer with, or one of the client's own: `not_ready`, `not_locked`, `pin_gone`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotReady(_) => "not_ready",
            Self::Name { .. } => "invalid_request",
            Self::NotReleased { .. } => "not_released",
            Self::NotLocked(_) => "not_locked",
            Self::Blocked { .. } => "version_blocked",
            Self::Inputs(_) => "inputs_invalid",
            Self::Render(_) => "render_failed",
            Self::PinGone { .. } => "pin_gone",
        }
    }
}

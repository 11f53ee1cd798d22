//! The error of every operation: a code from the table, a text for this occurrence, and what is missing.

use std::fmt;
use std::time::Duration;

use cuelight_artifact::Diagnostic;
use cuelight_core::Refusal;
use cuelight_core::installation::InstallationRefusal;
use cuelight_core::rights::Denied;
use cuelight_store::StoreError;

use crate::code::Code;
use crate::ports::EntropyError;

/// Why an operation did not happen. Nothing was changed, unless the code is `timeout` or `unavailable`; then a
/// retry with the same idempotency key tells.
#[derive(Debug, Clone, PartialEq)]
pub struct AppError {
    /// Which of the closed list.
    pub code: Code,
    /// What happened here, with names and numbers.
    pub detail: String,
    /// What would have to be provided, one line each.
    pub missing: Vec<String>,
    /// Findings in files.
    pub diagnostics: Vec<Diagnostic>,
    /// How long to wait before it may work, where that is known.
    pub wait: Option<Duration>,
}

/// What every operation returns.
pub type AppResult<T> = Result<T, AppError>;

impl AppError {
    /// An error with a code and a text.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), missing: Vec::new(), diagnostics: Vec::new(), wait: None }
    }

    /// The request is not of the documented form.
    #[must_use]
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequest, detail)
    }

    /// A bug: something that cannot be, is.
    #[must_use]
    pub fn internal(detail: impl fmt::Display) -> Self {
        Self::new(Code::Internal, detail.to_string())
    }

    /// Adds what is missing.
    #[must_use]
    pub fn missing(mut self, missing: Vec<String>) -> Self {
        self.missing = missing;
        self
    }

    /// Adds how long to wait.
    #[must_use]
    pub const fn wait(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }

    /// Adds findings.
    #[must_use]
    pub fn diagnostics(mut self, diagnostics: Vec<Diagnostic>) -> Self {
        self.diagnostics = diagnostics;
        self
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.title(), self.detail)
    }
}

impl std::error::Error for AppError {}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        let code = match &refusal {
            Refusal::ProjectNotOpen | Refusal::ProjectAlreadyOpen | Refusal::BadVersion { .. } => {
                Code::Internal
            }
            Refusal::UnknownEnvironment(_) => Code::UnknownEnvironment,
            Refusal::EnvironmentExists(_) => Code::Exists,
            Refusal::UnknownArtifact(_) => Code::UnknownArtifact,
            Refusal::UnknownVersion { .. } => Code::UnknownVersion,
            Refusal::UnknownGeneration { .. } => Code::UnknownGeneration,
            Refusal::UnknownRelease(_) => Code::UnknownRelease,
            Refusal::StalePlan { .. } => Code::StalePlan,
            Refusal::StaleGeneration { .. } | Refusal::StalePolicy { .. } => Code::Stale,
            Refusal::NothingToChange(_) | Refusal::AlreadySo { .. } => Code::NothingToChange,
            Refusal::PolicyUnsatisfied { .. } => Code::PolicyUnsatisfied,
            Refusal::BadSlot { .. } => Code::BadRelease,
            Refusal::ReleaseNotCurrent { .. } => Code::ReleaseNotCurrent,
            Refusal::NothingBefore { .. } => Code::NothingBefore,
        };
        let missing = match &refusal {
            Refusal::PolicyUnsatisfied { missing, .. } => missing.clone(),
            _ => Vec::new(),
        };
        Self::new(code, refusal.to_string()).missing(missing)
    }
}

impl From<InstallationRefusal> for AppError {
    fn from(refusal: InstallationRefusal) -> Self {
        let code = match &refusal {
            InstallationRefusal::AlreadyOpen | InstallationRefusal::NotOpen => Code::Internal,
            InstallationRefusal::ProjectExists(_) | InstallationRefusal::TokenExists(_) => Code::Exists,
            InstallationRefusal::UnknownToken(_) => Code::UnknownToken,
            InstallationRefusal::TokenRevoked(_) | InstallationRefusal::RecoveryRecorded(_) => {
                Code::NothingToChange
            }
        };
        Self::new(code, refusal.to_string())
    }
}

impl From<Denied> for AppError {
    fn from(denied: Denied) -> Self {
        let code = match denied {
            // To the holder of this token the project does not exist.
            Denied::Project => Code::UnknownProject,
            Denied::Environment | Denied::Action(_) => Code::Forbidden,
        };
        Self::new(code, denied.to_string())
    }
}

impl From<EntropyError> for AppError {
    fn from(error: EntropyError) -> Self {
        Self::new(Code::Unavailable, error.to_string())
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Corrupt { .. } => Code::Corrupt,
            StoreError::Full { .. } => Code::Full,
            _ => Code::Unavailable,
        };
        Self::new(code, error.to_string())
    }
}

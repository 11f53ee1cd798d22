//! The error of every command: a code, what happened, what is missing, how to mend it.

mod local;

pub use local::LocalCode;

use std::io;
use std::ops::{Deref, DerefMut};
use std::path::Path;

use cuelight_app::{AppError, Code};
use cuelight_artifact::Diagnostic;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::exit::Exit;

/// What a command hands back: how it ended, and its answer for `--json`.
pub type Done = Result<Outcome, Failure>;

/// A command that worked.
#[derive(Debug)]
pub struct Outcome {
    /// Fine, changes, or a failed check that is part of the answer.
    pub exit: Exit,
    /// The answer in the form `--json` prints.
    pub result: Value,
}

impl Outcome {
    /// Exit code 0, with an answer.
    pub fn fine<T: Serialize>(result: &T) -> Done {
        Self::exit(Exit::Fine, result)
    }

    /// An exit code of its own, with an answer.
    pub fn exit<T: Serialize>(exit: Exit, result: &T) -> Done {
        let result = serde_json::to_value(result)
            .map_err(|e| Failure::new(LocalCode::Internal, format!("the answer has no JSON form: {e}")))?;
        Ok(Self { exit, result })
    }
}

/// A command that did not. Boxed, because it is in every result and seldom there.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure(Box<Facts>);

/// What there is to say about a failure.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// A code of the server's table or of [`LocalCode`].
    pub code: String,
    /// What the code means, whatever the occurrence.
    pub title: &'static str,
    /// The exit code.
    pub exit: u8,
    /// What happened, with names and numbers.
    pub detail: String,
    /// What would have to be provided, one line each.
    pub missing: Vec<String>,
    /// What to do.
    pub fix: String,
    /// Findings in files.
    pub diagnostics: Vec<Diagnostic>,
    /// The server's id of the request, to find it in its log.
    pub request: Option<String>,
}

impl Deref for Failure {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl DerefMut for Failure {
    fn deref_mut(&mut self) -> &mut Facts {
        &mut self.0
    }
}

/// An RFC 9457 problem as the server sends it.
#[derive(Debug, Deserialize)]
struct Problem {
    code: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    diagnostics: Vec<Diagnostic>,
    #[serde(default)]
    instance: Option<String>,
}

impl Failure {
    /// A failure of the command line itself.
    pub fn new(code: LocalCode, detail: impl Into<String>) -> Self {
        Self(Box::new(Facts {
            code: code.as_str().into(),
            title: code.title(),
            exit: code.exit().code(),
            detail: detail.into(),
            missing: Vec::new(),
            fix: code.advice().into(),
            diagnostics: Vec::new(),
            request: None,
        }))
    }

    /// Arguments that contradict each other or the world.
    pub fn usage(detail: impl Into<String>) -> Self {
        Self::new(LocalCode::Usage, detail)
    }

    /// A file or folder that cannot be read or written.
    pub fn io(doing: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(LocalCode::Io, format!("cannot {doing} `{}`: {error}", path.display()))
    }

    /// Another advice than the code's own.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// Findings in files.
    #[must_use]
    pub fn diagnostics(mut self, found: Vec<Diagnostic>) -> Self {
        self.diagnostics = found;
        self
    }

    /// Whether it is this code of the server's table.
    pub fn is(&self, code: Code) -> bool {
        self.code == code.as_str()
    }

    /// The body of an answer with an error status, if it is a problem of ours.
    pub fn from_problem(body: &[u8]) -> Option<Self> {
        let problem: Problem = serde_json::from_slice(body).ok()?;
        let code = Code::ALL.iter().copied().find(|c| c.as_str() == problem.code);
        Some(Self(Box::new(Facts {
            // A newer server may know codes that this binary does not.
            exit: code.map_or(Exit::Error.code(), Code::exit),
            fix: code.map_or("", Code::advice).into(),
            detail: if problem.detail.is_empty() {
                code.map_or("", Code::title).into()
            } else {
                problem.detail
            },
            title: code.map_or("The server refuses this", Code::title),
            code: problem.code,
            missing: problem.missing,
            diagnostics: problem.diagnostics,
            request: problem.instance,
        })))
    }

    /// The form `--json` prints.
    pub fn to_json(&self) -> Value {
        json!({
            "code": self.code,
            "detail": self.detail,
            "missing": self.missing,
            "fix": self.fix,
            "diagnostics": self.diagnostics,
            "request": self.request,
        })
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self(Box::new(Facts {
            code: error.code.as_str().into(),
            title: error.code.title(),
            exit: error.code.exit(),
            detail: error.detail,
            missing: error.missing,
            fix: error.code.advice().into(),
            diagnostics: error.diagnostics,
            request: None,
        }))
    }
}

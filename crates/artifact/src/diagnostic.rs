//! What a check found: which rule, where, what is wrong, how to mend it. Every face prints the same thing.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::Rule;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Must be mended before the artifact can be published.
    Error,
    /// Worth a look; does not stop anything.
    Warning,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnostic {
    /// Stable id of the rule, such as `CL-T-003`; each has a page in `docs/rules.md`.
    pub rule: String,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, with the offending value.
    pub message: String,
    /// The file, relative to the workspace, with `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line in that file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in that line in characters, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The artifact concerned, such as `prompt:sales/qualify-lead`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<String>,
    /// The field concerned, such as `model.params.temperature`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

impl Diagnostic {
    /// An error under `rule`.
    #[must_use]
    pub fn error(rule: &Rule, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Error, message.into())
    }

    /// A warning under `rule`.
    #[must_use]
    pub fn warning(rule: &Rule, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Warning, message.into())
    }

    fn new(rule: &Rule, severity: Severity, message: String) -> Self {
        Self {
            rule: rule.id.to_owned(),
            severity,
            message,
            file: None,
            line: None,
            column: None,
            artifact: None,
            path: None,
            fix: None,
        }
    }

    /// Adds the file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Adds line and column, both from 1.
    #[must_use]
    pub const fn at(mut self, line: u32, column: u32) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// Adds the artifact.
    #[must_use]
    pub fn of(mut self, artifact: &impl fmt::Display) -> Self {
        self.artifact = Some(artifact.to_string());
        self
    }

    /// Adds the field.
    #[must_use]
    pub fn on(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    /// One line: `file:line:column: error[CL-T-003] message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line, self.column) {
            (Some(file), Some(line), Some(column)) => write!(f, "{file}:{line}:{column}: ")?,
            (Some(file), Some(line), None) => write!(f, "{file}:{line}: ")?,
            (Some(file), ..) => write!(f, "{file}: ")?,
            (None, ..) => {
                if let Some(artifact) = &self.artifact {
                    write!(f, "{artifact}: ")?;
                }
            }
        }
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{word}[{}] {}", self.rule, self.message)
    }
}

/// Whether any finding is an error.
#[must_use]
pub fn has_errors(found: &[Diagnostic]) -> bool {
    found.iter().any(|d| d.severity == Severity::Error)
}

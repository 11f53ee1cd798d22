//! Who asks, under which request, and what they may do.

use std::sync::Arc;

use cuelight_artifact::{Digest, EnvironmentName, ProjectName};
use cuelight_core::ledger::{Actor, CommandId};
use cuelight_core::rights::{self, Action, Denied, Resource, Scope};
use serde::Serialize;

use crate::app::App;
use crate::code::Code;
use crate::error::{AppError, AppResult};

/// The context of one call. Every operation takes it first.
#[derive(Clone)]
pub struct Ctx {
    /// The application.
    pub app: Arc<App>,
    /// Who asks and how far they reach.
    pub principal: Principal,
    /// An id for logs and error answers.
    pub request_id: String,
    /// The idempotency key, for writes.
    pub command: Option<CommandId>,
}

/// Somebody who was recognised.
#[derive(Debug, Clone, PartialEq)]
pub struct Principal {
    /// The id that goes into the ledger.
    pub actor: Actor,
    /// What they may do.
    pub scope: Arc<Scope>,
}

/// Proof that an action on a resource was permitted. Only [`Ctx::authorize`] makes one; what writes takes one.
#[derive(Debug)]
pub struct Permit {
    action: Action,
    project: Option<ProjectName>,
}

impl Permit {
    /// What was permitted.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Where.
    #[must_use]
    pub const fn project(&self) -> Option<&ProjectName> {
        self.project.as_ref()
    }
}

impl Ctx {
    /// Permission to do `action` on `resource`.
    ///
    /// # Errors
    /// `forbidden`, or `unknown_project` when the token does not reach the project at all.
    pub fn authorize(&self, action: Action, resource: &Resource<'_>) -> AppResult<Permit> {
        self.check(action, resource)?;
        Ok(Permit { action, project: resource.project().cloned() })
    }

    /// As [`Ctx::authorize`], for reads that need no proof of it.
    ///
    /// # Errors
    /// As [`Ctx::authorize`].
    pub fn check(&self, action: Action, resource: &Resource<'_>) -> AppResult<()> {
        rights::allows(&self.principal.scope, action, resource).map_err(|denied| match denied {
            Denied::Project => {
                let name = resource.project().map(ToString::to_string).unwrap_or_default();
                AppError::new(Code::UnknownProject, format!("there is no project `{name}`"))
            }
            other => other.into(),
        })
    }

    /// Permission on a project as a whole.
    ///
    /// # Errors
    /// As [`Ctx::authorize`].
    pub fn on_project(&self, action: Action, project: &ProjectName) -> AppResult<Permit> {
        self.authorize(action, &Resource::Project(project))
    }

    /// Permission on one environment.
    ///
    /// # Errors
    /// As [`Ctx::authorize`].
    pub fn on_environment(
        &self,
        action: Action,
        project: &ProjectName,
        environment: &EnvironmentName,
    ) -> AppResult<Permit> {
        self.authorize(action, &Resource::Environment(project, environment))
    }

    /// Whether the reader may see something of this environment; lists are filtered with it.
    #[must_use]
    pub fn sees(&self, action: Action, project: &ProjectName, environment: &EnvironmentName) -> bool {
        rights::allows(&self.principal.scope, action, &Resource::Environment(project, environment)).is_ok()
    }

    /// The idempotency key of a write.
    ///
    /// # Errors
    /// `idempotency_key_missing`; `recovery_needed` while nothing can be written.
    pub fn command(&self) -> AppResult<CommandId> {
        self.app.check_writable()?;
        self.recovery_command()
    }

    /// As [`Ctx::command`], for what makes writes possible again.
    ///
    /// # Errors
    /// `idempotency_key_missing`.
    pub(crate) fn recovery_command(&self) -> AppResult<CommandId> {
        self.command.clone().ok_or_else(|| {
            AppError::new(
                Code::IdempotencyKeyMissing,
                "this request changes something and has no Idempotency-Key",
            )
        })
    }
}

/// A digest of what a command asks and who asks it, to recognise a key that is used for something else.
///
/// # Errors
/// `internal` when the input has no JSON form.
pub fn fingerprint<T: Serialize>(operation: &str, actor: &Actor, input: &T) -> AppResult<Digest> {
    let input = serde_json::to_value(input).map_err(AppError::internal)?;
    Digest::of_canonical(&(operation, actor.to_string(), input)).map_err(AppError::internal)
}

//! One request, as a page sees it.

use std::net::IpAddr;
use std::str::FromStr;

use cuelight_app::{AppError, AppResult, Code, Ctx};
use cuelight_artifact::{Digest, EnvironmentName, ProjectName};
use cuelight_core::rights::{Action, Resource, Role, allows};

use crate::fields::Fields;
use crate::say;
use crate::state::UiState;
use crate::viewer::Viewer;

/// A file that was sent with a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Path within the folder that was chosen, or its name.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The secret of a session. It is never printed.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) String);

/// Whether a button would work for this viewer, and if not, what to say beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum May {
    /// It would.
    Yes,
    /// It would not.
    No {
        /// What is missing, as a sentence.
        why: String,
        /// Who can do it, as a sentence.
        who: String,
    },
}

impl May {
    /// Whether it would work.
    #[must_use]
    pub const fn yes(&self) -> bool {
        matches!(self, Self::Yes)
    }
}

/// One request.
pub struct Call {
    /// What the server has.
    pub state: UiState,
    /// Who asks; for an open address without a session, somebody who may do nothing.
    pub ctx: Ctx,
    /// Who looks, and how they like it.
    pub viewer: Viewer,
    /// What follows `?`.
    pub query: Fields,
    /// What a form sent.
    pub form: Fields,
    /// Files that a form sent.
    pub files: Vec<Upload>,
    /// The address with its query, for coming back to it.
    pub address: String,
    /// Allows style elements of the editor on this one page.
    pub style_nonce: String,
    /// A value for the `command` field of forms on this page: new on each request.
    pub command_seed: String,
    /// Whether nothing says that a person asked for this page itself: fetched ahead, its head only, from within another
    /// page, by a link on another website, or by a program. What works once must not be used up then.
    pub unasked: bool,
    /// The network that it comes from, where that is known.
    pub(crate) from: Option<IpAddr>,
    pub(crate) params: Vec<(String, String)>,
    /// What the browser showed for its session: for streams, which must end with it.
    pub(crate) secret: Option<Secret>,
}

impl Call {
    /// A parameter of the address.
    ///
    /// # Errors
    /// `unknown_route` when it is not of its form: there can be nothing at such an address.
    pub fn path<T: FromStr>(&self, name: &str) -> AppResult<T> {
        let text = self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        text.and_then(|t| t.parse().ok()).ok_or_else(|| {
            AppError::new(Code::UnknownRoute, format!("there is nothing at `{}`", self.address))
        })
    }

    /// The project of the address.
    ///
    /// # Errors
    /// As [`Call::path`].
    pub fn project(&self) -> AppResult<ProjectName> {
        self.path("project")
    }

    /// The context of a write: with the form's own key, so that a form sent twice applies once.
    ///
    /// # Errors
    /// `invalid_request` when the form has no key.
    pub fn write_ctx(&self) -> AppResult<Ctx> {
        let key = self.form.text("command").ok_or_else(|| {
            AppError::invalid("the form has no `command` field; open its page again and send it from there")
        })?;
        // What a browser sends may be anything, and an entry is for ever: the ledger gets its digest.
        let digest = Digest::of_bytes(format!("page {key}").as_bytes()).to_string();
        Ok(Ctx { command: Some(digest.parse().map_err(AppError::internal)?), ..self.ctx.clone() })
    }

    /// Whether this viewer may do something in a project, or in one environment of it.
    #[must_use]
    pub fn may(&self, action: Action, project: &ProjectName, environment: Option<&EnvironmentName>) -> May {
        let resource = match environment {
            Some(environment) => Resource::Environment(project, environment),
            None => Resource::Project(project),
        };
        self.may_on(action, &resource)
    }

    /// Whether this viewer may do something to the installation.
    #[must_use]
    pub fn may_here(&self, action: Action) -> May {
        self.may_on(action, &Resource::Installation)
    }

    fn may_on(&self, action: Action, resource: &Resource<'_>) -> May {
        if allows(&self.ctx.principal.scope, action, resource).is_ok() {
            return May::Yes;
        }
        let roles = Role::ALL.iter().filter(|r| r.actions().contains(&action));
        let roles: Vec<String> = roles.map(|r| say(&format!("role-{}", r.as_str()), &[])).collect();
        let doing = say(&format!("action-{}", action.as_str()), &[]);
        May::No {
            why: say("may-not", &[("doing", doing.into())]),
            who: say("may-who", &[("roles", roles.join(", ").into())]),
        }
    }
}

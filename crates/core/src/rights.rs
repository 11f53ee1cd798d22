//! Who may do what: a small table of roles, and scopes that narrow it. Default deny.

use std::collections::BTreeSet;

use cuelight_artifact::{EnvironmentName, ProjectName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything that needs permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Read prompts, fragments, versions, differences, files; compute plans.
    ReadLibrary,
    /// Publish versions.
    Publish,
    /// Yank versions and take yanks back.
    Yank,
    /// Read environments, generations, releases, the time machine.
    ReadReleases,
    /// Create environments and set their policies.
    ConfigureEnvironments,
    /// Open a release that satisfies the policy.
    Release,
    /// Go back.
    RollBack,
    /// Open a release past the policy, on the record.
    BreakGlass,
    /// Fetch and resolve what is released.
    Serve,
    /// Post observations.
    Observe,
    /// Read observations.
    ReadObservations,
    /// Read the ledger, its proofs and exports.
    ReadLedger,
    /// Create projects.
    CreateProjects,
    /// See that a project exists.
    ReadProjects,
    /// Issue, list and revoke tokens.
    ManageTokens,
    /// Record that the installation goes on from a restored copy.
    Recover,
}

impl Action {
    /// All of them, in order.
    pub const ALL: &[Self] = &[
        Self::ReadLibrary,
        Self::Publish,
        Self::Yank,
        Self::ReadReleases,
        Self::ConfigureEnvironments,
        Self::Release,
        Self::RollBack,
        Self::BreakGlass,
        Self::Serve,
        Self::Observe,
        Self::ReadObservations,
        Self::ReadLedger,
        Self::CreateProjects,
        Self::ReadProjects,
        Self::ManageTokens,
        Self::Recover,
    ];

    /// The name used in token scopes, such as `roll_back`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadLibrary => "read_library",
            Self::Publish => "publish",
            Self::Yank => "yank",
            Self::ReadReleases => "read_releases",
            Self::ConfigureEnvironments => "configure_environments",
            Self::Release => "release",
            Self::RollBack => "roll_back",
            Self::BreakGlass => "break_glass",
            Self::Serve => "serve",
            Self::Observe => "observe",
            Self::ReadObservations => "read_observations",
            Self::ReadLedger => "read_ledger",
            Self::CreateProjects => "create_projects",
            Self::ReadProjects => "read_projects",
            Self::ManageTokens => "manage_tokens",
            Self::Recover => "recover",
        }
    }
}

/// A named set of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "TokenRole")]
pub enum Role {
    /// An application in production: released bytes and observations, nothing else.
    Serve,
    /// Reads everything but observations.
    Viewer,
    /// Reads everything, observations too, and never writes.
    Auditor,
    /// Publishes versions.
    Author,
    /// Publishes, releases and goes back.
    Releaser,
    /// Only goes back: for the on-call rota and for alarms.
    RollbackOwner,
    /// Everything.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: &[Self] = &[
        Self::Serve,
        Self::Viewer,
        Self::Auditor,
        Self::Author,
        Self::Releaser,
        Self::RollbackOwner,
        Self::Admin,
    ];

    /// What the role may do, before scopes narrow it.
    #[must_use]
    pub const fn actions(self) -> &'static [Action] {
        use Action::{
            BreakGlass, Observe, Publish, ReadLedger, ReadLibrary, ReadObservations, ReadProjects,
            ReadReleases, Release, RollBack, Serve, Yank,
        };
        match self {
            Self::Serve => &[Serve, Observe],
            Self::Viewer => &[ReadLibrary, ReadReleases, ReadLedger, ReadProjects, Serve],
            Self::Auditor => &[ReadLibrary, ReadReleases, ReadLedger, ReadProjects, ReadObservations],
            Self::Author => &[ReadLibrary, ReadReleases, ReadLedger, ReadProjects, Serve, Publish],
            Self::Releaser => &[
                ReadLibrary,
                ReadReleases,
                ReadLedger,
                ReadProjects,
                Serve,
                Publish,
                Yank,
                Release,
                RollBack,
                BreakGlass,
            ],
            Self::RollbackOwner => &[ReadLibrary, ReadReleases, ReadLedger, ReadProjects, RollBack],
            Self::Admin => Action::ALL,
        }
    }

    /// `serve`, `viewer` and so on.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Serve => "serve",
            Self::Viewer => "viewer",
            Self::Auditor => "auditor",
            Self::Author => "author",
            Self::Releaser => "releaser",
            Self::RollbackOwner => "rollback_owner",
            Self::Admin => "admin",
        }
    }
}

/// What a token may touch. Each `None` means no narrowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The role.
    pub role: Role,
    /// Only these projects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<BTreeSet<ProjectName>>,
    /// Only these environments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environments: Option<BTreeSet<EnvironmentName>>,
    /// Only these of the role's actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<BTreeSet<Action>>,
}

impl Scope {
    /// The role's full reach.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        Self { role, projects: None, environments: None, actions: None }
    }
}

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'a> {
    /// The installation itself.
    Installation,
    /// A project as a whole.
    Project(&'a ProjectName),
    /// One environment of a project.
    Environment(&'a ProjectName, &'a EnvironmentName),
}

impl<'a> Resource<'a> {
    /// The project it belongs to.
    #[must_use]
    pub const fn project(&self) -> Option<&'a ProjectName> {
        match self {
            Self::Installation => None,
            Self::Project(project) | Self::Environment(project, _) => Some(project),
        }
    }
}

/// Why permission was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The token does not reach this project: to its holder the project does not exist.
    #[error("this token does not reach that project")]
    Project,
    /// The token does not reach this environment.
    #[error("this token does not reach that environment")]
    Environment,
    /// The role or the scope does not include the action.
    #[error("this token may not do that: it lacks `{}`", .0.as_str())]
    Action(Action),
}

/// Decides. Default deny: everything the scope does not give is refused.
///
/// # Errors
/// What is lacking.
pub fn allows(scope: &Scope, action: Action, resource: &Resource<'_>) -> Result<(), Denied> {
    if let (Some(projects), Some(project)) = (&scope.projects, resource.project())
        && !projects.contains(project)
    {
        return Err(Denied::Project);
    }
    if let (Some(environments), Resource::Environment(_, environment)) = (&scope.environments, resource)
        && !environments.contains(*environment)
    {
        return Err(Denied::Environment);
    }
    let in_role = scope.role.actions().contains(&action);
    let in_scope = scope.actions.as_ref().is_none_or(|a| a.contains(&action));
    // What reaches every environment is not for a token that is narrowed to some.
    let wide = matches!(action, Action::Yank | Action::ReadLedger | Action::ConfigureEnvironments)
        && matches!(resource, Resource::Project(_))
        && scope.environments.is_some();
    // A token narrowed to projects or environments has no business with the installation.
    let narrowed = scope.projects.is_some() || scope.environments.is_some();
    let above = *resource == Resource::Installation && narrowed;
    if in_role && in_scope && !above && !wide { Ok(()) } else { Err(Denied::Action(action)) }
}

/// Whether `given` reaches nowhere that `issuer` does not.
#[must_use]
pub fn covers(issuer: &Scope, given: &Scope) -> bool {
    fn within<T: Ord>(outer: Option<&BTreeSet<T>>, inner: Option<&BTreeSet<T>>) -> bool {
        match (outer, inner) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(outer), Some(inner)) => inner.is_subset(outer),
        }
    }
    let has = |scope: &Scope, action: &Action| {
        scope.role.actions().contains(action) && scope.actions.as_ref().is_none_or(|a| a.contains(action))
    };
    Action::ALL.iter().all(|a| has(issuer, a) || !has(given, a))
        && within(issuer.projects.as_ref(), given.projects.as_ref())
        && within(issuer.environments.as_ref(), given.environments.as_ref())
}

#[cfg(test)]
mod tests;

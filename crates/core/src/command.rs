//! The commands of a project and the door they all go through.

use crate::environment::{CreateEnvironment, Policy, SetPolicy};
use crate::event::{Event, ProjectOpened};
use crate::ledger::{Actor, Micros};
use crate::refusal::Refusal;
use crate::release::{OpenRelease, RollBack};
use crate::state::State;
use crate::version::{Publish, Unyank, Yank};
use crate::{environment, release, version};

use cuelight_artifact::{EnvironmentName, ProjectName};

/// Everything that can be asked of a project.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Starts the project's ledger.
    OpenProject(OpenProject),
    /// Adds an environment to the path.
    CreateEnvironment(CreateEnvironment),
    /// Changes what an environment demands of a release.
    SetPolicy(SetPolicy),
    /// Makes new versions, all or none.
    Publish(Publish),
    /// Takes a version out of new resolutions and releases.
    Yank(Yank),
    /// Takes a yank back.
    Unyank(Unyank),
    /// Changes what an environment serves.
    OpenRelease(OpenRelease),
    /// Returns an environment to an earlier generation.
    RollBack(RollBack),
}

/// Starts a project with its environments, in path order.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenProject {
    /// The project.
    pub project: ProjectName,
    /// The verifier key of its checkpoints.
    pub key: String,
    /// Its environments, first to last.
    pub environments: Vec<(EnvironmentName, Policy)>,
}

/// What a decision may depend on besides state and command.
#[derive(Debug, Clone)]
pub struct Context {
    /// The time.
    pub now: Micros,
    /// Who asks.
    pub actor: Actor,
}

/// Decides a command: the events it leads to, or why not. Changes nothing.
///
/// # Errors
/// A [`Refusal`] that names what is missing.
pub fn decide(state: &State, command: &Command, context: &Context) -> Result<Vec<Event>, Refusal> {
    if let Command::OpenProject(open) = command {
        return open_project(state, open);
    }
    if state.project.is_none() {
        return Err(Refusal::ProjectNotOpen);
    }
    match command {
        Command::OpenProject(_) => Ok(Vec::new()),
        Command::CreateEnvironment(c) => environment::create::decide(state, c),
        Command::SetPolicy(c) => environment::set_policy::decide(state, c),
        Command::Publish(c) => version::publish::decide(state, c),
        Command::Yank(c) => version::yank::decide(state, c),
        Command::Unyank(c) => version::yank::decide_undo(state, c),
        Command::OpenRelease(c) => release::open::decide(state, c, context),
        Command::RollBack(c) => release::roll_back::decide(state, c),
    }
}

fn open_project(state: &State, open: &OpenProject) -> Result<Vec<Event>, Refusal> {
    if state.project.is_some() {
        return Err(Refusal::ProjectAlreadyOpen);
    }
    let mut events =
        vec![Event::ProjectOpened(ProjectOpened { project: open.project.clone(), key: open.key.clone() })];
    for (i, (name, policy)) in open.environments.iter().enumerate() {
        if open.environments[..i].iter().any(|(other, _)| other == name) {
            return Err(Refusal::EnvironmentExists(name.clone()));
        }
        events.push(Event::EnvironmentCreated(crate::event::EnvironmentCreated {
            environment: name.clone(),
            position: u32::try_from(i).unwrap_or(u32::MAX),
            policy: policy.clone(),
        }));
    }
    Ok(events)
}

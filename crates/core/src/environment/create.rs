//! Adds an environment to the path.

use cuelight_artifact::EnvironmentName;

use crate::environment::Policy;
use crate::event::{EnvironmentCreated, Event};
use crate::refusal::Refusal;
use crate::state::State;

/// Adds an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateEnvironment {
    /// Its name.
    pub environment: EnvironmentName,
    /// The environment it comes after in the path; none for the first place.
    pub after: Option<EnvironmentName>,
    /// What it demands of a release.
    pub policy: Policy,
}

pub(crate) fn decide(state: &State, create: &CreateEnvironment) -> Result<Vec<Event>, Refusal> {
    if state.environment(&create.environment).is_ok() {
        return Err(Refusal::EnvironmentExists(create.environment.clone()));
    }
    let position = match &create.after {
        None => 0,
        Some(after) => 1 + state.position(after)?,
    };
    Ok(vec![Event::EnvironmentCreated(EnvironmentCreated {
        environment: create.environment.clone(),
        position: u32::try_from(position).unwrap_or(u32::MAX),
        policy: create.policy.clone(),
    })])
}

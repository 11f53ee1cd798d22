//! Changes what an environment demands of a release.

use cuelight_artifact::EnvironmentName;

use crate::environment::Policy;
use crate::event::{Event, PolicySet};
use crate::refusal::Refusal;
use crate::state::State;

/// Sets a policy, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetPolicy {
    /// The environment.
    pub environment: EnvironmentName,
    /// The policy revision the caller saw.
    pub expected: u64,
    /// The new policy.
    pub policy: Policy,
}

pub(crate) fn decide(state: &State, set: &SetPolicy) -> Result<Vec<Event>, Refusal> {
    let environment = state.environment(&set.environment)?;
    if environment.policy_revision != set.expected {
        return Err(Refusal::StalePolicy {
            environment: set.environment.clone(),
            expected: set.expected,
            found: environment.policy_revision,
        });
    }
    if environment.policy == set.policy {
        return Err(Refusal::NothingToChange(format!("`{}` has that policy already", set.environment)));
    }
    Ok(vec![Event::PolicySet(PolicySet { environment: set.environment.clone(), policy: set.policy.clone() })])
}

//! The table of operations, one file per group.

mod artifact;
mod environment;
mod ledger;
mod observation;
mod plan;
mod project;
mod recovery;
mod release;
mod serve;
mod session;
mod system;
mod token;

use crate::operation::Operation;

/// Where everything of a project is.
const PROJECT: &str = "/api/v1/projects/{project}";

/// All operations, group by group.
#[must_use]
pub fn operations() -> Vec<Operation> {
    [
        system::table(),
        project::table(),
        token::table(),
        recovery::table(),
        session::table(),
        artifact::table(),
        plan::table(),
        environment::table(),
        release::table(),
        serve::table(),
        ledger::table(),
        observation::table(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// An address below a project.
fn below(rest: &str) -> String {
    format!("{PROJECT}{rest}")
}

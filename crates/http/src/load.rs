//! What an operation costs: out of which budget it is paid, and where it is worked on.

use cuelight_core::rights::Action;

use crate::operation::{Operation, Writes};

/// Budgets of a token. A token that asks too much of one kind still has the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Budget {
    /// What applications ask for while they work: resolve, bundle, feed, and what they report.
    Serving,
    /// Other reads.
    Reads,
    /// Writes.
    Writes,
    /// What takes the server long.
    Expensive,
}

/// Where an operation is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On the thread that read the request.
    Here,
    /// Among the long work.
    Aside,
    /// Aside too, but never behind other long work.
    Release,
}

/// Operations that take long.
pub(crate) const EXPENSIVE: &[&str] = &[
    "plan.make",
    "plan.apply",
    "plan.lock",
    "plan.files",
    "plan.drift",
    "prompt.diff",
    "fragment.diff",
    "ledger.search",
    "ledger.check",
    "ledger.export",
];

/// Reads that take long while the library's view is made anew after a change.
pub(crate) const VIEWS: &[&str] =
    &["prompt.list", "fragment.list", "prompt.dependents", "fragment.dependents"];

/// Releases compile what they will serve.
pub(crate) const RELEASES: &[&str] = &["release.open", "release.preview"];

/// Out of which budget a call is paid.
pub(crate) fn budget(operation: &Operation) -> Budget {
    if EXPENSIVE.contains(&operation.id.as_str()) {
        return Budget::Expensive;
    }
    if matches!(operation.access.action(), Some(Action::Serve | Action::Observe)) {
        return Budget::Serving;
    }
    match operation.writes {
        Writes::Nothing => Budget::Reads,
        Writes::Event(_) | Writes::Observations | Writes::Secret => Budget::Writes,
    }
}

/// Where a call is worked on.
pub(crate) fn place(operation: &Operation) -> Place {
    let id = operation.id.as_str();
    if EXPENSIVE.contains(&id) || VIEWS.contains(&id) {
        Place::Aside
    } else if RELEASES.contains(&id) {
        Place::Release
    } else {
        Place::Here
    }
}

#[cfg(test)]
mod tests;

//! The lists name operations that exist, and every kind of budget is used.

use std::collections::{BTreeMap, BTreeSet};

use super::{Budget, EXPENSIVE, Place, RELEASES, VIEWS, budget, place};
use crate::operations;

#[test]
fn every_listed_operation_exists() {
    let all: BTreeSet<String> = operations().into_iter().map(|o| o.id).collect();
    for id in EXPENSIVE.iter().chain(VIEWS).chain(RELEASES) {
        assert!(all.contains(*id), "{id}");
    }
}

#[test]
fn what_applications_need_has_a_budget_of_its_own() {
    let of: BTreeMap<String, Budget> = operations().iter().map(|o| (o.id.clone(), budget(o))).collect();
    for id in ["serve.resolve", "serve.resolve_many", "serve.bundle", "serve.feed", "observation.record"] {
        assert_eq!(of[id], Budget::Serving, "{id}");
    }
    for id in ["release.open", "release.roll_back", "token.issue", "session.link", "environment.policy"] {
        assert_eq!(of[id], Budget::Writes, "{id}");
    }
    assert_eq!(of["plan.apply"], Budget::Expensive);
    assert_eq!(of["release.list"], Budget::Reads);
}

#[test]
fn going_back_never_waits_for_long_work() {
    for operation in operations().iter().filter(|o| o.id == "release.roll_back" || o.id.starts_with("serve."))
    {
        assert_eq!(place(operation), Place::Here, "{}", operation.id);
    }
}

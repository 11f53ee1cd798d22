//! Constants.

use std::collections::BTreeMap;

use super::{Class, Reasons};
use crate::model::Constant;
use crate::rules::semver as rules;
use crate::schema::value::{brief, same};

pub(super) fn compare(
    old: &BTreeMap<String, Constant>,
    new: &BTreeMap<String, Constant>,
    found: &mut Reasons,
) {
    for (name, before) in old {
        let path = format!("constants.{name}");
        match new.get(name) {
            Some(after) => changed(&path, before, after, found),
            None if before.contract => {
                let sentence = format!("`{path}`, which callers rely on, is gone.");
                found.add(&rules::CONTRACT_WITHDRAWN, &path, Class::Major, sentence);
            }
            None => found.add(&rules::CONSTANT, &path, Class::Minor, format!("`{path}` is gone.")),
        }
    }
    for (name, added) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        let path = format!("constants.{name}");
        let (rule, promise) = if added.contract {
            (&rules::CONTRACT_ADDED, " and promised to callers")
        } else {
            (&rules::CONSTANT, "")
        };
        found.add(rule, &path, Class::Minor, format!("`{path}` is new{promise}."));
    }
}

fn changed(path: &str, old: &Constant, new: &Constant, found: &mut Reasons) {
    let Constant { kind, value, description, contract, stricter } = old;
    let differs = !same(value, &new.value);
    if differs || *kind != new.kind {
        let what = if differs {
            format!("`{path}` went from {} to {}", brief(value), brief(&new.value))
        } else {
            format!("`{path}` has another type")
        };
        if *contract {
            let sentence = format!("{what}; callers rely on it.");
            found.add(&rules::CONTRACT_CHANGED, path, Class::Major, sentence);
        } else {
            found.add(&rules::CONSTANT, path, Class::Minor, format!("{what}."));
        }
    }
    match (*contract, new.contract) {
        (true, false) => {
            let sentence = format!("`{path}` is no longer promised to callers.");
            found.add(&rules::CONTRACT_WITHDRAWN, path, Class::Major, sentence);
        }
        (false, true) => {
            found.add(
                &rules::CONTRACT_ADDED,
                path,
                Class::Minor,
                format!("`{path}` is now promised to callers."),
            );
        }
        _ => {}
    }
    if (description, stricter) != (&new.description, &new.stricter) {
        let sentence = format!("What is said about `{path}` differs; its value is the same.");
        if !differs {
            found.add(&rules::CONSTANT_NOTE, path, Class::Patch, sentence);
        }
    }
}

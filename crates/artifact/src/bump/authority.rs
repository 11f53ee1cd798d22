//! Authority, and fields that may be overridden.

use std::collections::BTreeSet;

use super::{Class, Reasons};
use crate::boundary::standing::{Standing, actions, standing};
use crate::model::Authority;
use crate::rules::semver as rules;

/// Callers enforce these lists outside the prompt. Less restraint is major: a caller that takes the version as
/// compatible would act alone where a person decided before. More restraint is minor.
pub(super) fn compare(old: &Authority, new: &Authority, found: &mut Reasons) {
    let Authority { allowed: _, forbidden: _, approval_required: _, escalation } = old;
    for action in actions(old, new) {
        let (was, is) = (standing(old, action), standing(new, action));
        if was == is {
            continue;
        }
        let path =
            format!("authority.{}[{action}]", if is == Standing::Unlisted { was.list() } else { is.list() });
        let sentence = format!("The action `{action}` was {was} and is now {is}.");
        if was.loosened_to(is) {
            found.add(&rules::AUTHORITY_LOOSENED, &path, Class::Major, sentence);
        } else {
            found.add(&rules::AUTHORITY_TIGHTENED, &path, Class::Minor, sentence);
        }
    }
    if *escalation != new.escalation {
        let sentence = "When or to whom to hand over differs.".to_owned();
        found.add(&rules::ESCALATION, "authority.escalation", Class::Minor, sentence);
    }
}

pub(super) fn overridable(old: &BTreeSet<String>, new: &BTreeSet<String>, found: &mut Reasons) {
    for field in old.difference(new) {
        let sentence = format!("`{field}` can no longer be overridden; overrides that exist stop applying.");
        found.add(&rules::OVERRIDE_WITHDRAWN, &format!("overridable[{field}]"), Class::Major, sentence);
    }
    for field in new.difference(old) {
        let sentence = format!("`{field}` can now be overridden.");
        found.add(&rules::OVERRIDE_ADDED, &format!("overridable[{field}]"), Class::Minor, sentence);
    }
}

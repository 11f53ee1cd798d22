//! Model family, allowed models, parameters.

use std::collections::BTreeSet;

use super::{Class, Reasons, glob};
use crate::model::Model;
use crate::rules::semver as rules;
use crate::schema::value::same_option;

pub(super) fn compare(old: Option<&Model>, new: Option<&Model>, found: &mut Reasons) {
    let (old, new) = match (old, new) {
        (None, None) => return,
        (Some(old), Some(new)) => (old, new),
        (None, Some(new)) => {
            let sentence = format!("Any model could run it; now it is bound to the family `{}`.", new.family);
            return found.add(&rules::FAMILY, "model", Class::Major, sentence);
        }
        (Some(old), None) => {
            let sentence = format!("It is no longer said to be written for the family `{}`.", old.family);
            return found.add(&rules::FAMILY, "model", Class::Major, sentence);
        }
    };
    let Model { family, allow, params } = old;
    if *family != new.family {
        let sentence = format!("The model family went from `{family}` to `{}`.", new.family);
        found.add(&rules::FAMILY, "model.family", Class::Major, sentence);
    }
    if allow.iter().collect::<BTreeSet<_>>() != new.allow.iter().collect() {
        // an empty list allows every model
        let overlap = allow.is_empty()
            || new.allow.is_empty()
            || allow.iter().any(|a| new.allow.iter().any(|b| glob::overlap(a, b)));
        if overlap {
            let sentence = "Other models are allowed; some of the old ones still are.".to_owned();
            found.add(&rules::ALLOWED_CHANGED, "model.allow", Class::Minor, sentence);
        } else {
            let sentence =
                format!("None of the models allowed before ({}) is allowed now.", allow.join(", "));
            found.add(&rules::ALLOWED_DISJOINT, "model.allow", Class::Major, sentence);
        }
    }
    let names: BTreeSet<&String> = params.keys().chain(new.params.keys()).collect();
    for name in names.into_iter().filter(|name| !same_option(params.get(*name), new.params.get(*name))) {
        let path = format!("model.params.{name}");
        let show = |value: Option<&serde_json::Value>| {
            value.map_or_else(|| "not set".to_owned(), crate::schema::value::brief)
        };
        let sentence =
            format!("`{path}` went from {} to {}.", show(params.get(name)), show(new.params.get(name)));
        found.add(&rules::PARAMETER, &path, Class::Minor, sentence);
    }
}

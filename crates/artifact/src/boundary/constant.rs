//! Thresholds and promised constants.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{BoundaryChange, Certainty, moved, rules};
use crate::model::{Constant, Stricter};
use crate::schema::value::{brief, same};

pub(super) fn compare(
    old: &BTreeMap<String, Constant>,
    new: &BTreeMap<String, Constant>,
    found: &mut Vec<BoundaryChange>,
) {
    for (name, before) in old {
        match new.get(name) {
            Some(after) => changed(name, before, after, found),
            None if before.stricter.is_some() || before.contract => {
                let what = if before.stricter.is_some() { "threshold" } else { "promised constant" };
                let sentence = format!("The {what} `{name}` ({}) is gone.", brief(&before.value));
                let values = (Some(before.value.clone()), None);
                found.push(moved(
                    &rules::CONSTANT_REMOVED,
                    format!("constants.{name}"),
                    Certainty::Certain,
                    values,
                    sentence,
                ));
            }
            None => {}
        }
    }
}

fn changed(name: &str, old: &Constant, new: &Constant, found: &mut Vec<BoundaryChange>) {
    let path = |field: &str| format!("constants.{name}.{field}");
    if let Some(stricter) = old.stricter {
        if let Some(certainty) = relaxed(stricter, &old.value, &new.value) {
            let sentence = match certainty {
                Certainty::Certain => format!(
                    "The threshold `{name}` was relaxed from {} to {}.",
                    brief(&old.value),
                    brief(&new.value)
                ),
                Certainty::Possible => format!(
                    "The threshold `{name}` went from {} to {}, which cannot be compared; it may be relaxed.",
                    brief(&old.value),
                    brief(&new.value)
                ),
            };
            let values = (Some(old.value.clone()), Some(new.value.clone()));
            found.push(moved(&rules::THRESHOLD, path("value"), certainty, values, sentence));
        }
        if new.stricter != old.stricter {
            let word = |s: Option<Stricter>| {
                s.map(|s| Value::from(if s == Stricter::Higher { "higher" } else { "lower" }))
            };
            let sentence = match new.stricter {
                None => format!(
                    "It is no longer said which direction of the threshold `{name}` is the careful one."
                ),
                Some(_) => format!("The careful direction of the threshold `{name}` was turned round."),
            };
            let values = (word(old.stricter), word(new.stricter));
            found.push(moved(
                &rules::THRESHOLD_UNGUARDED,
                path("stricter"),
                Certainty::Certain,
                values,
                sentence,
            ));
        }
    }
    if old.contract && !new.contract {
        let sentence = format!("Callers can no longer rely on the constant `{name}`.");
        let values = (Some(true.into()), Some(false.into()));
        found.push(moved(&rules::CONTRACT_DROPPED, path("contract"), Certainty::Certain, values, sentence));
    }
}

/// Whether the value moved away from its careful direction. `true` is higher than `false`; texts have no direction.
fn relaxed(stricter: Stricter, old: &Value, new: &Value) -> Option<Certainty> {
    let rank = |v: &Value| v.as_f64().or_else(|| v.as_bool().map(|b| f64::from(u8::from(b))));
    match (rank(old), rank(new)) {
        _ if same(old, new) => None,
        (Some(old), Some(new)) => {
            let away = if stricter == Stricter::Higher { new < old } else { new > old };
            away.then_some(Certainty::Certain)
        }
        _ => Some(Certainty::Possible),
    }
}

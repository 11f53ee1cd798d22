//! Output, risk, owners, fragments, retrieval, models, overridable fields.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{BoundaryChange, Certainty, moved, rules};
use crate::bump::glob;
use crate::model::{Artifact, Model, Output, OutputKind, Retrieval};
use crate::schema::value::brief;
use crate::schema::{Inclusion, includes};

pub(super) fn compare(old: &Artifact, new: &Artifact, found: &mut Vec<BoundaryChange>) {
    output(&old.output, &new.output, found);
    if new.risk < old.risk {
        let (was, is) = (old.risk.as_str(), new.risk.as_str());
        let values = (Some(was.into()), Some(is.into()));
        found.push(moved(
            &rules::RISK_LOWERED,
            "risk",
            Certainty::Certain,
            values,
            format!("The risk was lowered from {was} to {is}."),
        ));
    }
    for (alias, before) in &old.fragments {
        if !new.fragments.values().any(|after| after.name == before.name) {
            let sentence = format!("The shared text `{}` is no longer included.", before.name);
            let values = (Some(before.name.as_str().into()), None);
            found.push(moved(
                &rules::FRAGMENT_REMOVED,
                format!("fragments.{alias}"),
                Certainty::Certain,
                values,
                sentence,
            ));
        }
    }
    if let (Some(was), Some(is)) = (&old.retrieval, &new.retrieval) {
        retrieval(was, is, found);
    }
    if let (Some(owner), None) = (&old.owners.rollback, &new.owners.rollback) {
        let sentence = format!("Nobody is named any more to take it back when it fails; it was {owner}.");
        let values = (Some(owner.as_str().into()), None);
        found.push(moved(&rules::ROLLBACK_OWNER, "owners.rollback", Certainty::Certain, values, sentence));
    }
    models(old.model.as_ref(), new.model.as_ref(), found);
    for field in new.overridable.difference(&old.overridable).filter(|field| carries_boundary(field, new)) {
        let sentence = format!(
            "Tenants, brands and regions may now set `{field}`, which carries a boundary, differently."
        );
        let path = format!("overridable[{field}]");
        found.push(moved(
            &rules::OVERRIDABLE,
            path,
            Certainty::Possible,
            (None, Some(field.as_str().into())),
            sentence,
        ));
    }
}

fn output(old: &Output, new: &Output, found: &mut Vec<BoundaryChange>) {
    let mut push = |certainty, values, sentence: String| {
        found.push(moved(&rules::OUTPUT_LOOSENED, "output", certainty, values, sentence));
    };
    match (old.kind, new.kind) {
        (OutputKind::Json, OutputKind::Text) => {
            let sentence = "The answer was JSON that could be checked and is now free text.".to_owned();
            return push(Certainty::Certain, (Some("json".into()), Some("text".into())), sentence);
        }
        (OutputKind::Text, OutputKind::Json) => return,
        _ => {}
    }
    let any = json!({});
    let (Some(before), after) = (&old.schema, new.schema.as_ref().unwrap_or(&any)) else { return };
    match includes(after, before) {
        Inclusion::Included => {}
        Inclusion::NotIncluded { counterexample, at, because } => {
            let place = if at.is_empty() { String::new() } else { format!("{at} ") };
            let sentence = format!(
                "Answers such as {} are now accepted; before: {place}{because}.",
                brief(&counterexample)
            );
            push(Certainty::Certain, (None, Some(counterexample)), sentence);
        }
        Inclusion::Unknown { because, .. } => {
            let sentence = format!("It could not be decided whether new answers are accepted ({because}).");
            push(Certainty::Possible, (Some(before.clone()), Some(after.clone())), sentence);
        }
    }
}

fn retrieval(old: &Retrieval, new: &Retrieval, found: &mut Vec<BoundaryChange>) {
    if let Some(was) = old.min_score
        && new.min_score.is_none_or(|is| is < was)
    {
        let sentence = match new.min_score {
            Some(is) => format!("Passages found with a score from {is} are let in; it was {was}."),
            None => format!("Passages are let in whatever their score; the least was {was}."),
        };
        let values = (Some(was.into()), new.min_score.map(Value::from));
        found.push(moved(&rules::SCORE_LOWERED, "retrieval.min_score", Certainty::Certain, values, sentence));
    }
    for (field, was) in &old.filters {
        let is = new.filters.get(field);
        if is == Some(was) {
            continue;
        }
        let (certainty, sentence) = match is {
            None => (Certainty::Certain, format!("Passages are no longer filtered by `{field}` ({was}).")),
            Some(is) => (
                Certainty::Possible,
                format!("Passages are filtered by `{field}` with `{is}` instead of `{was}`."),
            ),
        };
        let values = (Some(was.as_str().into()), is.map(|v| v.as_str().into()));
        found.push(moved(
            &rules::FILTER_DROPPED,
            format!("retrieval.filters.{field}"),
            certainty,
            values,
            sentence,
        ));
    }
}

fn models(old: Option<&Model>, new: Option<&Model>, found: &mut Vec<BoundaryChange>) {
    // an empty list, or no model at all, allows every model
    let Some(old) = old.filter(|m| !m.allow.is_empty()) else { return };
    let path = "model.allow";
    let all = |list: &[String]| Some(Value::from(list.to_vec()));
    let Some(new) = new.filter(|m| !m.allow.is_empty()) else {
        let sentence = format!("Every model is allowed; it was only {}.", old.allow.join(", "));
        return found.push(moved(
            &rules::MODELS,
            path,
            Certainty::Certain,
            (all(&old.allow), None),
            sentence,
        ));
    };
    let fresh: BTreeSet<&str> = new
        .allow
        .iter()
        .filter(|n| !old.allow.iter().any(|o| glob::covers(o, n)))
        .map(String::as_str)
        .collect();
    if !fresh.is_empty() {
        let fresh: Vec<&str> = fresh.into_iter().collect();
        let sentence = format!("More models are allowed: {}.", fresh.join(", "));
        found.push(moved(
            &rules::MODELS,
            path,
            Certainty::Certain,
            (all(&old.allow), all(&new.allow)),
            sentence,
        ));
    }
}

/// Whether setting this path differently could move one of the boundaries watched here.
fn carries_boundary(field: &str, artifact: &Artifact) -> bool {
    let mut parts = field.split(['.', '[']);
    match (parts.next().unwrap_or_default(), parts.next()) {
        ("authority" | "output" | "retrieval" | "tools" | "risk" | "fragments" | "overridable", _) => true,
        ("model", part) => part.is_none_or(|p| p == "allow"),
        ("constants", None) => artifact.constants.values().any(|c| c.stricter.is_some()),
        ("constants", Some(name)) => artifact.constants.get(name).is_some_and(|c| c.stricter.is_some()),
        _ => false,
    }
}

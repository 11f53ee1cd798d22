//! What the model may call, and with what.

use serde_json::Value;

use super::{BoundaryChange, Certainty, moved, rules};
use crate::model::{Tool, ToolChoice, Tools};
use crate::schema::value::brief;
use crate::schema::{Inclusion, includes, nothing};

pub(super) fn compare(old: Option<&Tools>, new: Option<&Tools>, found: &mut Vec<BoundaryChange>) {
    let Some(new) = new else { return };
    let before: &[Tool] = old.map_or(&[], |tools| &tools.list);
    for tool in &new.list {
        let same = before.iter().find(|was| *was == tool);
        match same.or_else(|| before.iter().find(|was| was.name == tool.name)) {
            Some(was) => changed(was, tool, found),
            None => {
                let sentence = format!("The model may now call the tool `{}`.", tool.name);
                let values = (None, Some(tool.name.as_str().into()));
                found.push(moved(
                    &rules::TOOL,
                    format!("tools.{}", tool.name),
                    Certainty::Certain,
                    values,
                    sentence,
                ));
            }
        }
    }
    if let Some(old) = old {
        choice(old.choice, new.choice, found);
    }
}

fn choice(old: ToolChoice, new: ToolChoice, found: &mut Vec<BoundaryChange>) {
    let (certainty, sentence) = match (old, new) {
        (ToolChoice::None, ToolChoice::Auto | ToolChoice::Required) => {
            (Certainty::Certain, "The model may now call tools; it could not before.")
        }
        // a required call often is a required check; whether it was one here, a person has to say
        (ToolChoice::Required, ToolChoice::Auto) => (
            Certainty::Possible,
            "The model may now answer without calling a tool; it had to call one before.",
        ),
        _ => return,
    };
    let word = |choice| {
        Some(Value::from(match choice {
            ToolChoice::Auto => "auto",
            ToolChoice::None => "none",
            ToolChoice::Required => "required",
        }))
    };
    found.push(moved(&rules::CHOICE, "tools.choice", certainty, (word(old), word(new)), sentence));
}

fn changed(old: &Tool, new: &Tool, found: &mut Vec<BoundaryChange>) {
    let name = &new.name;
    let none = nothing();
    let (before, after) =
        (old.parameters.as_ref().unwrap_or(&none), new.parameters.as_ref().unwrap_or(&none));
    let path = format!("tools.{name}.parameters");
    match includes(after, before) {
        Inclusion::Included => {}
        Inclusion::NotIncluded { counterexample, at, because } => {
            let place = if at.is_empty() { String::new() } else { format!("{at} ") };
            let sentence = format!(
                "The model may now call `{name}` with {}; before: {place}{because}.",
                brief(&counterexample)
            );
            found.push(moved(
                &rules::ARGUMENTS,
                path,
                Certainty::Certain,
                (None, Some(counterexample)),
                sentence,
            ));
        }
        Inclusion::Unknown { because, .. } => {
            let sentence =
                format!("It could not be decided whether the model may call `{name}` with more ({because}).");
            let values = (Some(before.clone()), Some(after.clone()));
            found.push(moved(&rules::ARGUMENTS, path, Certainty::Possible, values, sentence));
        }
    }
    for argument in old.hidden.iter().filter(|argument| !new.hidden.contains(argument)) {
        let declared = after.get("properties").is_some_and(|p| p.get(argument).is_some());
        let (certainty, sentence) = if declared {
            (
                Certainty::Certain,
                format!(
                    "The model now sees and sets the argument `{argument}` of `{name}`, which was hidden from it."
                ),
            )
        } else {
            (
                Certainty::Possible,
                format!("The argument `{argument}` of `{name}` is no longer added by the application."),
            )
        };
        let values = (Some(argument.as_str().into()), None);
        found.push(moved(
            &rules::HIDDEN_EXPOSED,
            format!("tools.{name}.hidden[{argument}]"),
            certainty,
            values,
            sentence,
        ));
    }
}

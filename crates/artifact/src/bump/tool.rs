//! Tools: what callers must carry out, and what the model is told.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::schemas::{Serializer, serialized};
use super::{Class, Reasons, version};
use crate::model::{Executor, Tool, ToolChoice, Tools};
use crate::rules::semver as rules;
use crate::schema::nothing;
use crate::schema::value::{same, same_option};

/// Compares the tools. No tools at all is the same as an empty list.
pub(super) fn compare(old: Option<&Tools>, new: Option<&Tools>, found: &mut Reasons) {
    if let (Some(old), Some(new)) = (old, new) {
        let Tools { schema_version, choice: _, list: _ } = old;
        if *schema_version != new.schema_version {
            contract_changed(schema_version, &new.schema_version, found);
        }
        forms_changed(old, new, found);
    }
    let (before, after) = (by_name(old), by_name(new));
    for (name, (_, was)) in &before {
        match after.get(name) {
            Some((_, is)) => changed(was, is, found),
            None => removed(was, found),
        }
    }
    for (_, (_, is)) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        added(is, found);
    }
    if order(&before, &after) != order(&after, &before) {
        let sentence = "The model is told the tools in another order.".to_owned();
        found.add(&rules::TOOL_CHANGED, "tools", Class::Minor, sentence);
    }
}

/// The forms an answer can take for the caller: `text`, `call`.
pub(super) fn answers(tools: Option<&Tools>) -> BTreeSet<&'static str> {
    let calls = tools.is_some_and(|t| t.list.iter().any(|tool| tool.executed_by == Executor::Caller));
    match tools.map(|t| t.choice) {
        Some(ToolChoice::Auto) if calls => BTreeSet::from(["call", "text"]),
        // with tools of the platform beside them a required call need not be the caller's
        Some(ToolChoice::Required)
            if calls && tools.is_some_and(|t| t.list.iter().all(|t| t.executed_by == Executor::Caller)) =>
        {
            BTreeSet::from(["call"])
        }
        Some(ToolChoice::Required) if calls => BTreeSet::from(["call", "text"]),
        _ => BTreeSet::from(["text"]),
    }
}

/// The keeper of the contract says with its number how much changed. No model reads the number.
fn contract_changed(old: &Version, new: &Version, found: &mut Reasons) {
    let (rule, class) = if version::breaks(old, new) {
        (&rules::TOOLS_VERSION, Class::Major)
    } else if old.minor != new.minor || old.major == 0 {
        (&rules::TOOL_CHANGED, Class::Minor)
    } else {
        (&rules::TOOL_CHANGED, Class::Patch)
    };
    found.add(rule, "tools.schema_version", class, format!("The tool contract went from {old} to {new}."));
}

/// Which forms of answer are possible follows from the choice, and under `required` also from who carries the tools
/// out.
fn forms_changed(old: &Tools, new: &Tools, found: &mut Reasons) {
    let path = "tools.choice";
    let fresh: Vec<&str> = answers(Some(new)).difference(&answers(Some(old))).copied().collect();
    let chosen = old.choice != new.choice;
    match fresh.first() {
        Some(&"text") => {
            let sentence = "The model may now answer with text, which it could not before.".to_owned();
            found.add(&rules::CHOICE_LOOSENED, path, Class::Major, sentence);
        }
        // calls that are possible because of a new tool are the business of that tool
        Some(_) if chosen => {
            let sentence =
                "The model may now call a tool of the caller, which it could not before.".to_owned();
            found.add(&rules::CHOICE_LOOSENED, path, Class::Major, sentence);
        }
        None if chosen => {
            let sentence =
                "The model is bound differently in calling tools; callers know every form of answer.";
            found.add(&rules::TOOL_CHANGED, path, Class::Minor, sentence.to_owned());
        }
        _ => {}
    }
}

type Name<'a> = (&'a str, usize);
type ByName<'a> = BTreeMap<Name<'a>, (usize, &'a Tool)>;

/// The names that `other` has as well, in the order of the list.
fn order<'a>(of: &ByName<'a>, other: &ByName) -> Vec<Name<'a>> {
    let mut kept: Vec<(usize, Name)> =
        of.iter().filter(|(name, _)| other.contains_key(*name)).map(|(name, (i, _))| (*i, *name)).collect();
    kept.sort_unstable();
    kept.into_iter().map(|(_, name)| name).collect()
}

fn by_name(tools: Option<&Tools>) -> ByName<'_> {
    let mut map = BTreeMap::new();
    for (index, tool) in tools.iter().flat_map(|t| &t.list).enumerate() {
        let free = (0..).find(|n| !map.contains_key(&(tool.name.as_str(), *n))).unwrap_or(usize::MAX);
        map.insert((tool.name.as_str(), free), (index, tool));
    }
    map
}

fn added(tool: &Tool, found: &mut Reasons) {
    let path = format!("tools.{}", tool.name);
    match tool.executed_by {
        Executor::Caller => {
            let sentence = format!("The model may call `{}`, which callers do not know.", tool.name);
            found.add(&rules::TOOL_ADDED, &path, Class::Major, sentence);
        }
        Executor::Platform => {
            let sentence = format!("The platform carries out one more tool, `{}`.", tool.name);
            found.add(&rules::PLATFORM_TOOL, &path, Class::Minor, sentence);
        }
    }
}

fn removed(tool: &Tool, found: &mut Reasons) {
    let path = format!("tools.{}", tool.name);
    match tool.executed_by {
        Executor::Caller => {
            let sentence = format!("The tool `{}`, which callers carry out, is gone.", tool.name);
            found.add(&rules::TOOL_REMOVED, &path, Class::Major, sentence);
        }
        Executor::Platform => {
            let sentence = format!("The tool `{}` of the platform is gone.", tool.name);
            found.add(&rules::PLATFORM_TOOL, &path, Class::Minor, sentence);
        }
    }
}

fn changed(old: &Tool, new: &Tool, found: &mut Reasons) {
    let Tool { name, description, executed_by, parameters, hidden } = old;
    let path = format!("tools.{name}");
    match (executed_by, new.executed_by) {
        (Executor::Caller, Executor::Caller) => {}
        (Executor::Platform, Executor::Platform) => {
            let arguments = same_option(parameters.as_ref(), new.parameters.as_ref());
            if !arguments || (description, hidden) != (&new.description, &new.hidden) {
                let sentence = format!("The tool `{name}` of the platform differs.");
                found.add(&rules::PLATFORM_TOOL, &path, Class::Minor, sentence);
            }
            return;
        }
        (Executor::Caller, Executor::Platform) => {
            let sentence =
                format!("The tool `{name}` is no longer carried out by callers but by the platform.");
            return found.add(&rules::TOOL_REMOVED, &path, Class::Major, sentence);
        }
        (Executor::Platform, Executor::Caller) => {
            let sentence =
                format!("The tool `{name}` is no longer carried out by the platform; callers must do it.");
            return found.add(&rules::TOOL_ADDED, &path, Class::Major, sentence);
        }
    }
    if *description != new.description {
        let sentence = format!("The model is told something else about `{name}`.");
        found.add(&rules::TOOL_CHANGED, &format!("{path}.description"), Class::Minor, sentence);
    }
    let none = nothing();
    let (before, after) = (parameters.as_ref().unwrap_or(&none), new.parameters.as_ref().unwrap_or(&none));
    if !same(before, after) {
        let direction = Serializer {
            path: &format!("{path}.parameters"),
            widened: &rules::ARGUMENTS_WIDENED,
            narrowed: &rules::ARGUMENTS_NARROWED,
            undecided: &rules::ARGUMENTS_UNDECIDED,
            reworded: &rules::TOOL_CHANGED,
            what: "argument",
        };
        serialized(&direction, before, after, found);
    } else if parameters.is_some() != new.parameters.is_some() {
        let sentence =
            format!("`{name}` takes no arguments as before, but the model is given another schema.");
        found.add(&rules::TOOL_CHANGED, &format!("{path}.parameters"), Class::Minor, sentence);
    }
    for argument in new.hidden.iter().filter(|argument| !hidden.contains(argument)) {
        let sentence = format!("Callers must now add the hidden argument `{argument}` to calls of `{name}`.");
        found.add(&rules::HIDDEN_ADDED, &format!("{path}.hidden"), Class::Major, sentence);
    }
    for argument in hidden.iter().filter(|argument| !new.hidden.contains(argument)) {
        let sentence =
            format!("Callers no longer add the hidden argument `{argument}` to calls of `{name}`.");
        found.add(&rules::TOOL_CHANGED, &format!("{path}.hidden"), Class::Minor, sentence);
    }
}

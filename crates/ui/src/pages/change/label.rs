//! Fields and kinds of change by the names people know.

use cuelight_artifact::Artifact;
use cuelight_artifact::bump::Class;
use cuelight_artifact::model::{Message, Role};

use crate::parts::Tone;
use crate::words::t;

/// Who speaks, in plain words.
pub fn role(role: Role) -> String {
    match role {
        Role::System => t!("change-role-system"),
        Role::User => t!("change-role-user"),
        Role::Assistant => t!("change-role-assistant"),
    }
}

/// A kind of change, with how loud it is.
pub fn kind_of_change(class: Class) -> (Tone, String) {
    match class {
        Class::None => (Tone::Plain, t!("change-kind-none")),
        Class::Patch => (Tone::Good, t!("change-kind-patch")),
        Class::Minor => (Tone::Info, t!("change-kind-minor")),
        Class::Major => (Tone::Warn, t!("change-kind-major")),
    }
}

/// Names of fields; the messages of a version say who speaks in each.
#[derive(Default)]
pub struct Labels {
    speakers: Vec<Option<Role>>,
}

impl Labels {
    /// For the fields of this version.
    pub fn of(artifact: &Artifact) -> Self {
        Self::of_messages(&artifact.messages)
    }

    /// For these messages.
    pub fn of_messages(messages: &[Message]) -> Self {
        let speaker = |message: &Message| match message {
            Message::Text { role, .. } => Some(*role),
            Message::Placeholder { .. } => None,
        };
        Self { speakers: messages.iter().map(speaker).collect() }
    }

    /// The name of the field at a path.
    pub fn name(&self, path: &str) -> String {
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (first, rest) = path.split_at(end);
        let rest = inner(rest);
        match first {
            "title" => t!("change-title"),
            "summary" => t!("change-summary"),
            "intent" => t!("change-intent"),
            "change_intent" => t!("change-change-intent"),
            "owners" => owner(&rest),
            "risk" => t!("change-risk"),
            "tags" => t!("change-tags"),
            "known_limitations" => t!("change-limitations"),
            "messages" => self.message(&rest),
            "body" => t!("change-body"),
            "model" => model(&rest),
            "constants" => constant(&rest),
            "inputs" => with(&t!("change-inputs"), &declared(&rest)),
            "fragments" => with(&t!("change-shared"), rest.split('.').next().unwrap_or_default()),
            "output" => with(&t!("change-output"), &declared(&rest)),
            "tools" => with(&t!("change-tools"), &rest),
            "retrieval" => with(&t!("change-retrieval"), &rest),
            "authority" => authority(&rest),
            "integration" => with(&t!("change-integration"), &rest),
            "overridable" => t!("change-overridable"),
            "tests" => with(&t!("change-tests"), &rest),
            "" => t!("change-whole"),
            _ => path.to_owned(),
        }
    }

    /// The name of a field, if this is the path of one.
    pub fn field(&self, path: &str) -> Option<String> {
        let name = self.name(path);
        (!path.is_empty() && name != path && !path.contains(' ')).then_some(name)
    }

    fn message(&self, rest: &str) -> String {
        let index: Option<usize> = rest.split('.').next().and_then(|n| n.parse().ok());
        let Some(index) = index else { return t!("change-messages") };
        let number = index + 1;
        match self.speakers.get(index).copied().flatten() {
            Some(speaker) => t!("change-message-of", number = number, role = role(speaker)),
            None => t!("change-message", number = number),
        }
    }
}

/// The rest of a path in one form: `[a].b` and `.a.b` are `a.b`.
fn inner(rest: &str) -> String {
    rest.trim_start_matches(['.', '['])
        .replace("].", ".")
        .replace(['[', ']'], ".")
        .trim_matches('.')
        .replace('"', "")
}

/// The path within what is declared, without the words of the schema around it.
fn declared(rest: &str) -> String {
    let steps = rest.split('.').filter(|s| !matches!(*s, "schema" | "properties" | "items"));
    steps.collect::<Vec<_>>().join(".")
}

fn with(name: &str, rest: &str) -> String {
    if rest.is_empty() { name.to_owned() } else { format!("{name}: {rest}") }
}

fn owner(rest: &str) -> String {
    match rest {
        "business" => t!("change-owner-business"),
        "technical" => t!("change-owner-technical"),
        "rollback" => t!("change-owner-rollback"),
        _ => t!("change-owners"),
    }
}

fn model(rest: &str) -> String {
    match rest.split_once('.') {
        Some(("params", name)) => with(&t!("change-model-parameter"), name),
        _ if rest.starts_with("allow") => t!("change-model-allow"),
        _ if rest == "family" => t!("change-model-family"),
        _ => t!("change-model"),
    }
}

fn constant(rest: &str) -> String {
    match rest.split_once('.') {
        None | Some((_, "value")) => with(&t!("change-constant"), rest.trim_end_matches(".value")),
        Some((name, "description")) => t!("change-constant-description", name = name.to_owned()),
        Some((name, "contract")) => t!("change-constant-contract", name = name.to_owned()),
        Some((name, "stricter")) => t!("change-constant-stricter", name = name.to_owned()),
        Some((name, _)) => with(&t!("change-constant"), name),
    }
}

fn authority(rest: &str) -> String {
    match rest.split('.').next().unwrap_or_default() {
        "allowed" => t!("change-allowed"),
        "forbidden" => t!("change-forbidden"),
        "approval_required" => t!("change-approval"),
        "escalation" => t!("change-escalation"),
        _ => t!("change-authority"),
    }
}

#[cfg(test)]
mod tests;

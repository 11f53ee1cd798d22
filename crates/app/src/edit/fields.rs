//! An artifact as form fields, and back.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_artifact::Artifact;
use cuelight_artifact::model::{Constant, ConstantType, Message, Owners, Risk};
use cuelight_artifact::text::normal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What people edit. The rest of an artifact (inputs, tools, authority and so on) stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fields {
    /// Name for people.
    pub title: String,
    /// What it does, in a sentence or two.
    pub summary: String,
    /// What it is for.
    pub intent: String,
    /// Why this version differs from the one before. Empty when an edit begins: the reason for an earlier change is
    /// not the reason for this one.
    pub change_intent: String,
    /// Who answers for it.
    pub owners: Owners,
    /// How much harm a mistake can do.
    pub risk: Risk,
    /// Words to find it by.
    pub tags: BTreeSet<String>,
    /// What it is known to do badly.
    pub known_limitations: Vec<String>,
    /// Messages in order. Empty for a shared text.
    pub messages: Vec<Message>,
    /// The text of a shared text. Absent for a prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Values of constants, as people write them.
    pub constants: BTreeMap<String, String>,
}

impl Fields {
    /// The fields of an artifact, with no reason for a change yet.
    #[must_use]
    pub fn of(artifact: &Artifact) -> Self {
        Self {
            title: artifact.title.clone(),
            summary: artifact.summary.clone(),
            intent: artifact.intent.clone(),
            change_intent: String::new(),
            owners: artifact.owners.clone(),
            risk: artifact.risk,
            tags: artifact.tags.clone(),
            known_limitations: artifact.known_limitations.clone(),
            messages: artifact.messages.clone(),
            body: artifact.body.clone(),
            constants: artifact.constants.iter().map(|(name, c)| (name.clone(), shown(c))).collect(),
        }
    }

    /// The same in the form artifacts hold: LF line ends, normalisation form C, no space around short texts, no empty
    /// entries in lists.
    #[must_use]
    pub fn normal(&self) -> Self {
        let line = |text: &String| normal(text).trim().to_owned();
        let lines = |text: &String| Some(line(text)).filter(|t| !t.is_empty());
        let owner = |who: &Option<String>| who.as_ref().and_then(lines);
        let message = |message: &Message| match message {
            Message::Text { role, text } => Message::Text { role: *role, text: normal(text).into_owned() },
            placeholder @ Message::Placeholder { .. } => placeholder.clone(),
        };
        Self {
            title: line(&self.title),
            summary: line(&self.summary),
            intent: line(&self.intent),
            change_intent: line(&self.change_intent),
            owners: Owners {
                business: owner(&self.owners.business),
                technical: owner(&self.owners.technical),
                rollback: owner(&self.owners.rollback),
            },
            risk: self.risk,
            tags: self.tags.iter().filter_map(lines).collect(),
            known_limitations: self.known_limitations.iter().filter_map(lines).collect(),
            messages: self.messages.iter().map(message).collect(),
            body: self.body.as_ref().map(|b| normal(b).into_owned()),
            constants: self.constants.iter().map(|(k, v)| (k.clone(), normal(v).into_owned())).collect(),
        }
    }

    /// The normal form, with every field that says the same as the artifact exactly as the artifact has it: a form
    /// drops line ends and space that say nothing, and that is no change.
    #[must_use]
    pub(super) fn settled(&self, artifact: &Artifact) -> Self {
        let was = Self::of(artifact);
        let plain = was.normal();
        let mut mine = self.normal();
        keep(&mut mine.title, &plain.title, was.title);
        keep(&mut mine.summary, &plain.summary, was.summary);
        keep(&mut mine.intent, &plain.intent, was.intent);
        keep(&mut mine.owners, &plain.owners, was.owners);
        keep(&mut mine.tags, &plain.tags, was.tags);
        keep(&mut mine.known_limitations, &plain.known_limitations, was.known_limitations);
        mine.constants.retain(|name, _| was.constants.contains_key(name));
        for (name, value) in was.constants {
            mine.constants.entry(name).or_insert(value);
        }
        mine.body = was.body.map(|_| mine.body.unwrap_or_default());
        mine
    }

    /// `artifact` with these fields. Without a difference, its own reason for its change stays, so that nothing is
    /// changed by opening it.
    #[must_use]
    pub(super) fn onto(&self, artifact: &Artifact) -> Artifact {
        let fields = self.settled(artifact);
        let mut edited = artifact.clone();
        let changed = Self { change_intent: String::new(), ..fields.clone() } != Self::of(artifact);
        if changed {
            edited.change_intent = fields.change_intent;
        }
        edited.title = fields.title;
        edited.summary = fields.summary;
        edited.intent = fields.intent;
        edited.owners = fields.owners;
        edited.risk = fields.risk;
        edited.tags = fields.tags;
        edited.known_limitations = fields.known_limitations;
        edited.messages = fields.messages;
        edited.body = fields.body;
        for (name, constant) in &mut edited.constants {
            if let Some(text) = fields.constants.get(name) {
                constant.value = value(constant, text);
            }
        }
        edited
    }
}

fn keep<T: PartialEq>(mine: &mut T, plain: &T, was: T) {
    if mine == plain {
        *mine = was;
    }
}

/// A constant's value as people write it.
fn shown(constant: &Constant) -> String {
    match &constant.value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What a person wrote, as a value of the constant's type. What is not of that type stays a text, and the rule about
/// constants says so.
fn value(constant: &Constant, text: &str) -> Value {
    if text == shown(constant) {
        return constant.value.clone();
    }
    let read = || serde_json::from_str::<Value>(text.trim()).ok();
    let fitting = match constant.kind {
        ConstantType::String => None,
        ConstantType::Boolean => read().filter(Value::is_boolean),
        ConstantType::Integer | ConstantType::Number => read().filter(Value::is_number),
    };
    fitting.unwrap_or_else(|| Value::String(text.to_owned()))
}

//! The editor's form, read back into an edit.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_app::edit::{EditInput, Fields as EditFields};
use cuelight_app::{AppError, AppResult, Code};
use cuelight_artifact::model::{Message, Owners, Risk, Role};
use semver::Version;

use crate::fields::Fields;

/// Most messages read from one form.
const MESSAGES: usize = 200;

/// What a form sent.
pub struct Sent {
    pub input: EditInput,
    /// The revision of the draft the form was drawn with.
    pub revision: Option<u64>,
    /// The version the edit began with, while conflicts are being settled.
    pub was: Option<Version>,
    /// Fields in conflict in which the editor's own text was chosen.
    pub kept: Vec<String>,
    /// Whether publishing was asked for before.
    pub asked: bool,
}

/// What a button asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Keep the draft, and show the page.
    Save,
    /// Go on to publishing.
    Publish,
    /// A new message at the end.
    Add,
    /// Without this message.
    Remove(usize),
    /// This message before the one above it.
    Up(usize),
    /// The published text of this field.
    Theirs(String),
    /// The editor's own text of this field, whatever was published.
    Mine(String),
}

impl Wish {
    /// Reads it; anything else keeps the draft.
    pub fn of(form: &Fields) -> Self {
        let wish = form.text("do").unwrap_or_default();
        let (verb, what) = wish.split_once(':').unwrap_or((wish, ""));
        let index = what.parse::<usize>().ok();
        match (verb, index) {
            ("publish", _) => Self::Publish,
            ("add", _) => Self::Add,
            ("remove", Some(index)) => Self::Remove(index),
            ("up", Some(index)) => Self::Up(index),
            ("theirs", _) => Self::Theirs(what.to_owned()),
            ("mine", _) => Self::Mine(what.to_owned()),
            _ => Self::Save,
        }
    }

    /// Adds, removes or moves a message.
    pub fn rearrange(&self, fields: &mut EditFields) {
        let messages = &mut fields.messages;
        match *self {
            Self::Add => messages.push(Message::Text { role: Role::User, text: String::new() }),
            Self::Remove(index) if index < messages.len() => {
                messages.remove(index);
            }
            Self::Up(index) if index > 0 && index < messages.len() => messages.swap(index - 1, index),
            _ => {}
        }
    }
}

/// Reads the form.
///
/// # Errors
/// `invalid_request` when it is not the editor's; `too_large` when it has too many messages.
pub fn read(form: &Fields) -> AppResult<Sent> {
    let version = |name: &str| form.text(name).and_then(|v| v.parse::<Version>().ok());
    let base = version("base").ok_or_else(|| {
        AppError::invalid("the form does not say which version it began with; open the editor again")
    })?;
    // What is left out here would be gone from the text.
    if ["role", "place"].iter().any(|part| form.raw(&format!("m.{MESSAGES}.{part}")).is_some()) {
        return Err(AppError::new(
            Code::TooLarge,
            format!("a form has at most {MESSAGES} messages; edit this prompt as files"),
        ));
    }
    let raw = |name: &str| form.raw(name).unwrap_or_default().to_owned();
    let owner = |name: &str| form.text(name).map(str::to_owned);
    let also: BTreeSet<_> = form.all("also").into_iter().filter_map(|id| id.parse().ok()).collect();
    let fields = EditFields {
        title: raw("title"),
        summary: raw("summary"),
        intent: raw("intent"),
        change_intent: raw("change_intent"),
        owners: Owners {
            business: owner("owner.business"),
            technical: owner("owner.technical"),
            rollback: owner("owner.rollback"),
        },
        risk: match form.text("risk") {
            Some("low") => Risk::Low,
            Some("high") => Risk::High,
            _ => Risk::Medium,
        },
        tags: list(&raw("tags"), &[',', '\n']).into_iter().collect(),
        known_limitations: list(&raw("limitations"), &['\n']),
        messages: messages(form),
        body: form.raw("body").map(str::to_owned),
        constants: constants(form),
    };
    let revision = form.text("revision").and_then(|r| r.parse().ok());
    Ok(Sent {
        input: EditInput { base, fields, also, bump: None },
        revision,
        was: version("was"),
        kept: form.all("kept").into_iter().map(str::to_owned).collect(),
        asked: form.text("asked").is_some(),
    })
}

fn list(text: &str, between: &[char]) -> Vec<String> {
    text.split(between).map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect()
}

fn messages(form: &Fields) -> Vec<Message> {
    let message = |index: usize| {
        let part = |name: &str| form.raw(&format!("m.{index}.{name}"));
        if let Some(name) = part("place") {
            return Some(Message::Placeholder {
                name: name.to_owned(),
                optional: part("optional").is_some(),
            });
        }
        let role = match part("role")? {
            "system" => Role::System,
            "assistant" => Role::Assistant,
            _ => Role::User,
        };
        Some(Message::Text { role, text: part("text").unwrap_or_default().replace("\r\n", "\n") })
    };
    (0..MESSAGES).map_while(message).collect()
}

fn constants(form: &Fields) -> BTreeMap<String, String> {
    form.iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("c.")?.to_owned(), value.replace("\r\n", "\n"))))
        .collect()
}

#[cfg(test)]
mod tests;

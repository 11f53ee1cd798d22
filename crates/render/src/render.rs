//! What goes into a rendering and what comes out.

use std::collections::BTreeMap;

use cuelight_artifact::Diagnostic;
use cuelight_artifact::model::Role;
use cuelight_artifact::rules::{Rule, template as rules};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::limits::{Deadline, LimitKind};

/// One message as a model reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChatMessage {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
}

/// What a prompt is rendered with.
#[derive(Debug, Clone)]
pub struct RenderRequest<'a> {
    /// The inputs: one object, or null for none. Whether they fit the input schema is checked elsewhere.
    pub inputs: &'a Value,
    /// What retrieval found: objects with the texts `id` and `text` and, if there is one, the number `score`.
    pub passages: &'a [Value],
    /// Earlier messages by the name of their placeholder.
    pub placeholders: &'a BTreeMap<String, Vec<ChatMessage>>,
    /// When to give up, if the caller has a clock.
    pub deadline: Option<Deadline>,
}

static NOTHING: BTreeMap<String, Vec<ChatMessage>> = BTreeMap::new();

impl<'a> RenderRequest<'a> {
    /// A request with inputs alone.
    #[must_use]
    pub const fn new(inputs: &'a Value) -> Self {
        Self { inputs, passages: &[], placeholders: &NOTHING, deadline: None }
    }

    /// Adds passages.
    #[must_use]
    pub const fn with_passages(mut self, passages: &'a [Value]) -> Self {
        self.passages = passages;
        self
    }

    /// Adds earlier messages.
    #[must_use]
    pub const fn with_placeholders(mut self, placeholders: &'a BTreeMap<String, Vec<ChatMessage>>) -> Self {
        self.placeholders = placeholders;
        self
    }

    /// Adds a deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

/// A rendered prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// The messages in order, placeholders replaced by the messages given for them.
    pub messages: Vec<ChatMessage>,
}

impl Rendered {
    /// The bytes of all messages.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.messages.iter().map(|m| m.content.len()).sum()
    }

    /// About how many tokens the messages have: [`crate::token_estimate`] of each.
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.messages.iter().map(|m| crate::token_estimate(&m.content)).sum()
    }
}

/// What to look up before rendering.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RenderedRetrieval {
    /// Which index.
    pub index: String,
    /// The query.
    pub query: String,
    /// How many passages at most.
    pub top_k: u32,
    /// Passages scoring lower are left out.
    pub min_score: Option<f64>,
    /// Filters by field.
    pub filters: BTreeMap<String, String>,
    /// The variable that templates find the passages under.
    pub into: String,
}

/// A place in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The artifact, such as `prompt:sales/qualify-lead`; a fragment if the place is in one.
    pub artifact: String,
    /// The field, such as `messages[1].text`.
    pub field: String,
    /// Line within the field's text, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}:{}:{}", self.artifact, self.field, self.line, self.column)
    }
}

/// Why a prompt could not be rendered. Nothing is ever rendered in part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A value that a template reads was not given.
    #[error("{place}: {what} was not given")]
    Missing {
        /// Where it is read.
        place: Place,
        /// What is missing.
        what: String,
    },
    /// A value does not fit what a template does with it.
    #[error("{place}: {message}")]
    Type {
        /// Where.
        place: Place,
        /// What does not fit.
        message: String,
    },
    /// A limit was reached.
    #[error("rendering stopped: {message}")]
    Limit {
        /// Which.
        kind: LimitKind,
        /// What was exceeded, with its number.
        message: String,
        /// Where, if it is known.
        place: Option<Place>,
    },
    /// No messages for a placeholder that needs them.
    #[error("no messages were given for the placeholder `{name}`")]
    PlaceholderMissing {
        /// Its name.
        name: String,
    },
    /// Messages for a placeholder that the prompt does not have.
    #[error("the prompt has no placeholder `{name}`{}", known_names(.known))]
    PlaceholderUnknown {
        /// The name given.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// Inputs or passages are not in the expected form.
    #[error("{message}")]
    Data {
        /// What is wrong.
        message: String,
    },
    /// The engine failed where the reference renderer did not.
    #[error("the renderers disagree on {field}: {message}")]
    Engine {
        /// The field.
        field: String,
        /// What the engine said.
        message: String,
    },
}

fn known_names(known: &[String]) -> String {
    if known.is_empty() { " (it has none)".to_owned() } else { format!(" (it has {})", known.join(", ")) }
}

impl RenderError {
    /// The rule that was broken.
    #[must_use]
    pub const fn rule(&self) -> &'static Rule {
        match self {
            Self::Missing { .. } => &rules::NOT_GIVEN,
            Self::Type { .. } => &rules::WRONG_TYPE,
            Self::Limit { .. } => &rules::LIMIT,
            Self::PlaceholderMissing { .. } | Self::PlaceholderUnknown { .. } => &rules::PLACEHOLDER,
            Self::Data { .. } => &rules::RENDER_INPUT,
            Self::Engine { .. } => &rules::ENGINE,
        }
    }

    /// Where, if it is a place in a template.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::Missing { place, .. } | Self::Type { place, .. } => Some(place),
            Self::Limit { place, .. } => place.as_ref(),
            _ => None,
        }
    }

    /// The same as a diagnostic.
    #[must_use]
    pub fn to_diagnostic(&self) -> Diagnostic {
        let rule = self.rule();
        let message = match self {
            Self::Missing { what, .. } => format!("{what} was not given"),
            Self::Type { message, .. } => message.clone(),
            other => other.to_string(),
        };
        let diagnostic = Diagnostic::error(rule, message).fix(rule.fix);
        match self.place() {
            Some(place) => {
                diagnostic.of(&place.artifact).on(place.field.as_str()).at(place.line, place.column)
            }
            None => diagnostic,
        }
    }
}

//! A question: which prompt, for whom, with which values.

use std::collections::BTreeMap;

use cuelight_render::ChatMessage;
use serde_json::{Map, Value};

/// A question. The same fields as `POST …/resolve` takes.
///
/// ```
/// # use cuelight_client::Ask;
/// let ask = Ask::new("sales/qualify-lead").attribute("tenant", "globex").input("person", "Ada");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The prompt.
    pub prompt: String,
    /// Attributes that overrides may ask for, such as `tenant`.
    pub attributes: BTreeMap<String, String>,
    /// One object: values by the names of the input schema.
    pub inputs: Value,
    /// Passages that retrieval found.
    pub passages: Vec<Value>,
    /// Messages for placeholders.
    pub placeholders: BTreeMap<String, Vec<ChatMessage>>,
}

impl Ask {
    /// For this prompt, without values.
    #[must_use]
    pub fn new(prompt: &str) -> Self {
        Self {
            prompt: prompt.to_owned(),
            attributes: BTreeMap::new(),
            inputs: Value::Object(Map::new()),
            passages: Vec::new(),
            placeholders: BTreeMap::new(),
        }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: &str) -> Self {
        self.attributes.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Adds an input. Nothing is added when `inputs` was set to something else than an object.
    #[must_use]
    pub fn input(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Value::Object(inputs) = &mut self.inputs {
            inputs.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Adds a passage: an object with the texts `id` and `text` and, if there is one, the number `score`.
    #[must_use]
    pub fn passage(mut self, passage: Value) -> Self {
        self.passages.push(passage);
        self
    }

    /// Adds messages for a placeholder.
    #[must_use]
    pub fn placeholder(mut self, name: &str, messages: Vec<ChatMessage>) -> Self {
        self.placeholders.insert(name.to_owned(), messages);
        self
    }
}

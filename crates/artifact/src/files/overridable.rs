//! Paths that an override may set: the grammar of `overridable`.

use crate::model::{Artifact, Message};

/// A field that a tenant, brand or region may set differently, if the artifact lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overridable {
    /// `title`
    Title,
    /// `constants.name`: the value of that constant.
    Constant(String),
    /// `model.allow`
    ModelAllow,
    /// `model.params.name`
    ModelParam(String),
    /// `retrieval.index`, `.query`, `.top_k` or `.min_score`
    Retrieval(&'static str),
    /// `retrieval.filters.name`
    RetrievalFilter(String),
    /// `integration.name`
    Integration(String),
    /// `messages[i].text`
    MessageText(usize),
    /// `body`
    Body,
}

/// The field that `path` names, if it is one that may be overridable at all.
#[must_use]
pub fn parse(path: &str) -> Option<Overridable> {
    let named = |prefix: &str| path.strip_prefix(prefix).filter(|name| !name.is_empty()).map(str::to_owned);
    match path {
        "title" => return Some(Overridable::Title),
        "body" => return Some(Overridable::Body),
        "model.allow" => return Some(Overridable::ModelAllow),
        _ => {}
    }
    if let Some(name) = named("retrieval.filters.") {
        return Some(Overridable::RetrievalFilter(name));
    }
    if let Some(name) = named("retrieval.") {
        return ["index", "query", "top_k", "min_score"]
            .into_iter()
            .find(|k| *k == name)
            .map(Overridable::Retrieval);
    }
    if let Some(name) = named("constants.") {
        return Some(Overridable::Constant(name));
    }
    if let Some(name) = named("model.params.") {
        return Some(Overridable::ModelParam(name));
    }
    if let Some(name) = named("integration.") {
        return Some(Overridable::Integration(name));
    }
    let index = path.strip_prefix("messages[")?.strip_suffix("].text")?;
    let canonical = index == "0" || !index.starts_with(['0', '+']);
    index.parse().ok().filter(|_| canonical).map(Overridable::MessageText)
}

impl Overridable {
    /// Whether the artifact has this field.
    #[must_use]
    pub fn exists_in(&self, artifact: &Artifact) -> bool {
        let retrieval = artifact.retrieval.as_ref();
        match self {
            Self::Title => true,
            Self::Constant(name) => artifact.constants.contains_key(name),
            Self::ModelAllow => artifact.model.is_some(),
            Self::ModelParam(name) => artifact.model.as_ref().is_some_and(|m| m.params.contains_key(name)),
            Self::Retrieval(_) => retrieval.is_some(),
            Self::RetrievalFilter(name) => retrieval.is_some_and(|r| r.filters.contains_key(name)),
            Self::Integration(name) => artifact.integration.contains_key(name),
            Self::MessageText(i) => matches!(artifact.messages.get(*i), Some(Message::Text { .. })),
            Self::Body => artifact.body.is_some(),
        }
    }
}

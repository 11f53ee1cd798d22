//! The answer to a question: what to send to the model, and where it came from.

use std::borrow::Cow;
use std::sync::Arc;

use cuelight_artifact::name::Word;
use cuelight_artifact::{ArtifactName, Digest};
use cuelight_render::{ChatMessage, RenderedRetrieval};
use cuelight_resolve::Settings;
use semver::Version;
use serde::Serialize;

/// One prompt, resolved and rendered. In JSON it is what the server answers, and `source`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Resolved {
    /// The prompt.
    pub prompt: ArtifactName,
    /// Its version.
    pub version: Version,
    /// What exactly was served.
    pub digest: Digest,
    /// The environment's generation.
    pub generation: u64,
    /// The release that brought the version.
    pub release: u64,
    /// `stable`, or an arm of a rollout.
    pub arm: Cow<'static, str>,
    /// Why this one: `stable`, or `override:<id>`.
    pub reason: Cow<'static, str>,
    /// The override chosen, if any.
    #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
    pub over: Option<Word>,
    /// The messages.
    pub messages: Vec<ChatMessage>,
    /// What to retrieve, if the prompt retrieves; ask again with the passages found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<RenderedRetrieval>,
    /// What the prompt says beside its messages: `answer.settings.model` and so on. In JSON these stand among the others.
    #[serde(flatten)]
    pub settings: Arc<Settings>,
    /// Send this back with observations.
    pub cue: String,
    /// Things the caller should know, such as that the version was yanked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Where the generation came from.
    pub source: Source,
}

/// Where a generation came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The server sent it, or said since the start that it is the newest.
    Server,
    /// The copy on disk, not confirmed by the server since the start.
    Disk,
    /// The bundle built into the application, not confirmed by the server since the start.
    BuiltIn,
}

impl Source {
    /// `server`, `disk` or `built_in`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Disk => "disk",
            Self::BuiltIn => "built_in",
        }
    }
}

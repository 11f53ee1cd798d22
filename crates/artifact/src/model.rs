//! The artifact: everything that decides how a prompt behaves, as one value.
//!
//! Defaults are not serialised, so that a field added later, with a default, changes no existing digest.

mod authority;
mod body;
mod fragment;
mod settings;

pub use authority::{Authority, Escalation, Owners, Risk};
pub use body::{Constant, ConstantType, Message, Output, OutputKind, Role, Stricter, TestCase};
pub use fragment::{FragmentUse, Locked};
pub use settings::{Executor, Model, Retrieval, Tool, ToolChoice, Tools};

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{CanonicalError, Digest, canonical_bytes};
use crate::name::{ArtifactName, ArtifactRef, Kind};

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A prompt or a fragment, with all that belongs to it. Files are inlined; text has LF line ends and is in
/// Unicode normalisation form C.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Prompt or fragment.
    pub kind: Kind,
    /// Name within its kind.
    pub name: ArtifactName,
    /// Name for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it does, in a sentence or two.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// What it is for: the purpose that stays while versions come and go.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub intent: String,
    /// Why this version differs from the one before; becomes its release note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub change_intent: String,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owners: Owners,
    /// How much harm a mistake can do.
    #[serde(default, skip_serializing_if = "is_default")]
    pub risk: Risk,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// What it is known to do badly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_limitations: Vec<String>,
    /// Model family, allowed models and parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// Named values used in text and by callers, such as thresholds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constants: BTreeMap<String, Constant>,
    /// JSON Schema (the subset of rules CL-J) of what a caller gives. Absent means no inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Value>,
    /// Messages in order. Empty for a fragment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
    /// The text of a fragment. Absent for a prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Fragments by the alias that templates include.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fragments: BTreeMap<String, FragmentUse>,
    /// What the model is to answer.
    #[serde(default, skip_serializing_if = "is_default")]
    pub output: Output,
    /// Tools the model may call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Tools>,
    /// What is retrieved before the prompt is rendered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<Retrieval>,
    /// What the prompt may, may never, and may only with a person's approval lead to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub authority: Authority,
    /// Settings for the systems around the prompt (a CRM's field map, a channel's template id).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub integration: BTreeMap<String, Value>,
    /// Fields that a tenant, brand or region may set differently, as paths such as `constants.tone`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub overridable: BTreeSet<String>,
    /// Golden cases: inputs with what must hold of the rendered prompt or of an answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<TestCase>,
    /// Keys that start with `x-`: kept, part of the digest, without meaning to Cuelight.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<String, Value>,
}

impl Artifact {
    /// An empty artifact of this kind and name.
    #[must_use]
    pub fn new(kind: Kind, name: ArtifactName) -> Self {
        Self {
            kind,
            name,
            title: String::new(),
            summary: String::new(),
            intent: String::new(),
            change_intent: String::new(),
            owners: Owners::default(),
            risk: Risk::default(),
            tags: BTreeSet::new(),
            known_limitations: Vec::new(),
            model: None,
            constants: BTreeMap::new(),
            inputs: None,
            messages: Vec::new(),
            body: None,
            fragments: BTreeMap::new(),
            output: Output::default(),
            tools: None,
            retrieval: None,
            authority: Authority::default(),
            integration: BTreeMap::new(),
            overridable: BTreeSet::new(),
            tests: Vec::new(),
            extensions: BTreeMap::new(),
        }
    }

    /// Kind and name together.
    #[must_use]
    pub fn id(&self) -> ArtifactRef {
        ArtifactRef { kind: self.kind, name: self.name.clone() }
    }

    /// The RFC 8785 bytes. Their SHA-256 is the digest; they are what the registry stores.
    ///
    /// # Errors
    /// When a number in a schema or setting has no JSON form.
    pub fn canonical_bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical_bytes(self)
    }

    /// The identity of this content. It names the resolved artifact only if every fragment is locked
    /// ([`Artifact::is_resolved`]): fragments count by their own digests.
    ///
    /// # Errors
    /// As [`Artifact::canonical_bytes`].
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Ok(Digest::of_bytes(&self.canonical_bytes()?))
    }

    /// Whether every fragment is locked to a version and digest.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        self.fragments.values().all(|f| f.locked.is_some())
    }

    /// The same artifact with no fragment locked: what an author wrote.
    #[must_use]
    pub fn unlocked(&self) -> Self {
        let mut copy = self.clone();
        for fragment in copy.fragments.values_mut() {
            fragment.locked = None;
        }
        copy
    }
}

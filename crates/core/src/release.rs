//! Releases: an atomic set of places in one environment, with a declared way back; and going back.

pub mod open;
pub mod roll_back;

pub use open::{OpenRelease, SlotRequest};
pub use roll_back::RollBack;

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use cuelight_artifact::name::Word;
use cuelight_artifact::{ArtifactName, Digest, EnvironmentName, NameError, borrowed};
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ledger::{Actor, Micros, Seq};

/// A place in an environment: a prompt, or an override of a prompt for some audience. Written
/// `sales/qualify-lead` or `sales/qualify-lead#acme`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// The prompt.
    pub prompt: ArtifactName,
    /// The override's id; none for what everybody else gets.
    pub over: Option<Word>,
}

impl Slot {
    /// The place of a prompt itself.
    #[must_use]
    pub const fn prompt(prompt: ArtifactName) -> Self {
        Self { prompt, over: None }
    }

    /// The place of an override.
    #[must_use]
    pub const fn over(prompt: ArtifactName, id: Word) -> Self {
        Self { prompt, over: Some(id) }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.over {
            None => write!(f, "{}", self.prompt),
            Some(id) => write!(f, "{}#{id}", self.prompt),
        }
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Slot {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text.split_once('#') {
            None => Ok(Self::prompt(text.parse()?)),
            Some((prompt, id)) => Ok(Self::over(prompt.parse()?, id.parse()?)),
        }
    }
}

impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        borrowed::text(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What stands in a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// The version it is, or is made from.
    pub version: Version,
    /// The digest of what is really served: the version's own, or that of the version with the patch applied.
    pub digest: Digest,
    /// For an override: whom it is for and how it is made. None for the prompt itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// The field patch applied to the version: a blob of canonical JSON, field path to value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<Digest>,
}

impl Hash for Placed {
    /// By what tells most of them apart in few bytes, for there are as many as entries: the version is in the digest.
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(start) = self.digest.as_raw().first_chunk::<8>() {
            state.write(start);
        }
        self.audience.hash(state);
        self.patch.hash(state);
    }
}

/// Whom an override is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Audience {
    /// Request attributes that must all be equal to these, such as `tenant: acme`.
    pub when: BTreeMap<String, String>,
    /// Which version it is made from.
    pub base: Base,
}

/// Which version an override is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Base {
    /// Whatever the prompt itself is at: made anew, in the same release, when that changes.
    Following,
    /// A version of its own.
    Pinned,
}

/// One place that a release changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotChange {
    /// The place.
    pub slot: Slot,
    /// What was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Arc<Placed>>,
    /// What is there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Arc<Placed>>,
}

/// Why a generation came to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Cause {
    /// Something new was released.
    Release,
    /// An earlier generation was brought back.
    RollBack {
        /// The release that was taken back.
        of: u64,
        /// The generation whose content this is.
        to: u64,
    },
}

/// Whether a release went the normal way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Urgency {
    /// The policy was satisfied.
    #[default]
    Planned,
    /// The policy was passed over in an emergency; the record says what and why.
    BreakGlass {
        /// Why: a text blob.
        reason: Digest,
    },
}

impl Urgency {
    /// Whether it went the normal way.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        *self == Self::Planned
    }
}

/// A release as the state knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Serialize))]
pub struct ReleaseRecord {
    /// Its number within the project, from 1.
    pub number: u64,
    /// Where.
    pub environment: EnvironmentName,
    /// The generation it made.
    pub generation: u64,
    /// A release, or going back.
    pub cause: Cause,
    /// What changed.
    pub changes: Vec<SlotChange>,
    /// The generation that going back returns to.
    pub way_back: u64,
    /// Normal or break-glass.
    pub urgency: Urgency,
    /// What break-glass passed over.
    pub passed_over: Vec<String>,
    /// Why: a text blob.
    pub notes: Option<Digest>,
    /// A label for people.
    pub label: Option<Word>,
    /// The entry.
    pub seq: Seq,
    /// When.
    pub at: Micros,
    /// Who.
    pub actor: Actor,
}

impl JsonSchema for Slot {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Slot".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A prompt, or an override of it: `sales/qualify-lead` or `sales/qualify-lead#acme`",
            "pattern": "^[a-z0-9-]+(/[a-z0-9-]+){1,5}(#[a-z0-9-]+)?$"
        })
    }
}

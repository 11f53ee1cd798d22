//! One ledger entry and the exact bytes that are hashed.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use cuelight_artifact::canonical::{CanonicalError, canonical_bytes};
use cuelight_artifact::{Digest, NameError, ProjectName, borrowed};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

pub mod read;

pub use read::{Body, Envelope};

/// Position in a ledger, gapless from 1. Zero means "before the first entry".
pub type Seq = u64;

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// Which ledger: the installation's (people's roles, projects, tokens, settings) or a project's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LedgerId {
    /// The installation's own ledger.
    Installation,
    /// The ledger of one project.
    Project(ProjectName),
}

impl fmt::Display for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installation => f.write_str("installation"),
            Self::Project(name) => write!(f, "project/{name}"),
        }
    }
}

impl fmt::Debug for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for LedgerId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text == "installation" {
            return Ok(Self::Installation);
        }
        Ok(Self::Project(text.strip_prefix("project/").unwrap_or(text).parse()?))
    }
}

impl Serialize for LedgerId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LedgerId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        borrowed::text(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Who did it: an id, never a name. Names live in the directory and can be erased.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Actor {
    /// Cuelight itself, such as when it opens a new ledger.
    System,
    /// Whoever holds this API token.
    Token {
        /// The token's public id; shared, for it stands in every record of what its holder did.
        id: Arc<str>,
    },
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::Token { id } => write!(f, "token:{id}"),
        }
    }
}

/// The idempotency key of a command: at most 200 characters of visible ASCII. The same id never applies twice
/// in one ledger.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CommandId(Box<str>);

/// The text cannot be a command id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to 200 characters, all visible ASCII")]
pub struct CommandIdError;

impl CommandId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for CommandId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for CommandId {
    type Err = CommandIdError;

    fn from_str(text: &str) -> Result<Self, CommandIdError> {
        let fits = (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.into())) } else { Err(CommandIdError) }
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for CommandId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        borrowed::text(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One entry, decoded. What is stored and hashed is [`Entry::encode`]'s bytes, never a second encoding of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Position in the ledger.
    pub seq: Seq,
    /// When, never before the previous entry.
    pub at: Micros,
    /// Root of the Merkle tree over all entries before this one. One intact entry therefore vouches for all that
    /// came before it, and a changed entry contradicts its successor.
    pub prev: Digest,
    /// Who.
    pub actor: Actor,
    /// The command that caused it. Entries of one command are adjacent.
    pub command: CommandId,
    /// Event kind with its version, such as `release.opened/1`.
    pub kind: String,
    /// The event's fields. Holds no floating-point number and no personal data.
    pub body: Value,
}

impl Entry {
    /// The bytes to store and to hash (RFC 8785).
    ///
    /// # Errors
    /// When the body holds a number JSON cannot say.
    pub fn encode(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical_bytes(self)
    }

    /// Reads stored bytes.
    ///
    /// # Errors
    /// When they are not an entry.
    pub fn decode(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

//! What kind of content-addressed bytes an entry may refer to.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether bytes named by an entry may ever be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BlobClass {
    /// Decides behaviour: an artifact, a report. Kept for ever.
    Artifact,
    /// Free text with a random nonce. Can be erased; its digest, and every proof, stays valid.
    Text,
}

/// The text is no class of blob.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no class of blob; the classes are `artifact` and `text`")]
pub struct BlobClassError(String);

impl BlobClass {
    /// `artifact` or `text`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Artifact => "artifact",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for BlobClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for BlobClass {
    type Err = BlobClassError;

    fn from_str(text: &str) -> Result<Self, BlobClassError> {
        match text {
            "artifact" => Ok(Self::Artifact),
            "text" => Ok(Self::Text),
            other => Err(BlobClassError(other.to_owned())),
        }
    }
}

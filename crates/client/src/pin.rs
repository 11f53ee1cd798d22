//! The name of one generation, to be kept with a conversation.

use std::fmt;

use cuelight_artifact::Digest;
use serde::{Deserialize, Serialize};

/// The name of one generation exactly as it was applied. Small, and made to be stored with a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The generation.
    pub generation: u64,
    /// The digest of its bundle's bytes. It also tells apart two states of one generation, before and after a version
    /// in it was yanked as unsafe.
    pub digest: Digest,
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.generation, self.digest)
    }
}

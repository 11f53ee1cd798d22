//! Signed checkpoints: "this ledger had this many entries with this root" (c2sp.org/tlog-checkpoint).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use cuelight_artifact::Digest;

use super::LedgerId;
use super::note::{self, NoteError, Opener, SignerKey, VerifierKey};

/// How large a ledger was and what its tree's root was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which ledger, for the whole world; see [`origin`].
    pub origin: String,
    /// How many entries: the `seq` of the last one.
    pub size: u64,
    /// Root of the Merkle tree over them.
    pub root: Digest,
}

/// Why a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The signed note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note's text is no checkpoint.
    #[error("not a checkpoint: {0}")]
    Form(&'static str),
}

/// The origin line of a ledger's checkpoints: `cuelight/<installation id>/<ledger id>`.
#[must_use]
pub fn origin(installation: &str, ledger: &LedgerId) -> String {
    format!("cuelight/{installation}/{ledger}")
}

impl Checkpoint {
    /// The signed note.
    ///
    /// # Errors
    /// When the origin is empty or has a control character.
    pub fn sign(&self, key: &SignerKey) -> Result<String, CheckpointError> {
        if self.origin.is_empty() || self.origin.contains(char::is_control) {
            return Err(CheckpointError::Form("its origin is empty or has a control character"));
        }
        let root = BASE64.encode(self.root.as_raw());
        Ok(note::sign(&format!("{}\n{}\n{root}\n", self.origin, self.size), key)?)
    }

    /// Reads a note signed by `key`. Extension lines are refused: Cuelight writes none, so one here is foreign.
    ///
    /// # Errors
    /// When the signature does not fit or the text is no checkpoint.
    pub fn open(text: &str, key: &VerifierKey) -> Result<Self, CheckpointError> {
        Self::parse(note::open(text, key)?)
    }

    /// Reads many notes of one key: for each exactly what [`Checkpoint::open`] gives.
    pub fn open_many(notes: &[&str], opener: &Opener<'_>) -> Vec<Result<Self, CheckpointError>> {
        opener.open(notes).into_iter().map(|text| Self::parse(text?)).collect()
    }

    fn parse(text: &str) -> Result<Self, CheckpointError> {
        let lines: Vec<&str> = text.split('\n').collect();
        let [origin, size, root, ""] = lines[..] else {
            return Err(CheckpointError::Form("it has not exactly the three lines origin, size, root"));
        };
        if origin.is_empty() {
            return Err(CheckpointError::Form("its origin is empty"));
        }
        let plain = size.bytes().all(|b| b.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
        let size = size.parse().ok().filter(|_| plain);
        let size = size.ok_or(CheckpointError::Form("its size is not a plain decimal number"))?;
        let root = BASE64.decode(root).ok().and_then(|raw| <[u8; 32]>::try_from(raw).ok());
        let root = root.ok_or(CheckpointError::Form("its root is not the base64 of 32 bytes"))?;
        Ok(Self { origin: origin.to_owned(), size, root: Digest::from_raw(root) })
    }
}

#[cfg(test)]
mod tests;

//! The form in which a state is saved: a shortcut past the ledger, made for being read quickly.
//!
//! What follows from something else is left out and made anew when it is read: who uses which fragment follows from
//! the versions, and what an environment served when follows from the releases. Names, actors and what stands in a
//! place are written where they first occur and are numbers afterwards; numbers are written as what they differ by
//! from what is to be expected. The last 32 bytes are the SHA-256 digest of all before them.
//!
//! Equal states have equal bytes, so that the offline check can compare them with a replay.

mod bytes;
mod parts;
mod releases;
mod versions;

use cuelight_artifact::Digest;

use self::bytes::{In, Out};
use self::parts::{Known, Listed};
use super::State;

/// Length of the digest at the end.
const SEAL: usize = 32;

impl State {
    /// The bytes to save. None for a state that no ledger of decided commands leads to: it does not follow from its
    /// versions and releases, and is not worth a shortcut.
    #[must_use]
    pub fn save(&self) -> Option<Vec<u8>> {
        let Self { seq, at, project, key, artifacts, users, environments, releases } = self;
        if *users != versions::users(artifacts) {
            return None;
        }
        let mut out = Out::default();
        out.number(*seq);
        out.signed(*at);
        out.flag(project.is_some());
        if let Some(project) = project {
            out.text(project.as_str());
        }
        out.text(key);
        let (mut names, mut actors) = (Known::default(), Known::default());
        versions::write(&mut out, artifacts, &mut names, &mut actors);
        releases::write(&mut out, environments, releases, &mut names, &mut actors)?;
        Some(seal(out.0))
    }

    /// Reads saved bytes. None when they are damaged or of another form; whatever they are, this ends, and takes no
    /// more room than a small multiple of theirs.
    #[must_use]
    pub fn load(bytes: &[u8]) -> Option<Self> {
        let mut input = In(unseal(bytes)?);
        let (seq, at) = (input.number()?, input.signed()?);
        let project = if input.flag()? { Some(input.text()?.parse().ok()?) } else { None };
        let key = input.text()?.to_owned();
        let (mut names, mut actors) = (Listed::default(), Listed::default());
        let artifacts = versions::read(&mut input, &mut names, &mut actors)?;
        let (environments, releases) = releases::read(&mut input, &mut names, &mut actors)?;
        let users = versions::users(&artifacts);
        let state = Self { seq, at, project, key, artifacts, users, environments, releases };
        input.0.is_empty().then_some(state)
    }
}

/// These bytes with their digest behind them.
pub(crate) fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    let digest = Digest::of_bytes(&bytes);
    bytes.extend_from_slice(digest.as_raw());
    bytes
}

/// What was sealed; none if one byte of it is another.
pub(crate) fn unseal(bytes: &[u8]) -> Option<&[u8]> {
    let (bytes, digest) = bytes.split_last_chunk::<SEAL>()?;
    (Digest::of_bytes(bytes).as_raw() == digest).then_some(bytes)
}

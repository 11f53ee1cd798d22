//! Locked mode: nothing but what a `prompts.lock` names is ever served.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_artifact::lock::Lockfile;
use cuelight_artifact::{ArtifactName, Digest, Kind};
use cuelight_resolve::BundledPrompt;

use crate::error::{Refusal, StartError};

/// The digests that may be served, by prompt. Fragments need no look of their own: a prompt's digest covers the digests
/// of all that it includes.
#[derive(Debug)]
pub(crate) struct Lock(BTreeMap<ArtifactName, BTreeSet<Digest>>);

impl Lock {
    /// Reads the text of a `prompts.lock`.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn parse(text: &str) -> Result<Self, StartError> {
        let lock = Lockfile::parse(text).map_err(|found| {
            let lines: Vec<String> = found.iter().take(3).map(|d| d.message.clone()).collect();
            StartError::Lock(lines.join("; "))
        })?;
        let mut named: BTreeMap<ArtifactName, BTreeSet<Digest>> = BTreeMap::new();
        for entry in lock.entries().filter(|e| e.name.kind == Kind::Prompt) {
            named.entry(entry.name.name.clone()).or_default().insert(entry.digest);
        }
        Ok(Self(named))
    }

    /// Whether the prompt is named, and then whether every place of it has a digest that is named.
    ///
    /// # Errors
    /// [`Refusal::Foreign`] for the first place that has not.
    pub(crate) fn admits(&self, name: &ArtifactName, prompt: &BundledPrompt) -> Result<bool, Refusal> {
        let Some(named) = self.0.get(name) else { return Ok(false) };
        let overrides = prompt.overrides.iter().map(|o| (Some(o.id.to_string()), o.digest));
        let mut places = std::iter::once((None, prompt.digest)).chain(overrides);
        match places.find(|(_, digest)| !named.contains(digest)) {
            None => Ok(true),
            Some((over, digest)) => Err(Refusal::Foreign { prompt: name.clone(), over, digest }),
        }
    }
}

//! Environments: an ordered path, each with a policy and a history of generations.

pub mod create;
pub mod set_policy;

pub use create::CreateEnvironment;
pub use set_policy::SetPolicy;

use std::collections::BTreeMap;
use std::sync::Arc;

use cuelight_artifact::{ArtifactName, Digest, EnvironmentName};
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::ledger::{Micros, Seq};
use crate::release::{Placed, Slot};

/// What an environment demands of a release. Going back is exempt from all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Whether pre-release versions may be released here.
    pub prereleases: Prereleases,
    /// Whether a version must have been live in the environment before this one in the path.
    pub predecessor: Predecessor,
    /// What happens when a version that is live here is yanked with severity `block`.
    pub blocked: Blocked,
}

/// Whether pre-release versions may be released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Prereleases {
    /// They may.
    Allowed,
    /// They may not.
    Refused,
}

/// Whether a version must have been live one environment earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Predecessor {
    /// It must.
    Required,
    /// It need not.
    Optional,
}

/// What becomes of requests for a version yanked with severity `block`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Blocked {
    /// Served, with a warning in the answer.
    Warned,
    /// Refused.
    Refused,
}

impl Policy {
    /// For the first environment of a path: anything that is a version may be tried.
    #[must_use]
    pub const fn open() -> Self {
        Self {
            prereleases: Prereleases::Allowed,
            predecessor: Predecessor::Optional,
            blocked: Blocked::Warned,
        }
    }

    /// For later environments: full versions that were live one environment earlier.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            prereleases: Prereleases::Refused,
            predecessor: Predecessor::Required,
            blocked: Blocked::Warned,
        }
    }
}

/// An environment as the state knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Serialize))]
pub struct Environment {
    /// Its name.
    pub name: EnvironmentName,
    /// What it demands now.
    pub policy: Policy,
    /// How often the policy was set, from 1; an optimistic lock for those who change it.
    pub policy_revision: u64,
    /// When it came to be.
    pub at: Micros,
    /// What it serves now.
    pub content: BTreeMap<Slot, Arc<Placed>>,
    /// Its generations, from number 1. Generation 0 is the empty beginning and has no entry.
    pub generations: Vec<Generation>,
    /// What was in each place since when; the newest span last.
    pub timelines: BTreeMap<Slot, Vec<Span>>,
}

/// One generation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Serialize))]
pub struct Generation {
    /// Its number, from 1.
    pub number: u64,
    /// The entry that made it.
    pub seq: Seq,
    /// When.
    pub at: Micros,
    /// The release that made it.
    pub release: u64,
}

/// From this generation on, this was in the place; `None` when the place was cleared.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Serialize))]
pub struct Span {
    /// The generation that put it there.
    pub generation: u64,
    /// The entry.
    pub seq: Seq,
    /// When.
    pub at: Micros,
    /// What.
    pub placed: Option<Arc<Placed>>,
}

impl Environment {
    /// The number of the newest generation; 0 before the first release.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generations.last().map_or(0, |g| g.number)
    }

    /// The generation that was decided last at or before `time`; 0 if none was.
    #[must_use]
    pub fn generation_at(&self, time: Micros) -> u64 {
        self.generations.partition_point(|g| g.at <= time) as u64
    }

    /// The record of a generation.
    #[must_use]
    pub fn generation_record(&self, number: u64) -> Option<&Generation> {
        self.generations.get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// What was in `slot` in generation `number`; nothing if there is no such generation yet. A binary search.
    #[must_use]
    pub fn placed_in(&self, slot: &Slot, number: u64) -> Option<&Span> {
        if number > self.generation() {
            return None;
        }
        let spans = self.timelines.get(slot)?;
        let after = spans.partition_point(|s| s.generation <= number);
        spans[..after].last()
    }

    /// Everything that was served in generation `number`; nothing if there is no such generation yet.
    #[must_use]
    pub fn content_in(&self, number: u64) -> BTreeMap<Slot, Arc<Placed>> {
        if number == self.generation() {
            return self.content.clone();
        }
        self.timelines
            .keys()
            .filter_map(|slot| Some((slot.clone(), self.placed_in(slot, number)?.placed.clone()?)))
            .collect()
    }

    /// Whether these fields of a prompt were ever live here, on whatever version and for whatever audience.
    #[must_use]
    pub fn was_tried(&self, prompt: &ArtifactName, patch: &Digest) -> bool {
        self.history_of(prompt).any(|p| p.patch.as_ref() == Some(patch))
    }

    fn history_of<'a>(&'a self, prompt: &'a ArtifactName) -> impl Iterator<Item = &'a Arc<Placed>> + 'a {
        let first = Slot::prompt(prompt.clone());
        let places = self.timelines.range(first..).take_while(move |(slot, _)| &slot.prompt == prompt);
        places.flat_map(|(_, spans)| spans.iter().filter_map(|s| s.placed.as_ref()))
    }

    /// Whether this version of a prompt was ever live here, for everyone or for an override's audience.
    #[must_use]
    pub fn was_live(&self, prompt: &ArtifactName, version: &Version) -> bool {
        self.history_of(prompt).any(|p| &p.version == version)
    }
}

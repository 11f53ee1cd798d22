//! What ledger entries mean, for the offline check: a replay into the state that this binary would build.

use cuelight_artifact::Digest;

use super::{Stamp, State};
use crate::event::Event;
use crate::installation::{Installation, InstallationEvent};
use crate::ledger::verify::Replay;
use crate::ledger::{BlobClass, Body, Envelope};

/// Replays the ledger of a project.
#[derive(Debug, Default)]
pub struct ProjectReplay {
    state: State,
}

/// Replays the installation's own ledger.
#[derive(Debug, Default)]
pub struct InstallationReplay {
    state: Installation,
}

impl InstallationReplay {
    /// What was replayed so far.
    #[must_use]
    pub const fn installation(&self) -> &Installation {
        &self.state
    }
}

/// Why a state has no form to be compared in.
const NOT_SAVED: &str = "no ledger that Cuelight writes leads to it";

fn stamp(entry: &Envelope) -> Stamp {
    Stamp { seq: entry.seq, at: entry.at, actor: entry.actor.clone() }
}

impl Replay for ProjectReplay {
    type Event = Event;

    fn read(kind: &str, body: &Body<'_>) -> Result<Event, String> {
        Event::read(kind, body).map_err(|e| e.to_string())
    }

    fn references(event: &Event) -> Vec<(Digest, BlobClass)> {
        let found = event.references();
        let artifacts = found.artifacts.into_iter().map(|d| (d, BlobClass::Artifact));
        artifacts.chain(found.texts.into_iter().map(|d| (d, BlobClass::Text))).collect()
    }

    fn apply(&mut self, entry: &Envelope, event: &Event) {
        self.state.evolve(&stamp(entry), event);
    }

    fn state(&self) -> Result<Vec<u8>, String> {
        self.state.save().ok_or_else(|| NOT_SAVED.to_owned())
    }
}

impl Replay for InstallationReplay {
    type Event = InstallationEvent;

    fn read(kind: &str, body: &Body<'_>) -> Result<InstallationEvent, String> {
        InstallationEvent::read(kind, body).map_err(|e| e.to_string())
    }

    fn references(event: &InstallationEvent) -> Vec<(Digest, BlobClass)> {
        event.texts().into_iter().map(|digest| (digest, BlobClass::Text)).collect()
    }

    fn apply(&mut self, entry: &Envelope, event: &InstallationEvent) {
        self.state.evolve(&stamp(entry), event);
    }

    fn state(&self) -> Result<Vec<u8>, String> {
        self.state.save().ok_or_else(|| NOT_SAVED.to_owned())
    }
}

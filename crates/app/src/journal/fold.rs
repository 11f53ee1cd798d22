//! What a ledger folds into.

use cuelight_core::event::{Event, EventError};
use cuelight_core::installation::{Installation, InstallationEvent};
use cuelight_core::ledger::{Body, Micros, Seq};
use cuelight_core::state::{self, Stamp, State};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A state with its kind of event.
pub trait Fold: Default + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The event.
    type Event: Clone + Send + Sync + 'static;
    /// Format of the saved state.
    const FORMAT: u32;
    /// The last entry folded in.
    fn seq(&self) -> Seq;
    /// Its time.
    fn at(&self) -> Micros;
    /// Reads an entry's kind and body.
    ///
    /// # Errors
    /// When this binary does not know them.
    fn read(kind: &str, body: &Body<'_>) -> Result<Self::Event, EventError>;
    /// Kind and body of an event.
    ///
    /// # Errors
    /// When it has no JSON form.
    fn encode(event: &Self::Event) -> Result<(String, Value), EventError>;
    /// Folds one event in.
    fn evolve(&mut self, stamp: &Stamp, event: &Self::Event);
}

impl Fold for State {
    type Event = Event;
    const FORMAT: u32 = state::FORMAT;
    fn seq(&self) -> Seq {
        self.seq
    }
    fn at(&self) -> Micros {
        self.at
    }
    fn read(kind: &str, body: &Body<'_>) -> Result<Event, EventError> {
        Event::read(kind, body)
    }
    fn encode(event: &Event) -> Result<(String, Value), EventError> {
        event.encode()
    }
    fn evolve(&mut self, stamp: &Stamp, event: &Event) {
        Self::evolve(self, stamp, event);
    }
}

impl Fold for Installation {
    type Event = InstallationEvent;
    const FORMAT: u32 = state::FORMAT;
    fn seq(&self) -> Seq {
        self.seq
    }
    fn at(&self) -> Micros {
        self.at
    }
    fn read(kind: &str, body: &Body<'_>) -> Result<InstallationEvent, EventError> {
        InstallationEvent::read(kind, body)
    }
    fn encode(event: &InstallationEvent) -> Result<(String, Value), EventError> {
        event.encode()
    }
    fn evolve(&mut self, stamp: &Stamp, event: &InstallationEvent) {
        Self::evolve(self, stamp, event);
    }
}

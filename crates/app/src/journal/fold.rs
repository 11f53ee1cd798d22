//! What a ledger folds into.

use cuelight_core::event::{Event, EventError};
use cuelight_core::installation::{Installation, InstallationEvent};
use cuelight_core::ledger::{Body, Micros, Seq};
use cuelight_core::state::{self, Stamp, State};
use serde_json::Value;

/// A state with its kind of event.
pub trait Fold: Default + Send + Sync + 'static {
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
    /// The bytes to save; none for a state that is not worth it.
    fn save(&self) -> Option<Vec<u8>>;
    /// Reads saved bytes; none when they are damaged or of another form.
    fn load(bytes: &[u8]) -> Option<Self>;
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
    fn save(&self) -> Option<Vec<u8>> {
        Self::save(self)
    }
    fn load(bytes: &[u8]) -> Option<Self> {
        Self::load(bytes)
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
    fn save(&self) -> Option<Vec<u8>> {
        Self::save(self)
    }
    fn load(bytes: &[u8]) -> Option<Self> {
        Self::load(bytes)
    }
}

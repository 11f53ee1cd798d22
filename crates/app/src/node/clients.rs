//! The clients that report to this node: who, where, which generation, since when. Bounded; the silent are forgotten.

use std::collections::BTreeMap;

use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::ledger::Micros;

use super::applied::ClientId;

/// Most clients remembered.
pub(super) const MOST: usize = 20_000;
/// A client that is not connected and has said nothing for so long is forgotten, in microseconds.
const SILENT: Micros = 600_000_000;

/// Where a client is, and its id there.
pub(super) type Key = (ProjectName, EnvironmentName, ClientId);

/// What is known of one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Client {
    /// The generation it applied; 0 before its first report.
    pub(super) generation: u64,
    /// When it last said anything.
    pub(super) seen: Micros,
    /// How many feeds it has open.
    pub(super) feeds: u32,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Clients(BTreeMap<Key, Client>);

impl Clients {
    /// Notes a report. Gives the generation it had before; `None` when there is no room for one more.
    pub(super) fn report(&mut self, key: Key, generation: u64, now: Micros) -> Option<u64> {
        let client = self.entry(key, now)?;
        let before = client.generation;
        client.generation = generation;
        client.seen = now;
        Some(before)
    }

    /// Notes that a feed of this client begins. False when there is no room.
    pub(super) fn connect(&mut self, key: Key, now: Micros) -> bool {
        let Some(client) = self.entry(key, now) else { return false };
        client.feeds += 1;
        client.seen = now;
        true
    }

    /// Notes that a feed of it ended.
    pub(super) fn disconnect(&mut self, key: &Key, now: Micros) {
        if let Some(client) = self.0.get_mut(key) {
            client.feeds = client.feeds.saturating_sub(1);
            client.seen = now;
        }
    }

    /// All, by place and id.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &Client)> {
        self.0.iter()
    }

    /// Forgets those that have been silent for long.
    pub(super) fn sweep(&mut self, now: Micros) {
        self.0.retain(|_, client| client.feeds > 0 || now.saturating_sub(client.seen) <= SILENT);
    }

    fn entry(&mut self, key: Key, now: Micros) -> Option<&mut Client> {
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            self.sweep(now);
            if self.0.len() >= MOST {
                return None;
            }
        }
        Some(self.0.entry(key).or_default())
    }
}

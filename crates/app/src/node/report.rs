//! What a node tells the others of itself.

use std::collections::BTreeMap;

use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::ledger::{Micros, Seq};
use serde::{Deserialize, Serialize};

use super::{ClientId, Node};
use crate::app::Project;

/// Clients told by name, those furthest behind first; all of them are counted.
const NAMED: usize = 100;

/// A node, as it sees itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeReport {
    /// The version of Cuelight.
    pub version: String,
    /// Where it is reached, if it knows.
    pub address: Option<String>,
    /// When it started.
    pub started: Micros,
    /// When the store last answered it.
    pub contact: Micros,
    /// Its projects.
    pub projects: BTreeMap<ProjectName, ProjectReport>,
    /// Clients furthest behind.
    pub clients: Vec<ClientReport>,
}

/// A project on a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectReport {
    /// The last entry it knows.
    pub seq: Seq,
    /// Its environments.
    pub environments: BTreeMap<EnvironmentName, EnvironmentReport>,
}

/// An environment on a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvironmentReport {
    /// The generation it serves.
    pub generation: u64,
    /// How many clients report to it.
    pub clients: u64,
    /// How many of them have that generation.
    pub current: u64,
    /// How its newest generations spread, oldest first.
    pub spreads: Vec<SpreadReport>,
}

/// How a generation spread from one node. Times are from the decision, in microseconds, and include what the clocks of
/// the deciding node and this one differ by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpreadReport {
    /// The generation.
    pub generation: u64,
    /// Until this node served it.
    pub node_us: u64,
    /// How many clients are known.
    pub known: u64,
    /// How many of them have it.
    pub applied: u64,
    /// Until half of those had it.
    pub p50_us: Option<u64>,
    /// Until 99 in 100 had it.
    pub p99_us: Option<u64>,
    /// Until the last of them had it.
    pub max_us: Option<u64>,
}

/// One client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientReport {
    /// Its id.
    pub client: ClientId,
    /// Where.
    pub project: ProjectName,
    /// Where.
    pub environment: EnvironmentName,
    /// What it applied; 0 when it has not said.
    pub generation: u64,
    /// When it was last heard of.
    pub seen: Micros,
    /// Whether it has a feed open.
    pub connected: bool,
}

impl Node {
    /// The report of this moment.
    pub(crate) fn report<'a>(
        &self,
        projects: impl IntoIterator<Item = &'a Project>,
        now: Micros,
    ) -> NodeReport {
        let mut tables = self.tables();
        tables.clients.sweep(now);
        let mut told = BTreeMap::new();
        let mut behind = Vec::new();
        for project in projects {
            let mut environments = BTreeMap::new();
            for (environment, snapshot) in project.serving.all().iter() {
                environments.insert(
                    environment.clone(),
                    EnvironmentReport {
                        generation: snapshot.generation,
                        clients: 0,
                        current: 0,
                        spreads: Vec::new(),
                    },
                );
            }
            told.insert(project.name.clone(), ProjectReport { seq: project.journal.seq(), environments });
        }
        for ((project, environment, id), client) in tables.clients.iter() {
            let place = told.get_mut(project).and_then(|p| p.environments.get_mut(environment));
            let Some(place) = place else { continue };
            place.clients += 1;
            place.current += u64::from(client.generation == place.generation);
            behind.push((
                place.generation.saturating_sub(client.generation),
                ClientReport {
                    client: id.clone(),
                    project: project.clone(),
                    environment: environment.clone(),
                    generation: client.generation,
                    seen: client.seen,
                    connected: client.feeds > 0,
                },
            ));
        }
        behind.sort_by_key(|(behind, _)| std::cmp::Reverse(*behind));
        behind.truncate(NAMED);
        for ((project, environment), spreads) in &tables.spreads {
            if let Some(place) = told.get_mut(project).and_then(|p| p.environments.get_mut(environment)) {
                place.spreads = spreads.report(place.clients);
            }
        }
        NodeReport {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            address: self.address.get().cloned(),
            started: self.started,
            contact: self.contact.load(std::sync::atomic::Ordering::Relaxed),
            projects: told,
            clients: behind.into_iter().map(|(_, client)| client).collect(),
        }
    }
}

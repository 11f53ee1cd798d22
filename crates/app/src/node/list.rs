//! The nodes there are, what they and their clients applied, and how a generation spread over all of them.

use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::ledger::{LedgerId, Micros};
use cuelight_core::rights::{Action, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ClientId, NodeReport, SpreadReport};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::AppResult;
use crate::time;

/// A node that has said nothing for so long is counted as gone, in microseconds.
const GONE: Micros = 10_000_000;

/// A server.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct NodeInfo {
    /// Its id: another one after every start.
    pub id: String,
    /// Whether it is the one that answers.
    pub here: bool,
    /// Whether it was heard of in the last ten seconds.
    pub alive: bool,
    /// The version of Cuelight.
    pub version: String,
    /// Where it is reached, if it knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When it started, UTC.
    pub started_at: String,
    /// When it last said something, UTC.
    pub seen_at: String,
    /// For how many seconds the database had not answered it when it said so; absent while it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_seconds: Option<u64>,
    /// Its projects, by name.
    pub projects: Vec<NodeProject>,
    /// Clients that report to it, those furthest behind first, at most 100.
    pub clients: Vec<ClientInfo>,
}

/// An environment of a project on a node.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct NodeProject {
    /// The project.
    pub project: ProjectName,
    /// The last ledger entry the node knows.
    pub seq: u64,
    /// How many entries it lacks.
    pub behind: u64,
    /// The environment.
    pub environment: EnvironmentName,
    /// The generation the node serves there.
    pub generation: u64,
    /// How many clients report to the node.
    pub clients: u64,
    /// How many of them have that generation.
    pub current: u64,
}

/// A client of a node.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClientInfo {
    /// Its id.
    pub client: ClientId,
    /// Its project.
    pub project: ProjectName,
    /// Its environment.
    pub environment: EnvironmentName,
    /// The generation it applied; 0 when it has not said.
    pub generation: u64,
    /// When it was last heard of, UTC.
    pub seen_at: String,
    /// Whether it follows the feed.
    pub connected: bool,
}

/// How a generation spread over all nodes that are alive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Propagation {
    /// How many nodes are alive.
    pub nodes: u64,
    /// How many of them serve it, or a later one.
    pub nodes_applied: u64,
    /// Until the last of those served it, in milliseconds from the decision; absent when none remembers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes_ms: Option<f64>,
    /// How many clients are known.
    pub clients: u64,
    /// How many of them have it, or a later one.
    pub clients_applied: u64,
    /// Until the last of those had it, in milliseconds from the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clients_ms: Option<f64>,
}

/// The nodes, this one first, then by id.
///
/// # Errors
/// `forbidden`. When storage is away, this node alone is told.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<NodeInfo>> {
    ctx.authorize(Action::ReadLedger, &Resource::Installation)?;
    let app = &ctx.app;
    let now = app.now();
    let ends = app.ports.ledger.ends().await.unwrap_or_default();
    let end = |project: &ProjectName| {
        let id = LedgerId::Project(project.clone());
        ends.iter().find(|(ledger, _)| *ledger == id).map(|(_, seq)| *seq)
    };
    let info = |id: String, at: Micros, report: NodeReport| NodeInfo {
        here: id == app.node.id(),
        alive: now.saturating_sub(at) <= GONE,
        id,
        version: report.version,
        address: report.address,
        started_at: time::show(report.started),
        seen_at: time::show(at),
        stale_seconds: stale(at, report.contact),
        projects: report
            .projects
            .iter()
            .flat_map(|(project, p)| {
                let behind = end(project).map_or(0, |end| end.saturating_sub(p.seq));
                p.environments.iter().map(move |(environment, e)| NodeProject {
                    project: project.clone(),
                    seq: p.seq,
                    behind,
                    environment: environment.clone(),
                    generation: e.generation,
                    clients: e.clients,
                    current: e.current,
                })
            })
            .collect(),
        clients: report
            .clients
            .into_iter()
            .map(|c| ClientInfo {
                client: c.client,
                project: c.project,
                environment: c.environment,
                generation: c.generation,
                seen_at: time::show(c.seen),
                connected: c.connected,
            })
            .collect(),
    };
    let mut found = Vec::new();
    for (id, at, report) in reports(app, now).await {
        found.push(info(id, at, report));
    }
    found.sort_by(|a, b| b.here.cmp(&a.here).then_with(|| a.id.cmp(&b.id)));
    Ok(found)
}

/// How a generation of an environment spread; `None` when no node remembers anything of the environment.
pub async fn propagation(
    app: &App,
    project: &ProjectName,
    environment: &EnvironmentName,
    generation: u64,
) -> Option<Propagation> {
    let now = app.now();
    let mut sum = Propagation {
        nodes: 0,
        nodes_applied: 0,
        nodes_ms: None,
        clients: 0,
        clients_applied: 0,
        clients_ms: None,
    };
    let mut remembered = false;
    for (_, at, report) in reports(app, now).await {
        let place = report.projects.get(project).and_then(|p| p.environments.get(environment));
        let Some(place) = place.filter(|_| now.saturating_sub(at) <= GONE) else { continue };
        sum.nodes += 1;
        sum.nodes_applied += u64::from(place.generation >= generation);
        let Some(spread) = place.spreads.iter().find(|s| s.generation == generation) else { continue };
        remembered = true;
        sum.nodes_ms = later(sum.nodes_ms, Some(spread.node_us));
        sum.clients += spread.known;
        sum.clients_applied += spread.applied;
        sum.clients_ms = later(sum.clients_ms, spread.max_us);
    }
    remembered.then_some(sum)
}

/// How the newest generation of each environment spread from this node, for counting.
#[must_use]
pub fn spreads(app: &App) -> Vec<(ProjectName, EnvironmentName, u64, SpreadReport)> {
    let report = app.report();
    let mut found = Vec::new();
    for (project, p) in report.projects {
        for (environment, mut e) in p.environments {
            if let Some(spread) = e.spreads.pop() {
                found.push((project.clone(), environment, e.current, spread));
            }
        }
    }
    found
}

/// What every node last said, this one at this moment.
async fn reports(app: &App, now: Micros) -> Vec<(String, Micros, NodeReport)> {
    let own = app.node.id().to_owned();
    let mut found = vec![(own.clone(), now, app.report())];
    // Without the store, this node still knows itself.
    let others = app.ports.nodes.nodes().await.unwrap_or_default();
    for record in others.into_iter().filter(|r| r.id != own) {
        // A node of another version may say it in a form this one cannot read.
        if let Ok(report) = serde_json::from_slice(&record.report) {
            found.push((record.id, record.at, report));
        }
    }
    found
}

fn stale(at: Micros, contact: Micros) -> Option<u64> {
    let silent = at.saturating_sub(contact);
    (silent > super::STALE_AFTER).then(|| silent.unsigned_abs() / 1_000_000)
}

#[expect(clippy::cast_precision_loss, reason = "a time in microseconds, shown in milliseconds")]
fn later(known: Option<f64>, us: Option<u64>) -> Option<f64> {
    let ms = us.map(|us| us as f64 / 1_000.0);
    match (known, ms) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

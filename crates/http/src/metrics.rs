//! What is counted, in the text form of Prometheus (version 0.0.4).

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use cuelight_app::environment::EnvironmentInfo;
use cuelight_app::node::SpreadReport;
use cuelight_app::project::ProjectInfo;
use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::ledger::Micros;

/// Counts since the server started. Labels come from closed lists or from names that the ledger knows; no value of a
/// request gets in.
#[derive(Debug)]
pub(crate) struct Metrics {
    started: Micros,
    requests: [Requests; SHARES],
}

/// Threads count apart from each other, so that none waits for a place in memory that another has just written to.
const SHARES: usize = 16;

/// A share of the counts of requests, by method, route and status. Alone on its lines of the processor's cache.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Requests(Mutex<HashMap<(&'static str, &'static str, u16), u64>>);

/// The share that this thread counts in.
fn share() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static SHARE: usize = NEXT.fetch_add(1, Ordering::Relaxed) % SHARES;
    }
    SHARE.with(|share| *share)
}

/// What is true at the moment.
pub(crate) struct Now {
    /// The time.
    pub(crate) at: Micros,
    /// Feeds that are open.
    pub(crate) feeds: usize,
    /// Projects with their environments.
    pub(crate) projects: Vec<(ProjectInfo, Vec<EnvironmentInfo>)>,
    /// For how many seconds the database has not answered, once that matters.
    pub(crate) stale: Option<u64>,
    /// How the newest generation of each environment spread from here, and how many clients have it.
    pub(crate) spreads: Vec<(ProjectName, EnvironmentName, u64, SpreadReport)>,
}

impl Metrics {
    pub(crate) fn new(started: Micros) -> Self {
        Self { started, requests: Default::default() }
    }

    /// Counts one answer.
    pub(crate) fn count(&self, method: &'static str, route: &'static str, status: u16) {
        let Requests(requests) = &self.requests[share()];
        let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((method, route, status)).or_default() += 1;
    }

    /// Everything, as text.
    pub(crate) fn print(&self, now: &Now) -> String {
        let mut text = String::new();
        let mut metric = |name: &str, kind: &str, help: &str, rows: Vec<(String, String)>| {
            let _infallible = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, value) in rows {
                let _infallible = writeln!(text, "{name}{labels} {value}");
            }
        };
        let uptime = now.at.saturating_sub(self.started).max(0);
        let seconds = format!("{}.{:03}", uptime / 1_000_000, uptime % 1_000_000 / 1_000);
        metric("cuelight_uptime_seconds", "gauge", "Time since the start.", vec![(String::new(), seconds)]);
        let feeds = vec![(String::new(), now.feeds.to_string())];
        metric("cuelight_feeds_open", "gauge", "Feeds that are open.", feeds);
        let mut requests = BTreeMap::new();
        for Requests(share) in &self.requests {
            for (what, count) in &*share.lock().unwrap_or_else(PoisonError::into_inner) {
                *requests.entry(*what).or_insert(0_u64) += count;
            }
        }
        let rows = requests.into_iter().map(|((method, route, status), count)| {
            (format!("{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}"), count.to_string())
        });
        metric("cuelight_http_requests_total", "counter", "Answers since the start.", rows.collect());
        let rows = now
            .projects
            .iter()
            .map(|(project, _)| (format!("{{project=\"{}\"}}", project.name), project.entries.to_string()));
        metric("cuelight_ledger_entries", "gauge", "Entries of a project's ledger.", rows.collect());
        let rows = now.projects.iter().flat_map(|(project, environments)| {
            environments.iter().map(|e| {
                (
                    format!("{{project=\"{}\",environment=\"{}\"}}", project.name, e.name),
                    e.generation.to_string(),
                )
            })
        });
        metric("cuelight_environment_generation", "gauge", "Newest generation.", rows.collect());
        let stale = vec![(String::new(), now.stale.unwrap_or(0).to_string())];
        metric(
            "cuelight_stale_seconds",
            "gauge",
            "For how long the database has not answered; 0 while it does.",
            stale,
        );
        spread(&now.spreads, &mut metric);
        text
    }
}

/// How far and how fast the newest generations have spread from this node. Times are from the decision.
fn spread(
    spreads: &[(ProjectName, EnvironmentName, u64, SpreadReport)],
    metric: &mut impl FnMut(&str, &str, &str, Vec<(String, String)>),
) {
    let labels = |(project, environment, _, _): &(ProjectName, EnvironmentName, u64, SpreadReport),
                  more: &str| {
        format!("{{project=\"{project}\",environment=\"{environment}\"{more}}}")
    };
    let seconds = |us: u64| format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    let rows = spreads.iter().map(|s| (labels(s, ""), seconds(s.3.node_us))).collect();
    metric(
        "cuelight_propagation_node_seconds",
        "gauge",
        "From the decision of the newest generation until this node served it.",
        rows,
    );
    let mut rows = Vec::new();
    for s in spreads {
        for (quantile, time) in [("0.5", s.3.p50_us), ("0.99", s.3.p99_us), ("1", s.3.max_us)] {
            rows.extend(time.map(|t| (labels(s, &format!(",quantile=\"{quantile}\"")), seconds(t))));
        }
    }
    metric(
        "cuelight_propagation_client_seconds",
        "gauge",
        "From the decision of the newest generation until clients of this node had it.",
        rows,
    );
    let mut rows = Vec::new();
    for s in spreads {
        rows.push((labels(s, ",state=\"current\""), s.2.to_string()));
        rows.push((labels(s, ",state=\"behind\""), s.3.known.saturating_sub(s.2).to_string()));
    }
    metric("cuelight_clients", "gauge", "Clients that report to this node.", rows);
}

#[cfg(test)]
mod tests;

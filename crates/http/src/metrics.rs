//! What is counted, in the text form of Prometheus (version 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use cuelight_app::environment::EnvironmentInfo;
use cuelight_app::project::ProjectInfo;
use cuelight_core::ledger::Micros;

/// Counts since the server started. Labels come from closed lists or from names that the ledger knows; no value of a
/// request gets in.
#[derive(Debug)]
pub(crate) struct Metrics {
    started: Micros,
    requests: Mutex<BTreeMap<(&'static str, String, u16), u64>>,
}

/// What is true at the moment.
pub(crate) struct Now {
    /// The time.
    pub(crate) at: Micros,
    /// Feeds that are open.
    pub(crate) feeds: usize,
    /// Projects with their environments.
    pub(crate) projects: Vec<(ProjectInfo, Vec<EnvironmentInfo>)>,
}

impl Metrics {
    pub(crate) const fn new(started: Micros) -> Self {
        Self { started, requests: Mutex::new(BTreeMap::new()) }
    }

    /// Counts one answer.
    pub(crate) fn count(&self, method: &'static str, route: &str, status: u16) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((method, route.to_owned(), status)).or_default() += 1;
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
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
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
        text
    }
}

//! What must hold after every kill.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::PAIR;
use super::work::{Acknowledged, Kind, Worker};
use crate::nodes::api::Api;

/// Asks again for all that was acknowledged since `from`, one number for each worker: the same answers.
pub(crate) fn acknowledged_again(api: &Api, workers: &[Worker], from: &[usize]) {
    for (worker, from) in workers.iter().zip(from) {
        for one in &worker.acknowledged[*from..] {
            let again = one.command.send(api);
            assert_eq!(again.status, Some(one.status), "{one:?}\n{again:?}");
            assert_eq!(lasting(worker.kind, &again.body), lasting(worker.kind, &one.body), "{one:?}");
        }
    }
}

/// What an answer says of the command itself. The rest is of the moment: how far a release has come, the newest versions in
/// the lock, whether a version is yanked now, the policy now, and a secret that is shown once.
fn lasting(kind: Kind, body: &Value) -> Value {
    let fields: &[&str] = match kind {
        Kind::Publish => &["versions", "first_seq", "last_seq"],
        Kind::Release => {
            &["release", "environment", "generation", "cause", "changes", "way_back", "notes", "seq", "at"]
        }
        Kind::Yank => &["id", "version", "digest", "seq", "at"],
        Kind::Policy => &["name"],
        Kind::Token => &["id"],
    };
    fields.iter().map(|field| ((*field).to_owned(), body[*field].clone())).collect()
}

/// Reads everything: each command is there once, generations and entries have no gap, nothing is half released.
pub(crate) fn all(api: &Api, workers: &[Worker]) {
    once_in_the_ledger(api, workers);
    newest_state(api, workers);
    tokens(api, workers);
    let history = api.history();
    for (n, release) in history.iter().enumerate() {
        assert_eq!(release["generation"], n + 1, "{release}");
        let changes = release["changes"].as_array().expect("changes");
        let versions: Vec<_> = changes.iter().map(|c| &c["after"]["version"]).collect();
        assert_eq!(changes.len(), PAIR.len(), "half a release: {release}");
        assert!(versions[0].is_string() && versions[0] == versions[1], "a mixture: {release}");
    }
    let newest = history.last().expect("a release");
    let one = json!({ "inputs": { "question": "Where?" } });
    let body = json!({ "environment": "development", "prompts": { PAIR[0]: one, PAIR[1]: one } });
    let path = "/api/v1/projects/acme/resolve/batch";
    let served = api.call(Method::POST, path, Some(&body), None);
    assert_eq!(served.body["generation"], newest["generation"], "{served:?}");
    for prompt in PAIR {
        let version = &newest["changes"][0]["after"]["version"];
        assert_eq!(&served.body["prompts"][prompt]["version"], version, "{served:?}");
    }
    let check = api.get("/api/v1/projects/acme/ledger/check");
    assert_eq!(check.body["sound"], true, "{check:?}");
}

fn project_commands(workers: &[Worker]) -> impl Iterator<Item = (Kind, &Acknowledged)> {
    let of_project = workers.iter().filter(|w| w.kind != Kind::Token);
    of_project.flat_map(|w| w.acknowledged.iter().map(|one| (w.kind, one)))
}

fn once_in_the_ledger(api: &Api, workers: &[Worker]) {
    let entries = pages(api, "/api/v1/projects/acme/ledger", |last| last["seq"].to_string());
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for (n, entry) in entries.iter().enumerate() {
        assert_eq!(entry["seq"], n + 1, "{entry}");
        *found.entry(entry["command"].as_str().expect("a command")).or_default() += 1;
    }
    let mut expected = 0;
    for (kind, one) in project_commands(workers) {
        expected += 1;
        assert_eq!(found.get(digest(&one.command.key).as_str()), Some(&1), "{kind:?}: {one:?}");
    }
    // Nothing that was not acknowledged in the end, beside what the test began with: project, apply, release, apply.
    assert_eq!(found.len(), expected + 4, "{found:?}");
    let published = workers.iter().filter(|w| w.kind == Kind::Publish).flat_map(|w| &w.acknowledged);
    for (n, one) in published.enumerate() {
        assert_eq!(one.body["versions"][0]["version"], format!("1.{n}.0"), "{one:?}");
    }
}

/// What the ledger has of a key.
fn digest(key: &str) -> String {
    cuelight_artifact::Digest::of_bytes(key.as_bytes()).to_string()
}

/// How many of the commands whose answer was lost had been applied before the server died.
pub(crate) fn landed(api: &Api, workers: &[Worker]) -> usize {
    let entries = pages(api, "/api/v1/projects/acme/ledger", |last| last["seq"].to_string());
    let there = |worker: &&Worker| entries.iter().any(|e| e["command"] == digest(worker.pending_key()));
    workers.iter().filter(there).count()
}

/// What yanks and policies left is what the last of them said.
fn newest_state(api: &Api, workers: &[Worker]) {
    let done =
        |kind: Kind| workers.iter().find(|w| w.kind == kind).map(|w| &w.acknowledged).expect("a worker");
    let version = api.get("/api/v1/projects/acme/prompts/support%2Fnews/versions/1.0.0").body;
    let yanks = done(Kind::Yank);
    let newest = yanks.last().expect("yanks").body["yank_reason"].clone();
    assert_eq!(version["yank_reason"], newest, "{version}");
    assert_eq!(version["yanked"].is_string(), yanks.len() % 2 == 1, "{version}");
    let staging = api.get("/api/v1/projects/acme/environments/staging").body;
    let policies = done(Kind::Policy);
    let newest = &policies.last().expect("policies").body;
    assert_eq!(staging["policy"], newest["policy"], "{staging}");
    assert_eq!(staging["policy_revision"], policies.len() + 1, "{staging}");
}

fn tokens(api: &Api, workers: &[Worker]) {
    let tokens = pages(api, "/api/v1/tokens", |last| last["id"].as_str().unwrap_or_default().to_owned());
    let done = workers.iter().filter(|w| w.kind == Kind::Token).flat_map(|w| &w.acknowledged);
    let done: Vec<_> = done.collect();
    let ours = tokens.iter().filter(|t| t["label"].as_str().is_some_and(|l| l.starts_with("token-"))).count();
    assert_eq!(ours, done.len().div_ceil(2), "{tokens:?}");
    for pair in done.chunks(2) {
        let labelled: Vec<_> = tokens.iter().filter(|t| t["label"] == pair[0].command.key).collect();
        assert_eq!(labelled.len(), 1, "{pair:?}: {labelled:?}");
        assert_eq!(labelled[0]["id"], pair[0].body["id"]);
        assert_eq!(labelled[0]["revoked_at"].is_string(), pair.len() == 2, "{pair:?}: {labelled:?}");
    }
}

/// All of a list.
fn pages(api: &Api, path: &str, place: impl Fn(&Value) -> String) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    loop {
        let after = found.last().map(|last| format!("&after={}", place(last))).unwrap_or_default();
        let page = api.get(&format!("{path}?limit=200{after}"));
        assert_eq!(page.status, Some(200), "{page:?}");
        let items = page.body["items"].as_array().cloned().unwrap_or_default();
        if items.is_empty() {
            return found;
        }
        found.extend(items);
    }
}

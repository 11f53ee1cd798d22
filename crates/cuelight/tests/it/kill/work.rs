//! Work of several kinds. Each worker has one command under way, which it repeats with the same key until it is acknowledged.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::PAIR;
use crate::nodes::api::Api;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Publish,
    Release,
    Yank,
    Policy,
    Token,
}

impl Kind {
    /// Publishing first: there is something to yank then.
    pub(crate) const ALL: [Self; 5] = [Self::Publish, Self::Release, Self::Yank, Self::Policy, Self::Token];
}

/// One command; the same again is the same intent.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    pub(crate) key: String,
    method: Method,
    path: String,
    body: Option<Value>,
    seen: Option<String>,
}

/// A command, and what was answered.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) command: Command,
    pub(crate) status: u16,
    pub(crate) body: Value,
}

pub(crate) struct Worker {
    pub(crate) kind: Kind,
    pub(crate) api: Api,
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// How many answers did not come.
    pub(crate) lost: usize,
    /// How many times the server said that it cannot write now.
    pub(crate) refused: usize,
    /// How many times there was no room.
    pub(crate) full: usize,
    pending: Command,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} after {} commands: {:?}", self.kind, self.acknowledged.len(), self.pending)
    }
}

impl Command {
    pub(crate) fn send(&self, api: &Api) -> crate::nodes::api::Answer {
        api.call_if(
            self.method.clone(),
            &self.path,
            self.body.as_ref(),
            Some(&self.key),
            self.seen.as_deref(),
        )
    }
}

impl Worker {
    pub(crate) fn new(kind: Kind, url: &str, token: &str) -> Self {
        let pending = next(kind, 0, &Value::Null);
        Self {
            kind,
            api: Api::new(url, token),
            acknowledged: Vec::new(),
            lost: 0,
            refused: 0,
            full: 0,
            pending,
        }
    }

    /// The key of what is under way.
    pub(crate) fn pending_key(&self) -> &str {
        &self.pending.key
    }

    /// Sends what is under way; whether it was acknowledged.
    pub(crate) fn step(&mut self) -> bool {
        let answer = self.pending.send(&self.api);
        match answer.status {
            None => {
                self.lost += 1;
                return false;
            }
            Some(503) if answer.body["code"] == "unavailable" => {
                self.refused += 1;
                return false;
            }
            Some(507) if answer.body["code"] == "full" => {
                let detail = answer.body["detail"].as_str().unwrap_or_default();
                assert!(detail.contains("no room") && detail.contains("nothing was stored"), "{answer:?}");
                self.full += 1;
                return false;
            }
            Some(200..=204) => {}
            Some(_) => panic!("{self:?}: {answer:?}"),
        }
        let next = next(self.kind, self.acknowledged.len() + 1, &answer.body);
        let command = std::mem::replace(&mut self.pending, next);
        let status = answer.status.unwrap_or_default();
        self.acknowledged.push(Acknowledged { command, status, body: answer.body });
        true
    }
}

/// The command with this number, after one that was answered so.
fn next(kind: Kind, n: usize, last: &Value) -> Command {
    let key = format!("{}-{n}", format!("{kind:?}").to_lowercase());
    let command = |method: Method, path: &str, body: Value| Command {
        key: key.clone(),
        method,
        path: path.to_owned(),
        body: (!body.is_null()).then_some(body),
        // Of the policy's revision.
        seen: (kind == Kind::Policy)
            .then(|| format!("\"g0-p{}\"", last["policy_revision"].as_u64().unwrap_or(1))),
    };
    let flip = |odd: &'static str, even: &'static str| if n % 2 == 1 { odd } else { even };
    match kind {
        Kind::Publish => command(Method::POST, "/api/v1/projects/acme/apply", news(n)),
        Kind::Release if n % 4 == 1 => {
            let path = format!("/api/v1/projects/acme/releases/{}/rollback", last["release"]);
            command(Method::POST, &path, json!({ "reason": format!("Try {n}") }))
        }
        // 1.1.0, back to 1.0.0, 1.1.0, 1.0.0.
        Kind::Release => {
            command(Method::POST, "/api/v1/projects/acme/releases", pair(flip("1.0.0", "1.1.0")))
        }
        Kind::Yank => {
            let path = format!(
                "/api/v1/projects/acme/prompts/support%2Fnews/versions/1.0.0/{}",
                flip("unyank", "yank")
            );
            let mut body = json!({ "reason": format!("Number {n}") });
            if n.is_multiple_of(2) {
                body["severity"] = json!("avoid");
            }
            command(Method::POST, &path, body)
        }
        Kind::Policy => {
            let body = json!({
                "prereleases": flip("refused", "allowed"), "predecessor": "optional", "blocked": "warned"
            });
            command(Method::PUT, "/api/v1/projects/acme/environments/staging/policy", body)
        }
        Kind::Token if n % 2 == 1 => {
            let id = last["id"].as_str().unwrap_or_default();
            command(Method::DELETE, &format!("/api/v1/tokens/{id}"), Value::Null)
        }
        Kind::Token => command(Method::POST, "/api/v1/tokens", json!({ "label": key, "role": "viewer" })),
    }
}

/// A release of both at one version.
fn pair(version: &str) -> Value {
    let set = |prompt: &str| json!({ "do": "set", "prompt": prompt, "version": version });
    json!({ "environment": "development", "items": PAIR.map(set) })
}

/// Files with one prompt, another one each time.
fn news(n: usize) -> Value {
    let prompt = "format: 1
name: support/news
title: Tell the news
summary: Tells what is new.
intent: Customers know what is new.
change_intent: Another one.
owners: { business: team:support }
risk: low
model: { family: gpt-large }
inputs: { type: object, additionalProperties: false, properties: {} }
messages: [{ role: system, file: system.md }]
output: { kind: text }
";
    let mut files = BTreeMap::from([
        ("prompts.yaml", "format: 1\nproject: acme\n".to_owned()),
        ("prompts/support/news/prompt.yaml", prompt.to_owned()),
    ]);
    files.insert("prompts/support/news/system.md", format!("News number {n}.\n"));
    let bumps = if n == 0 { json!({}) } else { json!({ "support/news": { "class": "minor" } }) };
    json!({ "files": files, "bumps": bumps })
}

//! Releases and goes back over HTTP, as somebody with a command line would.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use cuelight_app::ports::{Clock as _, SystemClock};
use serde::Deserialize;
use serde_json::json;

use crate::fill::library::Library;
use crate::fill::{ENVIRONMENT, PROJECT};
use crate::http::{Connection, request};
use crate::server::Server;

/// Prompts that change together.
pub(super) const TOGETHER: usize = 12;

/// Somebody who changes what is live.
pub(super) struct Hand {
    connection: Connection,
    about: Library,
    /// No command of an earlier run has the same key.
    run: i64,
    commands: u64,
}

/// What the server said about a release.
#[derive(Debug, Deserialize)]
pub(super) struct Done {
    pub(super) release: u64,
    pub(super) generation: u64,
}

impl Hand {
    pub(super) async fn open(server: &Server, about: &Library) -> Result<Self> {
        ensure!(about.live != about.first, "a library with one version has nothing to go back to");
        let connection = Connection::open(server.address).await?;
        Ok(Self { connection, about: about.clone(), run: SystemClock.now(), commands: 0 })
    }

    /// How many prompts change together.
    pub(super) fn together(&self) -> usize {
        TOGETHER.min(self.about.prompts.len())
    }

    /// Releases the first version of some prompts.
    pub(super) async fn release(&mut self) -> Result<(Duration, Done)> {
        let items: Vec<_> = self.about.prompts[..self.together()]
            .iter()
            .map(|prompt| json!({ "do": "set", "prompt": prompt, "version": self.about.first }))
            .collect();
        let body = json!({ "environment": ENVIRONMENT, "items": items }).to_string();
        self.send(&format!("/api/v1/projects/{PROJECT}/releases"), &body).await
    }

    /// Takes a release back.
    pub(super) async fn roll_back(&mut self, release: u64) -> Result<(Duration, Done)> {
        self.send(&format!("/api/v1/projects/{PROJECT}/releases/{release}/rollback"), "{}").await
    }

    async fn send(&mut self, path: &str, body: &str) -> Result<(Duration, Done)> {
        self.commands += 1;
        let key = format!("idempotency-key: bench-{}-{}", self.run, self.commands);
        let request = request("POST", path, &self.about.admin, &[key], Some(body));
        let started = Instant::now();
        let answer = self.connection.call(&request).await?;
        let took = started.elapsed();
        if answer.status != 201 {
            bail!("a change was answered with {}: {}", answer.status, String::from_utf8_lossy(answer.body));
        }
        Ok((took, serde_json::from_slice(answer.body)?))
    }
}

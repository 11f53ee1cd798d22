//! Several servers on one PostgreSQL: what one decides all serve, also when listeners die, the database is stopped, hangs or is
//! killed, and a server starts while it is away. `cargo xtask torture` runs the same with a longer dose.

pub(crate) mod api;
mod away;
mod convergence;
mod network;
mod paused;
mod two;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cuelight_testkit::postgres::{Database, Durability, PgBouncer, Server as Postgres};
use serde_json::{Value, json};

use crate::scenario::workspace;
use crate::support::{Server, Workspace, dose};
use api::Api;

/// A database, and servers on it.
pub(crate) struct Cluster {
    postgres: Postgres,
    pub(crate) database: Database,
    bouncer: Option<PgBouncer>,
    folder: tempfile::TempDir,
    pub(crate) nodes: Vec<Server>,
    pub(crate) token: String,
    workspace: Workspace,
}

impl Cluster {
    /// Servers with a library in which `support/answer` has the versions 1.0.0, live in development, and 1.1.0.
    pub(crate) fn of(nodes: usize) -> Self {
        let postgres = Postgres::start(Durability::Quick, &[]);
        let database = postgres.database();
        Self::on(nodes, postgres, database, None)
    }

    /// The same with PgBouncer between them and the database; none where it is not installed.
    fn behind_pgbouncer(nodes: usize) -> Option<Self> {
        let postgres = Postgres::start(Durability::Quick, &[]);
        let database = postgres.database();
        let bouncer = PgBouncer::before(&database, 5)?;
        Some(Self::on(nodes, postgres, database, Some(bouncer)))
    }

    fn on(nodes: usize, postgres: Postgres, database: Database, bouncer: Option<PgBouncer>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut cluster = Self {
            postgres,
            database,
            bouncer,
            folder,
            nodes: Vec::new(),
            token: String::new(),
            workspace: workspace(),
        };
        for n in 0..nodes {
            let server = cluster.start(n);
            if n == 0 {
                cluster.token.clone_from(&server.token);
            }
            cluster.nodes.push(server);
        }
        cluster.fill();
        cluster
    }

    pub(crate) fn data(&self, n: usize) -> PathBuf {
        self.folder.path().join(format!("node-{n}"))
    }

    /// Starts server `n`, which uses its own folder.
    fn start(&self, n: usize) -> Server {
        let port = self.bouncer.as_ref().map_or(self.database.port(), PgBouncer::port);
        Server::with(&self.data(n), &["--database", &self.database.url_through(port)])
    }

    fn fill(&mut self) {
        let mut w = std::mem::replace(&mut self.workspace, Workspace::empty());
        w = w.talking_to(&self.nodes[0].url, &self.token);
        w.run(&["project", "create", "acme"]).expect(0);
        w.run(&["lock"]).expect(0);
        w.run(&["apply", "--yes"]).expect(0);
        w.run(&["release", "support/answer", "--env", "development"]).expect(0);
        w.edit(crate::scenario::SYSTEM, "You answer customers", "You help customers");
        w.run(&["apply", "--yes", "--bump", "support/answer=minor"]).expect(0);
        self.workspace = w;
    }

    pub(crate) fn api(&self, n: usize) -> Api {
        Api::new(&self.nodes[n].url, &self.token)
    }

    /// Waits until every server serves this generation of development.
    fn all_serve(&self, generation: u64) {
        for n in 0..self.nodes.len() {
            let api = self.api(n);
            until(&format!("generation {generation} on server {n}"), || api.generation() == Some(generation));
        }
    }
}

/// Tells others that the work is done, also when the test fails, so that it ends.
pub(crate) struct Done<'a>(pub(crate) &'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Waits, with a limit that only a hang reaches.
#[track_caller]
pub(crate) fn until(what: &str, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A release of one version of `support/answer` to development.
pub(crate) fn release_of(version: &str) -> Value {
    json!({ "environment": "development", "items": [{ "do": "set", "prompt": "support/answer", "version": version }] })
}

/// The version that release number `n` of a series makes live, never that of the one before.
pub(crate) fn flipped(n: usize) -> &'static str {
    ["1.1.0", "1.0.0"][n % 2]
}

//! Databases of the shared cluster, what can be done to them past the store, and what test entries mean.

use async_trait::async_trait;
use cuelight_artifact::Digest;
use cuelight_core::ledger::checkpoint::origin;
use cuelight_core::ledger::verify::{Expect, Replay, Report, verify};
use cuelight_core::ledger::{BlobClass, Body, Envelope, LedgerId};
use cuelight_store::StoreError;
use cuelight_store::laws::sample::{INSTALLATION, verifier};
use cuelight_store::laws::{Ports, StoreFactory};
use cuelight_store_postgres::{Dump, PostgresOptions, PostgresStore};
use cuelight_testkit::postgres::{Cluster, Database};

/// A database of its own.
pub struct Place(pub Database);

impl Place {
    pub fn new() -> Self {
        Self(Cluster::shared().database())
    }

    pub fn options(&self) -> PostgresOptions {
        PostgresOptions::new(self.0.url())
    }

    pub async fn store(&self) -> Result<PostgresStore, StoreError> {
        PostgresStore::open(&self.options()).await
    }

    /// What the store says when it refuses to open, with the place left out.
    pub async fn refusal(&self) -> String {
        let error = self.store().await.err().expect("the store opened").to_string();
        let socket = self.0.socket();
        let (home, port) = (socket.parent().unwrap().display(), socket.extension().unwrap().display());
        error.replace(&format!("PostgreSQL database `{}` at {home}:{port}", self.0.name()), "DATABASE")
    }

    /// Changes the tables behind their own back, as only an administrator can.
    pub fn tamper(&self, sql: &str) {
        self.0.sql(&format!("SET session_replication_role = replica; SET search_path = cuelight; {sql}"));
    }
}

#[async_trait]
impl StoreFactory for Place {
    async fn open(&self) -> Result<Ports, StoreError> {
        Ok(Ports::of(self.store().await?))
    }
}

/// Test entries refer to blobs in a field `blobs`; the state is how many entries there are.
#[derive(Default)]
pub struct Count(u64);

impl Replay for Count {
    type Event = Vec<(Digest, BlobClass)>;

    fn read(_: &str, body: &Body<'_>) -> Result<Self::Event, String> {
        let blobs = body.value().get("blobs").cloned().unwrap_or_default();
        Ok(serde_json::from_value(blobs).unwrap_or_default())
    }

    fn references(blobs: &Self::Event) -> Vec<(Digest, BlobClass)> {
        blobs.clone()
    }

    fn apply(&mut self, _: &Envelope, _: &Self::Event) {
        self.0 += 1;
    }

    fn state(&self) -> Result<Vec<u8>, String> {
        Ok(self.0.to_string().into_bytes())
    }
}

/// The offline check of a ledger.
pub fn check(options: &PostgresOptions, ledger: &LedgerId) -> Report {
    let dump = Dump::open(options).unwrap();
    assert_eq!(dump.integrity().unwrap(), Vec::<String>::new());
    check_only(&dump, ledger)
}

/// The same, whatever the tables look like.
pub fn check_only(dump: &Dump, ledger: &LedgerId) -> Report {
    let (origin, key) = (origin(INSTALLATION, ledger), verifier());
    let expect = Expect { origin: &origin, key: &key, external: None };
    verify(dump.stored(ledger, 1).unwrap(), &expect, &mut Count::default())
}

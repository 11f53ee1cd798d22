//! Temporary data folders, raw connections past the store, and what test entries mean.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use cuelight_artifact::Digest;
use cuelight_core::ledger::checkpoint::origin;
use cuelight_core::ledger::verify::{Expect, Replay, Report, verify};
use cuelight_core::ledger::{BlobClass, Body, Envelope, LedgerId};
use cuelight_store::StoreError;
use cuelight_store::laws::sample::{INSTALLATION, verifier};
use cuelight_store::laws::{Ports, StoreFactory};
use cuelight_store_sqlite::{Dump, OpenOptions, SqliteStore};
use rusqlite::Connection;

/// A data folder that goes away with the value.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join("data")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub fn store(&self) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(&OpenOptions::new(self.path()))
    }

    /// What the store says when it refuses to open, with the folder's own path left out.
    pub fn refusal(&self) -> String {
        self.anonymous(&self.store().err().expect("the store opened").to_string())
    }

    pub fn anonymous(&self, text: &str) -> String {
        let canonical = self.path().canonicalize().unwrap();
        text.replace(&canonical.display().to_string(), "DIR")
            .replace(&self.path().display().to_string(), "DIR")
    }

    /// A connection such as an administrator with a shell has.
    pub fn raw(&self) -> Connection {
        Connection::open(self.file("registry.db")).unwrap()
    }

    /// Changes the registry behind its own back: the guards are dropped and put back.
    pub fn tamper(&self, sql: &str) {
        let conn = self.raw();
        let triggers: Vec<(String, String)> = conn
            .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        for (name, _) in &triggers {
            conn.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        conn.execute_batch(sql).unwrap();
        for (_, sql) in &triggers {
            conn.execute_batch(sql).unwrap();
        }
    }
}

#[async_trait]
impl StoreFactory for Folder {
    async fn open(&self) -> Result<Ports, StoreError> {
        Ok(Ports::of(self.store()?))
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

/// The offline check of a ledger in a data folder.
pub fn check(dir: &Path, ledger: &LedgerId) -> Report {
    let dump = Dump::open(dir).unwrap();
    assert_eq!(dump.integrity().unwrap(), Vec::<String>::new());
    assert_eq!(dump.inspection()().unwrap(), Vec::<String>::new());
    report(&dump, ledger)
}

/// The same of an open dump, whatever its file is like.
pub fn report(dump: &Dump, ledger: &LedgerId) -> Report {
    let (origin, key) = (origin(INSTALLATION, ledger), verifier());
    let expect = Expect { origin: &origin, key: &key, external: None };
    verify(dump.stored(ledger, 1).unwrap(), &expect, &mut Count::default())
}

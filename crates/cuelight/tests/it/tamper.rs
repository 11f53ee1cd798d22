//! Tampering with the stored ledger by somebody who knows the database: every kind is found offline, and the first
//! bad entry is named.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use cuelight_core::ledger::tree::leaf_hash;
use rusqlite::{Connection, params};
use serde_json::Value;

/// A data folder with the demo's whole history, made once.
fn history() -> &'static Path {
    static MADE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, dir) = MADE.get_or_init(|| {
        let temporary = tempfile::tempdir().unwrap();
        let dir = temporary.path().join("data");
        let told = Command::new(env!("CARGO_BIN_EXE_cuelight"))
            .args(["demo", "--exit", "--listen", "127.0.0.1:0", "--data"])
            .arg(&dir)
            .output()
            .unwrap();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        (temporary, dir)
    });
    dir
}

/// A copy of the history, opened with its guards set aside.
struct Scene {
    dir: tempfile::TempDir,
    database: Connection,
    guards: Vec<String>,
    ledger: i64,
    last: i64,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(history()).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
        }
        let database = Connection::open(dir.path().join("registry.db")).unwrap();
        database.pragma_update(None, "foreign_keys", false).unwrap();
        let mut found =
            database.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").unwrap();
        let guards: Vec<(String, String)> =
            found.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().map(Result::unwrap).collect();
        drop(found);
        for (name, _) in &guards {
            database.execute(&format!("DROP TRIGGER {name}"), []).unwrap();
        }
        let one = |sql: &str| database.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap();
        let ledger = one("SELECT id FROM ledgers WHERE name = 'project/acme'");
        let last = one(&format!("SELECT max(seq) FROM entries WHERE ledger = {ledger}"));
        let guards = guards.into_iter().map(|(_, sql)| sql).collect();
        Self { dir, database, guards, ledger, last }
    }

    /// The first entry of this kind that is a command of its own and not the last entry.
    fn lone(&self, kind: &str) -> i64 {
        let sql = "SELECT min(e.seq) FROM entries e JOIN commands c ON c.ledger = e.ledger AND c.first = e.seq \
                   WHERE e.ledger = ?1 AND e.kind = ?2 AND c.last = c.first AND e.seq < ?3";
        self.database.query_row(sql, params![self.ledger, kind, self.last], |r| r.get(0)).unwrap()
    }

    fn bytes(&self, seq: i64) -> Vec<u8> {
        let sql = "SELECT bytes FROM entries WHERE ledger = ?1 AND seq = ?2";
        self.database.query_row(sql, params![self.ledger, seq], |r| r.get(0)).unwrap()
    }

    fn run(&self, sql: &str, values: impl rusqlite::Params) {
        assert!(self.database.execute(sql, values).unwrap() > 0, "nothing was tampered with: {sql}");
    }

    /// Puts the guards back, as a careful forger would, and verifies.
    fn verify(self, more: &[&str]) -> (i32, Value) {
        for sql in &self.guards {
            self.database.execute(sql, []).unwrap();
        }
        drop(self.database);
        let out = Command::new(env!("CARGO_BIN_EXE_cuelight"))
            .args(["verify", "--json"])
            .args(more)
            .arg(self.dir.path())
            .output()
            .unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        let value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        (out.status.code().unwrap(), value)
    }

    fn found(self, name: &str, first_bad: i64) {
        let (code, value) = self.verify(&[]);
        assert_eq!(code, 3, "{name}: {value}");
        let ledgers = value["result"]["ledgers"].as_array().unwrap();
        let acme = ledgers.iter().find(|l| l["ledger"] == "project/acme").unwrap();
        assert_eq!(acme["first_bad"], first_bad, "{name}: {acme}");
    }
}

fn edited(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let changed = text.replacen("\"environment\":\"", "\"environment\":\"x", 1);
    assert_ne!(text, changed);
    changed.into_bytes()
}

#[test]
fn an_untouched_ledger_is_sound() {
    let (code, value) = Scene::new().verify(&[]);
    assert_eq!(code, 0, "{value}");
}

#[test]
fn every_kind_of_tampering_is_found_and_the_first_bad_entry_named() {
    type Forge = fn(&Scene) -> i64;
    let kinds: &[(&str, Forge)] = &[
        ("an entry's bytes edited", |s| {
            let seq = s.lone("release.opened/1");
            s.run(
                "UPDATE entries SET bytes = ?3 WHERE ledger = ?1 AND seq = ?2",
                params![s.ledger, seq, edited(&s.bytes(seq))],
            );
            seq
        }),
        ("an entry's bytes edited and its hash recomputed", |s| {
            let seq = s.lone("release.opened/1");
            let bytes = edited(&s.bytes(seq));
            let leaf = leaf_hash(&bytes).as_raw().to_vec();
            s.run(
                "UPDATE entries SET bytes = ?3 WHERE ledger = ?1 AND seq = ?2",
                params![s.ledger, seq, bytes],
            );
            s.run("UPDATE leaves SET hash = ?3 WHERE ledger = ?1 AND seq = ?2", params![s.ledger, seq, leaf]);
            seq
        }),
        ("a leaf hash edited", |s| {
            let seq = s.lone("release.opened/1");
            s.run(
                "UPDATE leaves SET hash = ?3 WHERE ledger = ?1 AND seq = ?2",
                params![s.ledger, seq, vec![7_u8; 32]],
            );
            seq
        }),
        ("a column edited", |s| {
            let seq = s.lone("release.opened/1");
            s.run("UPDATE entries SET at = at + 1 WHERE ledger = ?1 AND seq = ?2", params![s.ledger, seq]);
            seq
        }),
        ("an entry deleted", |s| {
            let seq = s.lone("release.opened/1");
            for table in ["entries", "leaves"] {
                s.run(&format!("DELETE FROM {table} WHERE ledger = ?1 AND seq = ?2"), params![s.ledger, seq]);
            }
            seq
        }),
        ("an entry deleted and the rest renumbered", |s| {
            let seq = s.lone("release.opened/1");
            for table in ["entries", "leaves"] {
                s.run(&format!("DELETE FROM {table} WHERE ledger = ?1 AND seq = ?2"), params![s.ledger, seq]);
                for later in seq + 1..=s.last {
                    s.run(
                        &format!("UPDATE {table} SET seq = seq - 1 WHERE ledger = ?1 AND seq = ?2"),
                        params![s.ledger, later],
                    );
                }
            }
            seq
        }),
        ("two entries swapped", |s| {
            let seq = s.lone("release.opened/1");
            for (from, to) in [(seq, 1_000_000), (seq + 1, seq), (1_000_000, seq + 1)] {
                for table in ["entries", "leaves"] {
                    s.run(
                        &format!("UPDATE {table} SET seq = ?3 WHERE ledger = ?1 AND seq = ?2"),
                        params![s.ledger, from, to],
                    );
                }
            }
            seq
        }),
        ("an entry forged at the end", |s| {
            let text = String::from_utf8(s.bytes(s.last)).unwrap();
            let bytes = text
                .replacen(&format!("\"seq\":{}", s.last), &format!("\"seq\":{}", s.last + 1), 1)
                .into_bytes();
            let leaf = leaf_hash(&bytes).as_raw().to_vec();
            s.run(
                "INSERT INTO entries SELECT ledger, seq + 1, at, command, kind, ?3 FROM entries WHERE ledger = ?1 AND seq = ?2",
                params![s.ledger, s.last, bytes],
            );
            s.run("INSERT INTO leaves VALUES (?1, ?2, ?3)", params![s.ledger, s.last + 1, leaf]);
            s.last + 1
        }),
        ("the tail cut off", |s| {
            let seq: i64 = s
                .database
                .query_row(
                    "SELECT first FROM commands WHERE ledger = ?1 AND last = ?2",
                    params![s.ledger, s.last],
                    |r| r.get(0),
                )
                .unwrap();
            for (table, column) in [("entries", "seq"), ("leaves", "seq"), ("commands", "first")] {
                s.run(
                    &format!("DELETE FROM {table} WHERE ledger = ?1 AND {column} >= ?2"),
                    params![s.ledger, seq],
                );
            }
            seq
        }),
        ("a command's record edited", |s| {
            let seq = s.lone("release.opened/1");
            s.run(
                "UPDATE commands SET command = 'other' WHERE ledger = ?1 AND first = ?2",
                params![s.ledger, seq],
            );
            seq
        }),
        ("an artifact exchanged", |s| {
            let seq = s.lone("release.opened/1");
            let (digest, first) = first_artifact(s, seq);
            s.run(
                "UPDATE blobs SET bytes = ?3 WHERE ledger = ?1 AND digest = ?2",
                params![s.ledger, digest, b"{}".to_vec()],
            );
            first
        }),
        ("an artifact deleted", |s| {
            let seq = s.lone("release.opened/1");
            let (digest, first) = first_artifact(s, seq);
            s.run("DELETE FROM blobs WHERE ledger = ?1 AND digest = ?2", params![s.ledger, digest]);
            first
        }),
        ("a note exchanged", |s| {
            let seq = s.lone("release.opened/1");
            let entry: Value = serde_json::from_slice(&s.bytes(seq)).unwrap();
            let digest = raw(&entry["body"]["notes"]);
            s.run(
                "UPDATE blobs SET bytes = ?3 WHERE ledger = ?1 AND digest = ?2",
                params![s.ledger, digest, b"{}".to_vec()],
            );
            s.database
                .query_row(
                    "SELECT min(seq) FROM entries WHERE ledger = ?1 AND instr(CAST(bytes AS TEXT), ?2) > 0",
                    params![s.ledger, entry["body"]["notes"].as_str().unwrap()],
                    |r| r.get(0),
                )
                .unwrap()
        }),
    ];
    for (name, forge) in kinds {
        let scene = Scene::new();
        let first_bad = forge(&scene);
        scene.found(name, first_bad);
    }
}

/// An artifact that the release at `seq` placed, and the first entry that speaks of it.
fn first_artifact(scene: &Scene, seq: i64) -> (Vec<u8>, i64) {
    let entry: Value = serde_json::from_slice(&scene.bytes(seq)).unwrap();
    let digest = &entry["body"]["changes"][0]["after"]["digest"];
    let sql = "SELECT min(seq) FROM entries WHERE ledger = ?1 AND instr(CAST(bytes AS TEXT), ?2) > 0";
    let first =
        scene.database.query_row(sql, params![scene.ledger, digest.as_str().unwrap()], |r| r.get(0)).unwrap();
    (raw(digest), first)
}

fn raw(digest: &Value) -> Vec<u8> {
    let digest: cuelight_artifact::Digest = digest.as_str().unwrap().parse().unwrap();
    digest.as_raw().to_vec()
}

#[test]
fn checkpoints_and_saved_states_are_checked_too() {
    let scene = Scene::new();
    scene.run(
        "UPDATE checkpoints SET note = replace(note, 'project/acme', 'project/other') WHERE ledger = ?1 AND size = ?2",
        params![scene.ledger, scene.last],
    );
    assert_eq!(scene.verify(&[]).0, 3);
    // One byte of a saved state is another, and the digest at its end tells or does not.
    for forged in [false, true] {
        let scene = Scene::new();
        let sql = "SELECT bytes FROM saved_states WHERE ledger = ?1";
        let mut bytes: Vec<u8> = scene.database.query_row(sql, [scene.ledger], |r| r.get(0)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        if forged {
            let (body, seal) = bytes.split_last_chunk_mut::<32>().unwrap();
            *seal = *cuelight_artifact::Digest::of_bytes(body).as_raw();
        }
        scene.run("UPDATE saved_states SET bytes = ?2 WHERE ledger = ?1", params![scene.ledger, bytes]);
        assert_eq!(scene.verify(&[]).0, 3);
    }
    // Everything re-made and signed by somebody else: only a key known from elsewhere tells.
    let foreign = cuelight_core::ledger::note::SignerKey::from_seed("cuelight/other", &[9; 32]).unwrap();
    let key = foreign.verifier().to_string();
    assert_eq!(Scene::new().verify(&["--key", &key]).0, 3);
}

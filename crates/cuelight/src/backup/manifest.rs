//! What a backup says of itself: which files with which digests, and how the ledgers end in them.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use cuelight_app::recovery::{LedgerEnd, Mark};
use cuelight_app::time;
use cuelight_artifact::Digest;
use cuelight_core::ledger::Micros;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::files::private;
use crate::failure::{Failure, LocalCode};

/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";
/// The file with the manifest's own digest, as `sha256sum -c` reads it.
pub const SEAL: &str = "manifest.sha256";
/// The form of the manifest.
const FORMAT: u32 = 1;
/// Larger than any manifest, in bytes.
const MAX: u64 = 64 * 1024 * 1024;

/// What a backup is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The form of this file.
    pub cuelight_backup: u32,
    /// The version of Cuelight that made it.
    pub version: String,
    /// What it is a copy of.
    pub store: Store,
    /// When it was made, in µs since 1970 UTC: nothing acknowledged before that is missing.
    pub made_at: Micros,
    /// The same, to read.
    pub time: String,
    /// Random id of the copy.
    pub copy: String,
    /// Verifier key of the ledgers' checkpoints.
    pub key: String,
    /// The files beside this one.
    pub files: Vec<BackupFile>,
    /// How the ledgers end in them.
    pub ledgers: Vec<BackupLedger>,
}

/// What a backup is a copy of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Store {
    /// A data folder.
    Sqlite,
    /// A PostgreSQL database.
    Postgres,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// The schema of what is in it.
    pub schema: u32,
}

/// The end of a ledger in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupLedger {
    /// Which, how long, which root.
    #[serde(flatten)]
    pub end: LedgerEnd,
    /// The signed checkpoint over it: it proves later what a ledger once held.
    pub checkpoint: String,
}

/// What a manifest is made of.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What it is a copy of.
    pub store: Store,
    /// When it was begun.
    pub made_at: Micros,
    /// Random id of the copy.
    pub copy: String,
    /// Verifier key.
    pub key: String,
    /// The files.
    pub files: Vec<BackupFile>,
    /// The ledgers.
    pub ledgers: Vec<BackupLedger>,
}

impl Manifest {
    /// The manifest of these facts.
    pub fn new(facts: Facts) -> Self {
        Self {
            cuelight_backup: FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            store: facts.store,
            made_at: facts.made_at,
            time: time::show(facts.made_at),
            copy: facts.copy,
            key: facts.key,
            files: facts.files,
            ledgers: facts.ledgers,
        }
    }

    /// The mark that a store restored from this backup carries.
    pub fn mark(&self) -> Mark {
        let ledgers = self.ledgers.iter().map(|l| l.end.clone()).collect();
        Mark { copy: self.copy.clone(), made_at: self.made_at, ledgers }
    }

    /// Writes the manifest and its seal into the backup's folder, on disk.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|e| Failure::new(LocalCode::Internal, format!("the manifest has no JSON form: {e}")))?;
        let text = format!("{text}\n");
        put(&dir.join(MANIFEST), text.as_bytes())?;
        let digest = Digest::of_bytes(text.as_bytes()).to_string();
        let digest = digest.trim_start_matches("sha256:");
        put(&dir.join(SEAL), format!("{digest}  {MANIFEST}\n").as_bytes())
    }

    /// Reads the manifest of a backup and compares it with its seal.
    ///
    /// # Errors
    /// `bad_backup` when there is none, it was changed, or is of another form.
    pub fn read(dir: &Path) -> Result<Self, Failure> {
        let read = |name: &str| {
            let path = dir.join(name);
            let size = std::fs::metadata(&path).map_or(0, |m| m.len());
            match std::fs::read(&path) {
                Ok(bytes) if size <= MAX => Ok(bytes),
                Ok(_) => Err(bad(format!("`{}` is too large for a manifest", path.display()))),
                Err(e) => Err(bad(format!("`{}` cannot be read: {e}", path.display()))),
            }
        };
        let (text, seal) = (read(MANIFEST)?, read(SEAL)?);
        let digest = Digest::of_bytes(&text).to_string();
        if seal != format!("{}  {MANIFEST}\n", digest.trim_start_matches("sha256:")).as_bytes() {
            let dir = dir.display();
            return Err(bad(format!(
                "`{dir}`: {MANIFEST} is not what {SEAL} says: one of the two was changed"
            )));
        }
        let found: Self = serde_json::from_slice(&text)
            .map_err(|e| bad(format!("`{}`: {MANIFEST} cannot be read: {e}", dir.display())))?;
        if found.cuelight_backup != FORMAT {
            return Err(bad(format!(
                "the backup has form {}; this program knows form {FORMAT}",
                found.cuelight_backup
            ))
            .fix("Use the version of Cuelight that made it."));
        }
        Ok(found)
    }

    /// Refuses a name that is not plain: one from a file must not lead elsewhere.
    ///
    /// # Errors
    /// `bad_backup`.
    pub fn check_name(name: &str) -> Result<(), Failure> {
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
        match plain && !name.starts_with('.') && !name.is_empty() {
            true => Ok(()),
            false => Err(bad(format!("the manifest names a file `{}`", name.escape_debug()))),
        }
    }

    /// Compares every file with its digest.
    ///
    /// # Errors
    /// `bad_backup` naming the first file that is not as it was.
    pub fn check_files(&self, dir: &Path) -> Result<(), Failure> {
        for file in &self.files {
            Self::check_name(&file.name)?;
            let found = BackupFile::of(dir, &file.name, file.schema)?;
            if found != *file {
                return Err(bad(format!(
                    "`{}` was changed: it has {} bytes with the digest {}, and should have {} with {}",
                    dir.join(&file.name).display(),
                    found.bytes,
                    found.digest,
                    file.bytes,
                    file.digest
                )));
            }
        }
        Ok(())
    }
}

impl BackupFile {
    /// A file as it is.
    ///
    /// # Errors
    /// `bad_backup` when it cannot be read.
    pub fn of(dir: &Path, name: &str, schema: u32) -> Result<Self, Failure> {
        let path = dir.join(name);
        let unreadable = |e: std::io::Error| bad(format!("`{}` cannot be read: {e}", path.display()));
        let mut file = File::open(&path).map_err(unreadable)?;
        let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 20]);
        loop {
            let n = file.read(&mut buffer).map_err(unreadable)?;
            if n == 0 {
                break;
            }
            hash.update(&buffer[..n]);
            bytes += n as u64;
        }
        let digest = Digest::from_raw(hash.finalize().into());
        Ok(Self { name: name.into(), bytes, digest, schema })
    }
}

/// A backup that is none, or not what it was.
pub fn bad(detail: impl Into<String>) -> Failure {
    Failure::new(LocalCode::BadBackup, detail)
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure::io("write", path, &e);
    let mut file = private().open(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)
}

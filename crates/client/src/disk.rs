//! The copy on disk: one file, replaced whole, with a checksum.
//!
//! The first line says what follows, `cuelight-bundle 1 sha256:… <bytes>`; the rest is the bundle as the server sent it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use cuelight_artifact::{Digest, EnvironmentName, ProjectName};

use crate::error::Refusal;

/// How the first line begins.
const MAGIC: &str = "cuelight-bundle 1";
/// The first line is shorter than this, in bytes.
const MAX_HEADER: usize = 128;

/// Where the copy is.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    folder: PathBuf,
    name: String,
}

/// Why the copy cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DiskError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Damaged(&'static str),
    #[error("{0}")]
    Refused(#[from] Refusal),
}

impl Disk {
    /// The copy of this environment in this folder.
    pub(crate) fn new(folder: PathBuf, project: &ProjectName, environment: &EnvironmentName) -> Self {
        Self { folder, name: format!("{project}.{environment}.bundle") }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// The bundle's bytes; none when there is no copy.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was written.
    pub(crate) fn read(&self, max: usize) -> Result<Option<Vec<u8>>, DiskError> {
        let file = match File::open(self.path()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let limit = max + MAX_HEADER + 1;
        let mut bytes = Vec::new();
        file.take(u64::try_from(limit).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
        if bytes.len() >= limit {
            return Err(Refusal::TooLarge(max).into());
        }
        let end = bytes.iter().take(MAX_HEADER).position(|b| *b == b'\n');
        let end = end.ok_or(DiskError::Damaged("it does not begin as a copy does"))?;
        let body = bytes.split_off(end + 1);
        let (digest, length) =
            header(&bytes[..end]).ok_or(DiskError::Damaged("its first line is damaged"))?;
        if body.len() != length {
            return Err(DiskError::Damaged("it is not as long as its first line says"));
        }
        let found = Digest::of_bytes(&body);
        if found != digest {
            return Err(Refusal::Changed { expected: digest, found }.into());
        }
        Ok(Some(body))
    }

    /// Replaces the copy, all or nothing, also when the machine goes down: written beside, forced to disk, renamed.
    ///
    /// # Errors
    /// When it cannot be written; the copy before is then untouched.
    pub(crate) fn write(&self, bytes: &[u8], digest: &Digest, unique: u64) -> io::Result<()> {
        make_folder(&self.folder)?;
        let beside = self.folder.join(format!(".{}.{unique:016x}.new", self.name));
        let written = fill(&beside, bytes, digest).and_then(|()| fs::rename(&beside, self.path()));
        if written.is_err() {
            // What is half written helps nobody; that it could not be removed either changes nothing.
            drop(fs::remove_file(&beside));
        }
        written?;
        sync_folder(&self.folder)
    }
}

fn header(line: &[u8]) -> Option<(Digest, usize)> {
    let rest = std::str::from_utf8(line).ok()?.strip_prefix(MAGIC)?.strip_prefix(' ')?;
    let (digest, length) = rest.split_once(' ')?;
    Some((digest.parse().ok()?, length.parse().ok()?))
}

fn fill(path: &Path, bytes: &[u8], digest: &Digest) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(format!("{MAGIC} {digest} {}\n", bytes.len()).as_bytes())?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The rename itself must reach the disk too.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
const fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

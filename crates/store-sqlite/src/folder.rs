//! The data folder: made for its owner only, used by one process at a time.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use cuelight_store::StoreError;

/// The control facts.
pub(crate) const REGISTRY: &str = "registry.db";
/// The production facts.
pub(crate) const OBSERVATIONS: &str = "observations.db";
/// The sealed values.
pub(crate) const VAULT: &str = "vault.db";
const LOCK: &str = "lock";

/// The right to write in a data folder. Ends with the value, or with the process however it ends.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "holding the file is holding the lock")] File);

/// Makes the folder if need be, with mode 0700, and gives its absolute path.
pub(crate) fn make(dir: &Path) -> Result<PathBuf, StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|e| unavailable(dir, "cannot be made", &e))?;
    absolute(dir)
}

/// The absolute path of a folder that is there. Absolute, because SQLite reads `file:…` as an address.
pub(crate) fn absolute(dir: &Path) -> Result<PathBuf, StoreError> {
    dir.canonicalize().map_err(|e| unavailable(dir, "cannot be opened", &e))
}

/// Takes the folder for this process.
pub(crate) fn lock(dir: &Path) -> Result<Lock, StoreError> {
    let path = dir.join(LOCK);
    let mut file = private().open(&path).map_err(|e| unavailable(&path, "cannot be opened", &e))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            // Without the number the error is still right, so a failure to read it is not one.
            let _ = file.take(20).read_to_string(&mut text);
            return Err(StoreError::Locked { place: shown(dir), pid: text.trim().parse().ok() });
        }
        Err(TryLockError::Error(e)) => return Err(unavailable(&path, "cannot be locked", &e)),
    }
    let write = |file: &mut File| {
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())?;
        file.flush()
    };
    write(&mut file).map_err(|e| unavailable(&path, "cannot be written", &e))?;
    Ok(Lock(file))
}

/// Removes the lock file of a folder that nobody uses.
pub(crate) fn unlock(dir: &Path) -> Result<(), StoreError> {
    let path = dir.join(LOCK);
    match fs::remove_file(&path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(unavailable(&path, "cannot be removed", &e)),
        _ => Ok(()),
    }
}

/// Makes an empty database file with mode 0600 where there is none, and takes other people's rights from one that is
/// there. SQLite gives its side files the mode of the main file.
pub(crate) fn make_file(path: &Path) -> Result<(), StoreError> {
    let there = path.exists();
    let file = private().open(path).map_err(|e| unavailable(path, "cannot be opened", &e))?;
    restrict(&file).map_err(|e| unavailable(path, "cannot be made private", &e))?;
    if !there {
        sync_folder(path).map_err(|e| unavailable(path, "cannot be synchronised", &e))?;
    }
    Ok(())
}

/// Refuses a folder whose registry is gone while other files say that there was one: starting afresh there would look
/// like an empty installation.
pub(crate) fn check_complete(dir: &Path) -> Result<(), StoreError> {
    // SQLite takes a file of one byte for an empty one.
    let filled = |name: &str| fs::metadata(dir.join(name)).is_ok_and(|m| m.len() > 1);
    let others: Vec<&str> = [OBSERVATIONS, VAULT].into_iter().filter(|name| filled(name)).collect();
    if filled(REGISTRY) || others.is_empty() {
        return Ok(());
    }
    let what = format!("it is missing or empty, although there is {}", others.join(" and "));
    Err(StoreError::Corrupt { what, place: shown(&dir.join(REGISTRY)) })
}

/// A path as it stands in messages.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn restrict(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn restrict(_: &File) -> io::Result<()> {
    Ok(())
}

/// A new file is there after a power failure only once its folder is synchronised.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(dir) if cfg!(unix) => File::open(dir)?.sync_all(),
        _ => Ok(()),
    }
}

fn unavailable(path: &Path, what: &str, error: &io::Error) -> StoreError {
    StoreError::Unavailable { what: format!("{} {what}: {error}", shown(path)) }
}

//! Writes files below one folder, each of them whole or not at all, and never anywhere else.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, LocalCode};

/// Whether existing files may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// They are kept, and reported as such.
    Keep,
    /// They are an error.
    Refuse,
    /// They are replaced.
    Replace,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is new.
    Created,
    /// It was there, with other content.
    Replaced,
    /// It was there, and was left alone.
    Kept,
    /// It was there with the very same content.
    Same,
}

/// Writes below one folder.
#[derive(Debug)]
pub struct Writer {
    root: PathBuf,
    overwrite: Overwrite,
}

impl Writer {
    /// A writer below `root`, which is created when the first file is.
    pub const fn new(root: PathBuf, overwrite: Overwrite) -> Self {
        Self { root, overwrite }
    }

    /// Checks that all these files can be written, before any of them is.
    ///
    /// # Errors
    /// A path that leaves the folder, runs through a link, or is taken when that is refused.
    pub fn check<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> Result<(), Failure> {
        for path in paths {
            let target = self.target(path)?;
            if self.overwrite == Overwrite::Refuse && target.exists() {
                return Err(Failure::new(LocalCode::FileExists, format!("`{}` exists", target.display())));
            }
        }
        Ok(())
    }

    /// Writes one file: first beside its place, then put there in one step.
    ///
    /// # Errors
    /// As [`Writer::check`], and when the disk refuses.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<Written, Failure> {
        let target = self.target(path)?;
        let before = std::fs::read(&target).ok();
        match (&before, self.overwrite) {
            (Some(old), _) if old == bytes => return Ok(Written::Same),
            (Some(_), Overwrite::Keep) => return Ok(Written::Kept),
            (Some(_), Overwrite::Refuse) => {
                return Err(Failure::new(LocalCode::FileExists, format!("`{}` exists", target.display())));
            }
            (Some(_), Overwrite::Replace) | (None, _) => {}
        }
        replace(&target, bytes)?;
        Ok(if before.is_some() { Written::Replaced } else { Written::Created })
    }

    fn target(&self, path: &str) -> Result<PathBuf, Failure> {
        let unsafe_part = |part: &str| {
            matches!(part, "" | "." | "..")
                || part.contains(['\\', ':'])
                || part.chars().any(char::is_control)
        };
        if path.is_empty() || path.split('/').any(unsafe_part) {
            let detail =
                format!("`{}` is not a safe path within `{}`", path.escape_debug(), self.root.display());
            return Err(Failure::new(LocalCode::Io, detail)
                .fix("Nothing was written there; report who sent this name."));
        }
        let mut target = self.root.clone();
        for part in path.split('/') {
            target.push(part);
            if target.symlink_metadata().is_ok_and(|m| m.is_symlink()) {
                let detail = format!("`{}` is a link, and could lead out of the folder", target.display());
                return Err(
                    Failure::new(LocalCode::Io, detail).fix("Remove the link, or choose another folder.")
                );
            }
        }
        Ok(target)
    }
}

/// Puts `bytes` at `target` in one step, so that a reader or a crash never sees half a file.
pub fn replace(target: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure::io("write", target, &e);
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cuelight-");
    // A temporary file is private by default; these are files like any other, as far as the umask lets them.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(target).map_err(|e| failed(e.error))?;
    Ok(())
}

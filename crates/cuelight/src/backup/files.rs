//! Folders that appear under their name only when they are whole.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, LocalCode};

/// A folder in the making: under a temporary name beside its own, private to its owner. Gone when dropped.
#[derive(Debug)]
pub struct Place {
    folder: tempfile::TempDir,
    target: PathBuf,
}

impl Place {
    /// Begins a folder that will be `target`, which must not be there, or be an empty folder.
    ///
    /// # Errors
    /// `file_exists`, or when no folder can be made beside it.
    pub fn new(target: &Path) -> Result<Self, Failure> {
        if is_taken(target) {
            return Err(Failure::new(LocalCode::FileExists, format!("`{}` exists", target.display()))
                .fix("Choose another place: nothing is overwritten."));
        }
        let parent = parent(target);
        fs::create_dir_all(&parent).map_err(|e| Failure::io("make", &parent, &e))?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".cuelight-partial-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.tempdir_in(&parent).map_err(|e| Failure::io("make a folder in", &parent, &e))?;
        Ok(Self { folder, target: target.to_owned() })
    }

    /// The folder as long as it has the temporary name.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the folder its name. Everything in it must be on disk.
    ///
    /// # Errors
    /// `file_exists` when the name was taken meanwhile.
    pub fn finish(self) -> Result<PathBuf, Failure> {
        let Self { folder, target } = self;
        let failed = |e: io::Error| Failure::io("rename the finished folder to", &target, &e);
        sync_folder(folder.path()).map_err(failed)?;
        if is_taken(&target) {
            return Err(Failure::new(LocalCode::FileExists, format!("`{}` exists by now", target.display())));
        }
        // An empty folder is replaced, one with something in it refuses.
        fs::rename(folder.path(), &target).map_err(failed)?;
        // Nothing is left under the temporary name.
        let _gone = folder.keep();
        sync_folder(&parent(&target)).map_err(failed)?;
        Ok(target)
    }
}

/// Whether there is anything but an empty folder.
pub fn is_taken(path: &Path) -> bool {
    match fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => path.symlink_metadata().is_ok(),
    }
}

/// Options for a new file that only its owner reads.
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Copies a file to a new, private one, on disk.
///
/// # Errors
/// When it cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |e: io::Error| Failure::io("copy", from, &e);
    let mut source = File::open(from).map_err(failed)?;
    let mut target = private().open(to).map_err(failed)?;
    io::copy(&mut source, &mut target).and_then(|_| target.sync_all()).map_err(failed)
}

fn parent(path: &Path) -> PathBuf {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// A new name is there after a power failure only once its folder is synchronised.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

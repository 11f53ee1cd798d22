//! Reads the files of a workspace. Links are not followed: what is published is what is in the folder.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use cuelight_artifact::files::{FileSet, LOCK_FILE, MANIFEST_FILE, MAX_FILES};

use crate::failure::{Failure, LocalCode};

/// Deepest folder that is looked into.
const MAX_DEPTH: usize = 16;

/// `prompts.yaml`, `prompts.lock`, and everything below `prompts/` and `fragments/`.
pub(super) fn all(root: &Path) -> Result<FileSet, Failure> {
    let mut files = FileSet::new();
    for name in [MANIFEST_FILE, LOCK_FILE] {
        let path = root.join(name);
        if path.is_file() {
            files.insert(name.to_owned(), one(&path)?);
        }
    }
    for name in ["prompts", "fragments"] {
        let path = root.join(name);
        if path.is_dir() {
            folder(&path, name, 0, &mut files)?;
        }
    }
    Ok(files)
}

fn folder(path: &Path, prefix: &str, depth: usize, files: &mut FileSet) -> Result<(), Failure> {
    let unreadable = |e: &std::io::Error| Failure::io("read", path, e);
    if depth > MAX_DEPTH {
        let detail = format!("`{prefix}` is more than {MAX_DEPTH} folders deep");
        return Err(Failure::new(LocalCode::Io, detail).fix("Move what is no prompt out of the workspace."));
    }
    for entry in std::fs::read_dir(path).map_err(|e| unreadable(&e))? {
        let entry = entry.map_err(|e| unreadable(&e))?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            let detail = format!("the name of `{}` is not UTF-8", entry.path().display());
            return Err(Failure::new(LocalCode::Io, detail).fix("Rename the file."));
        };
        if name.starts_with('.') {
            continue;
        }
        let key = format!("{prefix}/{name}");
        let kind = entry.file_type().map_err(|e| unreadable(&e))?;
        if kind.is_dir() {
            folder(&entry.path(), &key, depth + 1, files)?;
        } else if kind.is_file() {
            files.insert(key, one(&entry.path())?);
        } else {
            let detail = format!("`{key}` is a link or a device, not a file");
            return Err(Failure::new(LocalCode::Io, detail).fix("Put the file itself there, or remove it."));
        }
        if files.len() > MAX_FILES {
            // One more than allowed is enough for the check to say so.
            return Ok(());
        }
    }
    Ok(())
}

/// Most bytes read of one file: enough for the check of sizes to name the real size of any likely mistake.
const MAX_READ: u64 = 16 << 20;

/// The file, or its beginning. The check of sizes is not made here.
pub(super) fn one(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |e: std::io::Error| Failure::io("read", path, &e);
    let mut bytes = Vec::new();
    File::open(path).map_err(unreadable)?.take(MAX_READ).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

//! The workspace on disk: finding it, reading it, and writing into it without ever leaving it.

mod filter;
mod read;
mod write;

pub use write::{Overwrite, Writer, Written, replace};

use std::path::{Path, PathBuf};

use cuelight_artifact::files::{self, FileSet, Loaded, MANIFEST_FILE, Manifest};

use crate::failure::{Failure, LocalCode};

/// Files of a workspace and what they mean.
#[derive(Debug)]
pub struct Workspace {
    /// The folder of `prompts.yaml`.
    pub root: PathBuf,
    /// Every file that can matter, by path from the root.
    pub files: FileSet,
    /// What they mean, and what is wrong with them.
    pub loaded: Loaded,
}

/// The nearest folder, from `start` upwards, that has a `prompts.yaml`.
pub fn find(start: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(start).ok()?;
    start.ancestors().find(|folder| folder.join(MANIFEST_FILE).is_file()).map(Path::to_path_buf)
}

impl Workspace {
    /// Reads the workspace that `start` is in.
    ///
    /// # Errors
    /// `no_workspace`, or a file that cannot be read.
    pub fn open(start: &Path) -> Result<Self, Failure> {
        let root = find(start).ok_or_else(|| {
            let shown = std::path::absolute(start).unwrap_or_else(|_| start.to_path_buf());
            let detail = format!("no `{MANIFEST_FILE}` in `{}` or any folder above it", shown.display());
            Failure::new(LocalCode::NoWorkspace, detail)
        })?;
        let files = read::all(&root)?;
        let loaded = files::read(&files);
        Ok(Self { root, files, loaded })
    }

    /// The settings of the workspace that `start` is in, without reading the rest. Empty when there is none, or
    /// when its `prompts.yaml` has errors, which `lint` shows.
    ///
    /// # Errors
    /// When `prompts.yaml` cannot be read.
    pub fn manifest(start: &Path) -> Result<Manifest, Failure> {
        let Some(root) = find(start) else { return Ok(Manifest::default()) };
        let bytes = read::one(&root.join(MANIFEST_FILE))?;
        Ok(files::read(&FileSet::from([(MANIFEST_FILE.to_owned(), bytes)])).manifest)
    }

    /// The files as the server takes them. Files that are not UTF-8 are no part of any artifact once the
    /// workspace has no errors.
    pub fn texts(&self) -> std::collections::BTreeMap<String, String> {
        let text =
            |(path, bytes): (&String, &Vec<u8>)| Some((path.clone(), String::from_utf8(bytes.clone()).ok()?));
        self.files.iter().filter_map(text).collect()
    }
}

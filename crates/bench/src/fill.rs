//! Data folders to measure on. They are filled once and kept; a folder's name says what is in it.

pub mod ledger;
pub mod library;
pub mod prompt;

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Larger when what is written changes, so that an older folder is not taken for a new one.
const FORMAT: u32 = 1;

/// The project that every folder has.
pub const PROJECT: &str = "bench";
/// The environment that everything is live in.
pub const ENVIRONMENT: &str = "development";

/// A filled data folder with what is known about it.
#[derive(Debug, Clone)]
pub struct Folder<T> {
    /// The data folder.
    pub data: PathBuf,
    /// What is in it.
    pub about: T,
}

impl<T: Serialize + DeserializeOwned> Folder<T> {
    /// The folder of this name, if it was filled before.
    fn kept(folder: &Path, name: &str) -> Option<Self> {
        let place = place(folder, name);
        let about = std::fs::read(place.join("about.json")).ok()?;
        Some(Self { data: place.join("data"), about: serde_json::from_slice(&about).ok()? })
    }

    /// A copy of the data to change, in place of the last one.
    pub fn copy(&self, folder: &Path) -> Result<PathBuf> {
        let copy = folder.join("copy");
        if copy.exists() {
            std::fs::remove_dir_all(&copy)?;
        }
        std::fs::create_dir_all(&copy)?;
        for entry in std::fs::read_dir(&self.data)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), copy.join(entry.file_name()))?;
            }
        }
        Ok(copy)
    }

    /// An empty place to fill under this name.
    fn begin(folder: &Path, name: &str) -> Result<PathBuf> {
        let place = place(folder, name);
        if place.exists() {
            std::fs::remove_dir_all(&place)?;
        }
        std::fs::create_dir_all(&place)?;
        Ok(place.join("data"))
    }

    /// Marks the folder as filled.
    fn finish(folder: &Path, name: &str, about: T) -> Result<Self> {
        let place = place(folder, name);
        std::fs::write(place.join("about.json"), serde_json::to_vec_pretty(&about)?)?;
        Ok(Self { data: place.join("data"), about })
    }
}

fn place(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}-v{FORMAT}"))
}

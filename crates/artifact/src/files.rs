//! Files and artifacts: reading a workspace, writing an artifact, formatting, JSON Schemas for editors.
//!
//! Nothing here touches a file system: a workspace is a [`FileSet`] in memory. The layout:
//!
//! ```text
//! prompts.yaml                              the workspace
//! prompts.lock                              versions chosen by `cuelight lock`
//! prompts/<area>/<name>/prompt.yaml         a prompt; its texts, schemas, tools and tests beside it
//! fragments/<area>/<name>/fragment.yaml     a fragment; its text beside it
//! ```

mod check;
mod format;
mod json;
mod keys;
mod layout;
mod manifest;
mod overridable;
mod path;
mod read;
pub(crate) mod report;
mod scalar;
mod schemas;
pub(crate) mod shape;
mod source;
pub(crate) mod tree;
mod workspace;
mod write;
pub(crate) mod yaml;

use std::collections::BTreeMap;

pub use check::check;
pub use format::format;
pub use manifest::Manifest;
pub use overridable::{Overridable, parse as parse_overridable};
pub use schemas::schemas;
pub use source::SourceMap;
pub use workspace::{Loaded, read};
pub use write::write;

pub(crate) use keys::LOCK;

/// Files by path, relative to the workspace and with `/`.
pub type FileSet = BTreeMap<String, Vec<u8>>;

/// Largest file, in bytes.
pub const MAX_FILE: usize = 1 << 20;
/// Most files in a workspace.
pub const MAX_FILES: usize = 20_000;
/// Largest text of a message or body, in bytes.
pub const MAX_TEXT: usize = 256 << 10;

/// The workspace's own file.
pub const MANIFEST_FILE: &str = "prompts.yaml";
/// The lockfile.
pub const LOCK_FILE: &str = "prompts.lock";

#[cfg(test)]
mod tests;

//! Prompts and fragments: list, get, versions, differences, dependents, yank.

mod diff;
mod get;
mod list;
mod yank;

pub use diff::{DiffInput, DiffOutput, ProseDiff, diff};
pub(crate) use get::live;
pub use get::{ArtifactDetail, DependentInfo, VersionInfo, dependents, get, version, versions};
pub use list::{ArtifactSummary, Library, ListInput, ListOutput, list};
pub use yank::{UnyankInput, YankInput, unyank, yank};

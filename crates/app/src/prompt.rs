//! Prompts and fragments: browse, find, list, get, versions, differences, dependents, what an audience gets,
//! render, yank.

mod browse;
mod diff;
mod effective;
mod find;
mod get;
mod library;
mod list;
mod render;
mod yank;

pub use browse::{
    BrowseInput, BrowseOutput, Count, Facets, Folder, MAX_FACET, MAX_PAGE, MAX_WORDS, Status, browse,
};
pub use diff::{DiffInput, DiffOutput, ProseDiff, diff};
pub use effective::{Effective, Origin, Place, effective, places};
pub use find::{Hit, Target, find, nearest};
pub(crate) use get::live;
pub use get::{ArtifactDetail, DependentInfo, VersionInfo, dependents, get, included, version, versions};
pub use library::{ArtifactSummary, Library};
pub use list::{ListInput, ListOutput, list};
pub use render::{ChatMessage, Sample, Tried, render, samples};
pub(crate) use render::{attempt, samples_of};
pub use yank::{UnyankInput, YankInput, unyank, yank};

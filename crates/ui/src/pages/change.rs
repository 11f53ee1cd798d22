//! What changes, in plain words: used by the pages that compare, edit, publish and show versions.

mod label;
mod show;

pub use label::{Labels, kind_of_change, role};
pub use show::{View, boundary, parts_of, reasons, sentence, table, texts};

use cuelight_app::{AppError, AppResult, Code};
use cuelight_artifact::{ArtifactName, ArtifactRef, ProjectName};

use crate::call::Call;
use crate::parts::page::{self, kind_word};
use crate::parts::path;

/// The prompt or shared text of an address with `{kind}` and `{*name}`.
///
/// # Errors
/// `unknown_route` when the kind is neither or the name is none.
pub fn artifact_of(call: &Call) -> AppResult<ArtifactRef> {
    let name: ArtifactName = call.path("name")?;
    match call.path::<String>("kind")?.as_str() {
        "prompt" => Ok(ArtifactRef::prompt(name)),
        "shared" => Ok(ArtifactRef::fragment(name)),
        _ => Err(AppError::new(Code::UnknownRoute, format!("there is nothing at `{}`", call.address))),
    }
}

/// The address of a page about a prompt or shared text: `/p/acme/edit/prompt/sales/lead`.
pub fn address(project: &ProjectName, what: &str, id: &ArtifactRef) -> String {
    format!("/p/{project}/{what}/{}/{}", kind_word(id.kind), path(id.name.as_str()))
}

/// The address of one version.
pub fn version_address(project: &ProjectName, id: &ArtifactRef, version: &semver::Version) -> String {
    address(project, &format!("version/{version}"), id)
}

/// The address of its own page.
pub fn own_address(project: &ProjectName, id: &ArtifactRef) -> String {
    page::artifact_address(project, id)
}

/// The path of the API below the project.
pub fn api(project: &ProjectName, id: &ArtifactRef, rest: &str) -> String {
    let name = id.name.as_str().replace('/', "%2F");
    format!("/api/v1/projects/{project}/{}s/{name}{rest}", id.kind)
}

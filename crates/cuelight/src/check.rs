//! Everything lint finds in a workspace. Fragments that the workspace has not come from the server.

mod fragments;

pub use fragments::Fragments;

use cuelight_artifact::diagnostic::has_errors;
use cuelight_artifact::{ArtifactName, ArtifactRef, Diagnostic, closure};
use cuelight_render::Limits;
use serde::Serialize;

use crate::failure::{Failure, LocalCode};
use crate::session::Session;
use crate::workspace::Workspace;

/// What was found.
#[derive(Debug)]
pub struct Checked {
    /// Findings with their places.
    pub diagnostics: Vec<Diagnostic>,
    /// Artifacts whose templates could not be checked, because a fragment is not at hand.
    pub unchecked: Vec<Unchecked>,
}

/// An artifact that was read but not rendered.
#[derive(Debug, Clone, Serialize)]
pub struct Unchecked {
    /// Which.
    pub artifact: ArtifactRef,
    /// The fragment that is not at hand.
    pub fragment: ArtifactName,
    /// Why not.
    pub because: String,
}

/// Checks the whole workspace: files, circles, templates, variables, golden cases.
///
/// # Errors
/// When a fragment must be asked for and the server cannot be asked.
pub async fn check(session: &Session, workspace: &Workspace) -> Result<Checked, Failure> {
    let loaded = &workspace.loaded;
    let fragments = Fragments::gather(session, workspace).await?;
    let mut diagnostics = loaded.diagnostics.clone();
    let mut unchecked = Vec::new();
    match closure::order(&loaded.artifacts) {
        // Templates that include each other in a circle have no expansion that could be checked.
        Err(found) => diagnostics.extend(found),
        Ok(order) => {
            for artifact in order.iter().filter_map(|id| loaded.artifacts.get(id)) {
                match fragments.not_at_hand(artifact) {
                    Some(fragment) => {
                        let because = absence(workspace, &fragment);
                        unchecked.push(Unchecked { artifact: artifact.id(), fragment, because });
                    }
                    None => {
                        diagnostics.extend(cuelight_render::check(artifact, &fragments, &Limits::default()));
                    }
                }
            }
        }
    }
    let diagnostics = diagnostics.into_iter().map(|d| loaded.source.place(d)).collect();
    Ok(Checked { diagnostics, unchecked })
}

fn absence(workspace: &Workspace, fragment: &ArtifactName) -> String {
    let id = ArtifactRef::fragment(fragment.clone());
    if workspace.loaded.source.file(&id).is_some() {
        format!("{id} has errors itself")
    } else {
        format!("{id} is not in the workspace, and --offline forbids asking for it")
    }
}

/// An error if the files themselves have errors; then there is nothing to send to a server.
pub fn readable(session: &Session, workspace: &Workspace) -> Result<(), Failure> {
    let found = &workspace.loaded.diagnostics;
    if !has_errors(found) {
        return Ok(());
    }
    let counted = crate::output::count_findings(found).unwrap_or_default();
    session.out.note(&format!("checked `{}`", workspace.root.display()));
    Err(Failure::new(LocalCode::ChecksFailed, format!("nothing was sent: {counted} in the files"))
        .diagnostics(found.clone()))
}

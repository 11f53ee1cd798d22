//! `cuelight lint`: everything that can be found wrong in files.

use std::path::PathBuf;

use cuelight_artifact::diagnostic::has_errors;
use serde_json::json;

use crate::check::check;
use crate::exit::Exit;
use crate::failure::{Done, Outcome};
use crate::output::{count, count_findings};
use crate::session::Session;

/// Check the files: keys, types, templates, variables, golden cases.
///
/// Needs no server, unless a prompt uses a fragment that the workspace has not; then the server is asked for it, or,
/// with --offline, the prompt's templates are left unchecked. Exits with 3 when there are errors.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cuelight lint\n  cuelight lint prompts/sales --offline")]
pub struct LintArgs {
    /// Report only on these files or folders [default: the whole workspace].
    pub paths: Vec<PathBuf>,
}

/// Checks.
pub async fn run(session: &Session, args: &LintArgs) -> Done {
    let workspace = session.workspace()?;
    let wanted = workspace.filter(session, &args.paths)?;
    let checked = check(session, &workspace).await?;
    let found: Vec<_> =
        checked.diagnostics.into_iter().filter(|d| d.file.as_deref().is_none_or(|f| wanted.has(f))).collect();
    session.out.findings(&found, &workspace.files);
    for left in &checked.unchecked {
        session.out.warn(&format!("the templates of {} are unchecked: {}", left.artifact, left.because));
    }
    let artifacts = workspace.loaded.artifacts.len();
    let summary = match count_findings(&found) {
        None if checked.unchecked.is_empty() => format!("{}: nothing wrong.\n", count(artifacts, "artifact")),
        None => format!("{}: nothing wrong in what was checked.\n", count(artifacts, "artifact")),
        Some(counted) => format!("{counted}.\n"),
    };
    session.out.data(&summary);
    let exit = if has_errors(&found) { Exit::CheckFailed } else { Exit::Fine };
    let result = json!({ "artifacts": artifacts, "diagnostics": found, "unchecked": checked.unchecked });
    Outcome::exit(exit, &result)
}

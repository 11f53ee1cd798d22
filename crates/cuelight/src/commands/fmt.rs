//! `cuelight fmt`: files in canonical form; no digest changes.

use std::path::PathBuf;

use cuelight_artifact::diagnostic::has_errors;
use cuelight_artifact::files;
use serde_json::json;

use crate::exit::Exit;
use crate::failure::{Done, Outcome};
use crate::output::count;
use crate::session::Session;
use crate::workspace::{Overwrite, Writer};

/// Bring files into canonical form.
///
/// Sorts keys, indents by two spaces, keeps every comment, never rewraps a text, and never changes a digest.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cuelight fmt\n  cuelight fmt --check prompts/sales")]
pub struct FmtArgs {
    /// Change nothing; exit with 2 if something would change.
    #[arg(long)]
    pub check: bool,
    /// Files or folders [default: the whole workspace].
    pub paths: Vec<PathBuf>,
}

/// Formats.
pub fn run(session: &Session, args: &FmtArgs) -> Done {
    let workspace = session.workspace()?;
    let wanted = workspace.filter(session, &args.paths)?;
    let (mut changed, found) = files::format(&workspace.files);
    changed.retain(|path, _| wanted.has(path));
    let found: Vec<_> =
        found.into_iter().filter(|d| d.file.as_deref().is_none_or(|f| wanted.has(f))).collect();
    session.out.findings(&found, &workspace.files);
    if !args.check {
        let writer = Writer::new(workspace.root.clone(), Overwrite::Replace);
        for (path, bytes) in &changed {
            writer.write(path, bytes)?;
        }
    }
    let word = if args.check { "would change" } else { "formatted" };
    for path in changed.keys() {
        session.out.data(&format!("{word} {path}\n"));
    }
    if changed.is_empty() && !has_errors(&found) {
        session.out.note("Every file is in canonical form.");
    } else {
        session.out.note(&format!("{} {word}.", count(changed.len(), "file")));
    }
    let exit = match (has_errors(&found), args.check && !changed.is_empty()) {
        (true, _) => Exit::CheckFailed,
        (false, true) => Exit::Changes,
        (false, false) => Exit::Fine,
    };
    let changed: Vec<_> = changed.keys().collect();
    Outcome::exit(exit, &json!({ "changed": changed, "written": !args.check, "diagnostics": found }))
}

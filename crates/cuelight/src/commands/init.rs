//! `cuelight init`: the files of a new workspace.

use cuelight_artifact::ProjectName;
use cuelight_artifact::files::{MANIFEST_FILE, Manifest};
use serde_json::json;

use crate::docs::editor;
use crate::failure::{Done, Failure, Outcome};
use crate::session::Session;
use crate::workspace::{Overwrite, Workspace, Writer, Written};

/// Make a workspace in this folder.
///
/// Writes prompts.yaml and the schemas that editors use for completion. Never overwrites a file.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cuelight init --project acme\n  cuelight new sales/qualify-lead")]
pub struct InitArgs {}

/// Makes the workspace.
pub fn run(session: &Session, _: &InitArgs) -> Done {
    let project = match &session.global.project {
        Some(project) => project.clone(),
        None => folder_name(session)?,
    };
    let manifest = Manifest {
        project: Some(project.clone()),
        server: session.global.server.clone(),
        ..Manifest::default()
    };
    let mut files = editor::schema_files();
    for (path, bytes) in manifest.write() {
        let mut text = editor::modeline(MANIFEST_FILE, MANIFEST_FILE).into_bytes();
        text.extend(bytes);
        files.insert(path, text);
    }
    let writer = Writer::new(session.folder().to_path_buf(), Overwrite::Keep);
    writer.check(files.keys().map(String::as_str))?;
    let (mut created, mut kept) = (Vec::new(), Vec::new());
    for (path, bytes) in &files {
        match writer.write(path, bytes)? {
            Written::Created | Written::Replaced => created.push(path),
            Written::Kept => kept.push(path),
            Written::Same => {}
        }
    }
    for path in &created {
        session.out.data(&format!("created {path}\n"));
    }
    for path in &kept {
        session.out.data(&format!("kept    {path} (it was there already)\n"));
    }
    if created.is_empty() && kept.is_empty() {
        session.out.data("Everything is in place already.\n");
    }
    // What prompts.yaml says counts, also where it was there already.
    let project = Workspace::manifest(session.folder())?.project.unwrap_or(project);
    session.out.note(&format!("Project `{project}`. Next: `cuelight new area/name` makes a first prompt."));
    Outcome::fine(&json!({ "project": project, "created": created, "kept": kept }))
}

fn folder_name(session: &Session) -> Result<ProjectName, Failure> {
    let folder =
        std::path::absolute(session.folder()).map_err(|e| Failure::io("find", session.folder(), &e))?;
    let name = folder.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    name.parse().map_err(|e| {
        Failure::usage(format!("the folder's name `{}` cannot be a project's name: {e}", name.escape_debug()))
            .fix("Name the project: `cuelight init --project <name>`.")
    })
}

//! `cuelight new`: a prompt or fragment from a scaffold that passes lint.

use cuelight_artifact::files::FileSet;
use cuelight_artifact::{ArtifactName, ArtifactRef, Kind};
use serde_json::json;

use crate::docs::editor;
use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::session::Session;
use crate::workspace::{Overwrite, Workspace, Writer};

/// Make a new prompt or fragment from a scaffold.
///
/// The files pass `cuelight lint` as they are; replace their texts with your own.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight new sales/qualify-lead\n  cuelight new safety/no-personal-data --fragment"
)]
pub struct NewArgs {
    /// Its name, such as `sales/qualify-lead`.
    pub name: ArtifactName,
    /// Make a fragment, a text that prompts include.
    #[arg(long)]
    pub fragment: bool,
}

/// Writes the scaffold.
pub fn run(session: &Session, args: &NewArgs) -> Done {
    let workspace = Workspace::open(session.folder())?;
    let kind = if args.fragment { Kind::Fragment } else { Kind::Prompt };
    let id = ArtifactRef { kind, name: args.name.clone() };
    let folder = folder(&id);
    if workspace.root.join(&folder).exists() {
        return Err(Failure::new(LocalCode::FileExists, format!("`{folder}` exists"))
            .fix("Choose another name, or edit the files there."));
    }
    let files = match kind {
        Kind::Prompt => prompt(&id),
        Kind::Fragment => fragment(&id),
    };
    let writer = Writer::new(workspace.root, Overwrite::Refuse);
    writer.check(files.keys().map(String::as_str))?;
    for (path, bytes) in &files {
        writer.write(path, bytes)?;
        session.out.data(&format!("created {path}\n"));
    }
    session.out.note("Next: replace the texts with your own, then `cuelight lint` and `cuelight plan`.");
    Outcome::fine(&json!({ "id": id, "created": files.keys().collect::<Vec<_>>() }))
}

/// The folder of an artifact in a workspace.
pub fn folder(id: &ArtifactRef) -> String {
    format!("{}s/{}", id.kind, id.name)
}

/// `Qualify lead` for `sales/qualify-lead`.
pub fn title(name: &ArtifactName) -> String {
    let last = name.as_str().rsplit('/').next().unwrap_or_default().replace('-', " ");
    let mut chars = last.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

fn prompt(id: &ArtifactRef) -> FileSet {
    let (name, title) = (&id.name, title(&id.name));
    let yaml = format!(
        "format: 1
name: {name}
title: {title}
summary: Say in a sentence or two what it does.
intent: Say what it is for; this stays while versions come and go.
change_intent: Put it under release control.
risk: medium
inputs:
  type: object
  additionalProperties: false
  required: [question]
  properties:
    question: {{ type: string, minLength: 1, maxLength: 4000 }}
messages:
  - {{ role: system, file: system.md }}
  - {{ role: user, file: user.md }}
output: {{ kind: text }}
tests: tests.yaml
"
    );
    let tests = "- name: the question reaches the model
  inputs: { question: What are your opening hours? }
  expect:
    rendered_contains: [What are your opening hours?]
";
    let system = "You answer questions of our customers.\nIf you do not know the answer, say so.\n";
    set(
        id,
        &[
            ("prompt.yaml", &yaml),
            ("system.md", system),
            ("tests.yaml", tests),
            ("user.md", "{{ question }}\n"),
        ],
    )
}

fn fragment(id: &ArtifactRef) -> FileSet {
    let (name, title) = (&id.name, title(&id.name));
    let yaml = format!(
        "format: 1
name: {name}
title: {title}
summary: Say in a sentence what it adds to a prompt.
intent: Say what it is for; this stays while versions come and go.
change_intent: Put it under release control.
risk: medium
body: {{ file: body.md }}
"
    );
    set(id, &[("body.md", "Write the text that prompts share here.\n"), ("fragment.yaml", &yaml)])
}

/// The files, with the line that tells editors the schema where there is one.
pub fn set(id: &ArtifactRef, files: &[(&str, &str)]) -> FileSet {
    let file = |(name, text): &(&str, &str)| {
        let path = format!("{}/{name}", folder(id));
        let text = format!("{}{text}", editor::modeline(&path, name));
        (path, text.into_bytes())
    };
    files.iter().map(file).collect()
}

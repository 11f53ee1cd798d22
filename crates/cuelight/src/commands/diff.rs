//! `cuelight diff`: files against the server's newest versions, or two versions.

use std::fmt::Write as _;

use cuelight_app::plan::PlanAction;
use cuelight_app::prompt::DiffOutput;
use cuelight_artifact::ArtifactRef;
use serde_json::json;

use super::plan::{self, Choices};
use crate::exit::Exit;
use crate::failure::{Done, Failure, Outcome};
use crate::output::{Style, Tone, clean};
use crate::present::plan::{Detail, boundary_line, entries, field, reasons, shout};
use crate::remote::segment;
use crate::session::Session;

/// Compare files with the server, or two versions.
///
/// Without versions the files are compared with the newest versions on the server. A version is a number such as
/// 1.2.0, or an environment for what is live there. Texts are compared word by word: [-old-]{+new+}. Exits with 2
/// when something differs.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight diff\n  cuelight diff sales/qualify-lead 1.2.0 1.3.0 --words\n  cuelight diff sales/qualify-lead production"
)]
pub struct DiffArgs {
    /// Only this prompt, or `fragment:area/name`.
    pub name: Option<ArtifactRef>,
    /// The older version, or an environment.
    #[arg(value_name = "A")]
    pub from: Option<String>,
    /// The newer version, or an environment [default: the newest version].
    #[arg(value_name = "B")]
    pub to: Option<String>,
    /// Show whole texts with their changes, not only the changes.
    #[arg(long)]
    pub words: bool,
}

/// Compares.
pub async fn run(session: &Session, args: &DiffArgs) -> Done {
    let detail = if args.words { Detail::Whole } else { Detail::Changes };
    match (&args.name, &args.from) {
        (Some(id), Some(from)) => versions(session, (id, from, args.to.as_deref()), detail).await,
        (name, _) => files(session, name.as_ref(), detail).await,
    }
}

async fn files(session: &Session, name: Option<&ArtifactRef>, detail: Detail) -> Done {
    let workspace = session.workspace()?;
    let input = plan::prepare(session, &workspace, &Choices::default())?;
    let project = session.project()?;
    let mut found = plan::ask(session, &project, &input).await?;
    plan::refuse_errors(&found, "the files cannot be compared")?;
    if let Some(name) = name {
        found.entries.retain(|e| &e.id == name);
        if found.entries.is_empty() {
            return Err(Failure::usage(format!("{name} is not in the workspace"))
                .fix("Name two versions to compare what is on the server: `cuelight diff <name> <A> <B>`."));
        }
    }
    session.out.data(&entries(&found, session.out.style(), detail));
    let differ = found.entries.iter().any(|e| e.action != PlanAction::Same);
    if !differ {
        session.out.note("The files are what the server has.");
    }
    Outcome::exit(if differ { Exit::Changes } else { Exit::Fine }, &json!({ "entries": found.entries }))
}

async fn versions(
    session: &Session,
    (id, from, to): (&ArtifactRef, &str, Option<&str>),
    detail: Detail,
) -> Done {
    let project = session.project()?;
    let to = to.map(|to| format!("&to={}", segment(to))).unwrap_or_default();
    let path = format!("/{}s/{}/diff?from={}{to}", id.kind, segment(&id.name), segment(from));
    let found: DiffOutput = project.remote.get(&project.path(&path)).await?;
    let differ = !found.changes.is_empty();
    if differ {
        session.out.data(&text(&found, session.out.style(), detail));
    } else {
        session.out.note("They are the same.");
    }
    Outcome::exit(if differ { Exit::Changes } else { Exit::Fine }, &found)
}

fn text(found: &DiffOutput, style: Style, detail: Detail) -> String {
    let id = style.paint(Tone::Bold, &found.id.to_string());
    let mark = style.paint(Tone::Yellow, "~");
    let mut text = format!("{mark} {id}   {} -> {}   {}\n", found.from, found.to, shout(found.class));
    for boundary in &found.boundary {
        text.push_str(&boundary_line(boundary, style));
    }
    for change in &found.changes {
        text.push_str(&field(change, style, detail));
    }
    text.push_str(&reasons(&found.reasons, Some(found.class), None));
    if !found.cases_differ.is_empty() {
        let names: Vec<String> = found.cases_differ.iter().map(|c| format!("\"{}\"", clean(c))).collect();
        let _never = writeln!(text, "    golden cases that render differently: {}", names.join(", "));
    }
    text
}

//! `cuelight export`: the library as files, or the ledger as lines of JSON.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use cuelight_app::plan::FilesOutput;
use cuelight_artifact::EnvironmentName;
use serde_json::json;

use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::output::count;
use crate::remote::segment;
use crate::session::{Project, Session};
use crate::workspace::{Overwrite, Writer, replace};

/// Write the library, the ledger or a checkpoint into a folder or file.
///
/// The library is every prompt and fragment at its newest version, or as an environment serves it, with prompts.yaml
/// and prompts.lock. The ledger is all there is to check with `cuelight verify FILE`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight export ./library\n  cuelight export --env production ./live\n  cuelight export --ledger ledger.ndjson\n  cuelight export --checkpoint kept.txt"
)]
pub struct ExportArgs {
    /// The folder to write into; created if need be.
    #[arg(value_name = "DIR", required_unless_present_any = ["ledger", "checkpoint"], conflicts_with_all = ["ledger", "checkpoint"])]
    pub folder: Option<PathBuf>,
    /// Export the whole ledger into this file instead.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// Write the newest signed checkpoint into this file instead. Kept away from the server, it lets `cuelight verify`
    /// find a ledger that was cut off.
    #[arg(long, value_name = "FILE", conflicts_with = "ledger")]
    pub checkpoint: Option<PathBuf>,
    /// What this environment serves, instead of the newest versions.
    #[arg(long, value_name = "ENVIRONMENT", conflicts_with_all = ["ledger", "checkpoint"])]
    pub env: Option<EnvironmentName>,
    /// Overwrite files that are there.
    #[arg(long)]
    pub force: bool,
}

/// Exports.
pub async fn run(session: &Session, args: &ExportArgs) -> Done {
    let project = session.project()?;
    if let Some(file) = &args.checkpoint {
        return checkpoint(session, &project, &session.path(file), overwrite(args)).await;
    }
    match (&args.ledger, &args.folder) {
        (Some(file), _) => ledger(session, &project, &session.path(file), overwrite(args)).await,
        (None, Some(folder)) => library(session, &project, args, session.path(folder)).await,
        (None, None) => Err(Failure::usage("name a folder, or `--ledger FILE`")),
    }
}

const fn overwrite(args: &ExportArgs) -> Overwrite {
    if args.force { Overwrite::Replace } else { Overwrite::Refuse }
}

async fn library(session: &Session, project: &Project, args: &ExportArgs, folder: PathBuf) -> Done {
    let query = args.env.as_ref().map(|e| format!("?environment={}", segment(e))).unwrap_or_default();
    let found: FilesOutput = project.remote.get(&project.path(&format!("/files{query}"))).await?;
    let shown = folder.display().to_string();
    let writer = Writer::new(folder, overwrite(args));
    // All names are looked at before the first file is written: the server is not trusted with this folder.
    writer.check(found.files.keys().map(String::as_str))?;
    for (path, text) in &found.files {
        writer.write(path, text.as_bytes())?;
    }
    session.out.data(&format!("Wrote {} to {shown}.\n", count(found.files.len(), "file")));
    Outcome::fine(&json!({ "folder": shown, "files": found.files.keys().collect::<Vec<_>>() }))
}

async fn checkpoint(session: &Session, project: &Project, target: &Path, overwrite: Overwrite) -> Done {
    if target.exists() && overwrite == Overwrite::Refuse {
        return Err(Failure::new(LocalCode::FileExists, format!("`{}` exists", target.display())));
    }
    let note = project.remote.text(&project.path("/ledger/checkpoint")).await?;
    replace(target, note.as_bytes())?;
    let size = note.lines().nth(1).unwrap_or_default();
    session.out.data(&format!("Wrote the checkpoint of {size} entries to {}.\n", target.display()));
    Outcome::fine(&json!({ "file": target, "note": note }))
}

async fn ledger(session: &Session, project: &Project, target: &Path, overwrite: Overwrite) -> Done {
    if target.exists() && overwrite == Overwrite::Refuse {
        return Err(Failure::new(LocalCode::FileExists, format!("`{}` exists", target.display())));
    }
    let failed = |e: std::io::Error| Failure::io("write", target, &e);
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".cuelight-").tempfile_in(folder).map_err(failed)?;
    let working = session.out.working("exporting the ledger");
    let mut answer = project.remote.stream(&project.path("/ledger/export")).await?;
    let (mut bytes, mut lines) = (0_u64, 0_u64);
    // A stream that breaks off is an error here; the file appears only when it is whole.
    while let Some(chunk) = answer.chunk().await.map_err(|e| broke_off(project, &e))? {
        file.write_all(&chunk).map_err(failed)?;
        bytes += chunk.len() as u64;
        lines += chunk.iter().filter(|b| **b == b'\n').count() as u64;
        working.progress(format!("exporting the ledger: {} KiB", bytes / 1024));
    }
    drop(working);
    file.as_file().sync_all().map_err(failed)?;
    file.persist(target).map_err(|e| failed(e.error))?;
    session.out.data(&format!("Wrote {lines} lines ({bytes} bytes) to {}.\n", target.display()));
    session.out.note(&format!("Check it anywhere with `cuelight verify {}`.", target.display()));
    Outcome::fine(&json!({ "file": target, "lines": lines, "bytes": bytes }))
}

fn broke_off(project: &Project, error: &reqwest::Error) -> Failure {
    let detail = format!("{}: the export broke off ({error}); nothing was written", project.remote.address());
    Failure::new(LocalCode::Unreachable, detail).fix("Try again; the server's log says why it stopped.")
}

//! `cuelight yank`: takes a version out of new resolutions and releases, or undoes that.

use cuelight_app::prompt::{ArtifactDetail, UnyankInput, YankInput};
use cuelight_core::version::Severity;

use crate::cli::Versioned;
use crate::failure::{Done, Failure, Outcome};
use crate::remote::segment;
use crate::session::Session;

/// Take a version out of new releases, or undo that.
///
/// Nothing that is live changes by a yank, except where an environment's policy refuses versions yanked with
/// `block`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight yank sales/qualify-lead@1.3.0 --severity avoid --reason \"scores small companies too low\"\n  cuelight yank sales/qualify-lead@1.3.0 --undo --reason \"it was the data\""
)]
pub struct YankArgs {
    /// The version.
    #[arg(value_name = "NAME@VERSION")]
    pub name: Versioned,
    /// How bad it is.
    #[arg(long, value_enum, required_unless_present = "undo", conflicts_with = "undo")]
    pub severity: Option<Level>,
    /// Why; recorded.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Take the yank back.
    #[arg(long)]
    pub undo: bool,
}

/// How bad a yanked version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Level {
    /// No new resolution or release picks it.
    Avoid,
    /// A safety matter: those who serve it are warned, or refused where the policy says so.
    Block,
}

/// Yanks.
pub async fn run(session: &Session, args: &YankArgs) -> Done {
    let Versioned { id, version: Some(version) } = &args.name else {
        return Err(Failure::usage(format!("name the version: `{}@1.2.3`", args.name.id)));
    };
    let project = session.project()?;
    let base = format!("/{}s/{}/versions/{}", id.kind, segment(&id.name), segment(version));
    let reason = args.reason.clone();
    let found: ArtifactDetail = match args.severity {
        Some(level) => {
            let severity = match level {
                Level::Avoid => Severity::Avoid,
                Level::Block => Severity::Block,
            };
            project
                .remote
                .write("yank", &project.path(&format!("{base}/yank")), &YankInput { severity, reason })
                .await?
        }
        None => {
            project
                .remote
                .write("unyank", &project.path(&format!("{base}/unyank")), &UnyankInput { reason })
                .await?
        }
    };
    let live: Vec<String> = found.version.live_in.iter().map(ToString::to_string).collect();
    if args.undo {
        session.out.data(&format!("{id} {version} is not yanked any more.\n"));
    } else {
        session.out.data(&format!("{id} {version} is yanked: no new release takes it.\n"));
        if !live.is_empty() {
            session.out.warn(&format!(
                "it is live in {}; release another version there, or go back",
                live.join(", ")
            ));
        }
    }
    Outcome::fine(&found.version)
}

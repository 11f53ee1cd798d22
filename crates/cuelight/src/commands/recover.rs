//! `cuelight recover`: puts on record that the installation goes on from a backup.

use std::path::{Path, PathBuf};

use cuelight_app::recovery::{RecoverInput, RecoveryInfo, RecoveryStatus};

use crate::backup::Manifest;
use crate::exit::Exit;
use crate::failure::{Done, Failure, Outcome};
use crate::present::recovery::sentence;
use crate::present::when;
use crate::session::Session;
use crate::verify::read_text;

const PLACE: &str = "/api/v1/recovery";

/// Put on record that the installation goes on from a backup.
///
/// After a backup was restored the server serves reads and refuses every write until this was done, once, by an
/// administrator. It writes a recovery epoch into the installation's ledger: why, by whom, how every ledger ended in the
/// backup, and, from newer checkpoints, how many entries are known to be lost. Without --reason it only shows how things
/// stand, and exits with 2 when a recovery is needed.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight recover\n  cuelight recover --reason \"The disk of db1 died; backup of 03:00.\" --checkpoint kept.txt"
)]
pub struct RecoverArgs {
    /// Why the installation goes on from a backup.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// A newer signed checkpoint, or the manifest.json of a newer backup; may be repeated.
    #[arg(long, value_name = "FILE", requires = "reason")]
    pub checkpoint: Vec<PathBuf>,
}

/// Records, or shows.
pub async fn run(session: &Session, args: &RecoverArgs) -> Done {
    let remote = session.remote()?;
    let Some(reason) = &args.reason else {
        let found: RecoveryStatus = remote.get(PLACE).await?;
        show(session, &found);
        let exit = if found.needed.is_some() { Exit::Changes } else { Exit::Fine };
        return Outcome::exit(exit, &found);
    };
    let mut checkpoints = Vec::new();
    for file in &args.checkpoint {
        checkpoints.extend(read(&session.path(file))?);
    }
    let input = RecoverInput { reason: reason.clone(), checkpoints };
    let recorded: RecoveryInfo = remote.write("recover", PLACE, &input).await?;
    session.out.data(&format!("{}\n", sentence(&recorded)));
    session.out.note("Writes are taken again. Tokens that were revoked after the backup hold again: look at `cuelight token list`.");
    Outcome::fine(&recorded)
}

/// The checkpoints in a file: one, or those of a manifest.
fn read(file: &Path) -> Result<Vec<String>, Failure> {
    let text = read_text(file)?;
    if !text.trim_start().starts_with('{') {
        return Ok(vec![text]);
    }
    let manifest: Manifest = serde_json::from_str(&text).map_err(|e| {
        Failure::usage(format!("`{}` is neither a checkpoint nor a backup's manifest: {e}", file.display()))
    })?;
    Ok(manifest.ledgers.into_iter().map(|l| l.checkpoint).collect())
}

fn show(session: &Session, found: &RecoveryStatus) {
    for epoch in &found.epochs {
        session.out.data(&format!("{}\n", sentence(epoch)));
    }
    match &found.needed {
        Some(needed) => session.out.data(&format!(
            "The data was restored from a backup of {} and takes no writes until `cuelight recover --reason TEXT`.\n",
            when(&needed.made_at)
        )),
        None if found.epochs.is_empty() => {
            session.out.data("This installation never went on from a backup.\n");
        }
        None => {}
    }
}

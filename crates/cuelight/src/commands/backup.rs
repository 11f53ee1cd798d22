//! `cuelight backup`: copies everything the server knows, also while it runs.

use std::path::PathBuf;

use super::serve::DEFAULT_DATA;
use crate::backup::{Made, make, postgres};
use crate::failure::{Done, Outcome};
use crate::output::count;
use crate::session::Session;

/// Copy everything the server knows, also while it runs.
///
/// The copy is checked as `cuelight verify` checks it, and appears under its name only when it is whole. Nothing is
/// overwritten: name a new folder, or one that is there, in which a folder named after the time is made. The backup holds
/// keys and hashes of tokens: keep it as secret as the data folder.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight backup --data /var/lib/cuelight --to /var/backups/cuelight\n  cuelight restore --verify --from /var/backups/cuelight/cuelight-2026-03-15T03-00-00Z"
)]
pub struct BackupArgs {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    pub data: PathBuf,
    /// The address of a PostgreSQL database, instead of a data folder; it needs pg_dump on PATH.
    #[arg(
        long,
        value_name = "URL",
        env = "CUELIGHT_DATABASE",
        hide_env_values = true,
        conflicts_with = "data"
    )]
    pub database: Option<String>,
    /// Where the backup goes.
    #[arg(long, value_name = "PLACE")]
    pub to: PathBuf,
}

/// Makes it.
pub async fn run(session: &Session, args: &BackupArgs) -> Done {
    let working = session.out.working("copying");
    let (from, to) = (session.path(&args.data), session.path(&args.to));
    let told = |doing: &str| working.progress(doing.to_owned());
    let made = match &args.database {
        Some(url) => postgres::make(url, &to, told)?,
        None => make(&from, &to, told).await?,
    };
    drop(working);
    say(session, &made);
    Outcome::fine(&made)
}

fn say(session: &Session, made: &Made) {
    let entries: u64 = made.manifest.ledgers.iter().map(|l| l.end.size).sum();
    let bytes: u64 = made.manifest.files.iter().map(|f| f.bytes).sum();
    let ledgers = count(made.manifest.ledgers.len(), "ledger");
    session.out.data(&format!(
        "Wrote {entries} entries of {ledgers} ({bytes} bytes) to {}, and checked them.\n",
        made.backup.display()
    ));
    session.out.note("It holds keys and hashes of tokens: keep it secret, and on another machine.");
}

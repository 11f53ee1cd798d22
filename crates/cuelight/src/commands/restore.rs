//! `cuelight restore`: puts a backup back, or tries whether it can be put back.

use std::path::PathBuf;

use serde_json::json;

use crate::backup::{Restored, postgres, put_mark, restore};
use crate::failure::{Done, Failure, Outcome};
use crate::output::count;
use crate::session::Session;
use crate::store::{Where, open};

/// Put a backup back, or try whether it can be put back.
///
/// Every file and every ledger is checked after it was copied. What was restored serves reads at once and takes no
/// writes until `cuelight recover` has put on record that the installation goes on from a backup.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight restore --from /var/backups/cuelight/cuelight-2026-03-15T03-00-00Z --data /var/lib/cuelight\n  cuelight restore --verify --from /var/backups/cuelight/cuelight-2026-03-15T03-00-00Z\n  cuelight restore --mark --data /var/lib/cuelight"
)]
pub struct RestoreArgs {
    /// The backup.
    #[arg(long, value_name = "BACKUP", required_unless_present = "mark", conflicts_with = "mark")]
    pub from: Option<PathBuf>,
    /// The data folder to make; it must not be there, or be empty.
    #[arg(long, value_name = "DIR", required_unless_present_any = ["verify", "database"])]
    pub data: Option<PathBuf>,
    /// For a backup of a PostgreSQL database: the address of the database to restore into, which has no schema `cuelight`
    /// yet. It needs pg_restore and psql on PATH. With --verify: of any database on a server where one may be made for the
    /// trial.
    #[arg(
        long,
        value_name = "URL",
        env = "CUELIGHT_DATABASE",
        hide_env_values = true,
        conflicts_with = "data"
    )]
    pub database: Option<String>,
    /// Only try: restore into a scratch folder or database, check everything, and remove it.
    #[arg(long, conflicts_with = "data")]
    pub verify: bool,
    /// The data was put back by another tool: only mark it as restored. It then takes no writes until
    /// `cuelight recover`.
    #[arg(long, conflicts_with = "verify")]
    pub mark: bool,
}

/// Restores.
pub async fn run(session: &Session, args: &RestoreArgs) -> Done {
    let Some(from) = &args.from else { return only_mark(session, args).await };
    let from = session.path(from);
    let working = session.out.working("reading the backup");
    let told = |doing: &str| working.progress(doing.to_owned());
    let data = args.data.as_ref().map(|d| session.path(d));
    let done = match (&args.database, args.verify) {
        (Some(url), true) => postgres::try_out(&from, url, told)?,
        (Some(url), false) => postgres::restore(&from, url, told)?,
        (None, _) => restore(&from, data.as_deref(), told).await?,
    };
    drop(working);
    say(session, args, &done);
    Outcome::fine(&done)
}

fn say(session: &Session, args: &RestoreArgs, done: &Restored) {
    let entries: u64 = done.manifest.ledgers.iter().map(|l| l.end.size).sum();
    let held = format!("{entries} entries of {}", count(done.manifest.ledgers.len(), "ledger"));
    let made = crate::present::when(&done.manifest.time);
    if args.verify {
        session.out.data(&format!("The backup of {made} can be restored: {held}, all sound.\n"));
        return;
    }
    let place = done.data.as_ref().map_or_else(|| "the database".into(), |d| d.display().to_string());
    session.out.data(&format!("Restored {held} to {place}, as they were at {made}.\n"));
    next(session);
}

async fn only_mark(session: &Session, args: &RestoreArgs) -> Done {
    let place = match (&args.data, &args.database) {
        (Some(dir), _) => Where::Folder(session.path(dir)),
        (None, Some(url)) => Where::Database(url.clone()),
        (None, None) => return Err(Failure::usage("name the data to mark with --data or --database")),
    };
    let store = open(&place).await?;
    let mark = put_mark(&*store.ledger, &*store.vault).await?;
    session.out.data(&format!("{place} is marked as restored.\n"));
    next(session);
    Outcome::fine(&json!({ "copy": mark.copy }))
}

fn next(session: &Session) {
    session.out.note(
        "It serves reads and takes no writes yet. Start the server, then run `cuelight recover --reason TEXT`,\nwith `--checkpoint FILE` for each newer checkpoint or manifest that was kept. Tokens that were revoked after the\nbackup hold again: look at `cuelight token list`.",
    );
}

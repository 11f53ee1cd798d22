//! `cuelight migrate-store`: copies everything from one kind of store into another.

use serde_json::json;

use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::migrate::{Copying, migrate};
use crate::output::count;
use crate::session::Session;
use crate::store::Where;

/// Copy everything from one kind of store into another.
///
/// Ledgers with their checkpoints, content (erased texts stay erased), observations, keys and tokens: afterwards every
/// ledger has the same head, proven by computing the roots on both sides. The store that is written to must be empty; an
/// interrupted copy goes on when the command is repeated. No server may run on either store. The first store is left as
/// it is.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight migrate-store --from ./cuelight-data --to postgres://cuelight@db.example.com/cuelight\n  cuelight migrate-store --from postgres://cuelight@db.example.com/cuelight --to ./cuelight-data"
)]
pub struct MigrateStoreArgs {
    /// The store to copy: a data folder or the address of a PostgreSQL database.
    #[arg(long, value_name = "STORE")]
    pub from: Where,
    /// The empty store to copy into: a data folder or the address of a PostgreSQL database.
    #[arg(long, value_name = "STORE")]
    pub to: Where,
}

/// Copies.
pub async fn run(session: &Session, args: &MigrateStoreArgs) -> Done {
    let place = |store: &Where| match store {
        Where::Folder(path) => Where::Folder(session.path(path)),
        Where::Database(url) => Where::Database(url.clone()),
    };
    let (from, to) = (place(&args.from), place(&args.to));
    if from == to {
        return Err(Failure::usage("`--from` and `--to` name the same store"));
    }
    if let Where::Folder(path) = &from
        && !path.is_dir()
    {
        let detail = format!("there is no folder `{}`", path.display());
        return Err(Failure::new(LocalCode::DataFolder, detail));
    }
    let working = session.out.working("copying");
    let told = |c: Copying| working.progress(format!("{}: {} of {} entries", c.what, c.done, c.of));
    let moved = migrate(&from, &to, told).await?;
    drop(working);
    session.out.data(&format!(
        "Copied {} with {} entries, {} blobs, {} observations and {} sealed values from {from} to {to}.\n",
        count(moved.ledgers.len(), "ledger"),
        moved.ledgers.iter().map(|l| l.size).sum::<u64>(),
        moved.blobs,
        moved.observations,
        moved.values,
    ));
    session
        .out
        .data("Every ledger has the same head on both sides; every sealed value has the same bytes.\n");
    session.out.note(&match &to {
        Where::Folder(path) => format!("Next: `cuelight serve --data {}`. Keep the first store until you are sure, and never serve both.", path.display()),
        Where::Database(_) => "Next: `cuelight serve --database …` on every node. Keep the first store until you are sure, and never serve both.".into(),
    });
    Outcome::fine(&json!({
        "ledgers": moved.ledgers,
        "blobs": moved.blobs,
        "observations": moved.observations,
        "values": moved.values,
    }))
}

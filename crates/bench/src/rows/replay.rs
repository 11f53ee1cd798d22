//! A long ledger: replayed from its first entry, started from the saved state, and verified.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use cuelight_core::ledger::LedgerId;
use cuelight_store::Ledger as _;
use serde::Deserialize;

use crate::fill::PROJECT;
use crate::fill::ledger::{Long, long};
use crate::http::{Connection, request};
use crate::options::Options;
use crate::report::{Bound, Findings, Goal, Table, shown};
use crate::server::Server;
use crate::stats::median;

#[derive(Debug, Deserialize)]
struct Answer {
    result: Verified,
}

#[derive(Debug, Deserialize)]
struct Verified {
    sound: bool,
    ledgers: Vec<VerifiedLedger>,
}

#[derive(Debug, Deserialize)]
struct VerifiedLedger {
    entries: u64,
    checkpoints: u64,
}

pub(super) async fn measure(options: &Options) -> Result<Findings> {
    let sizes = options.sizes;
    let folder = long(&options.folder, sizes.entries, sizes.ledger_prompts, sizes.ledger_versions).await?;
    let about = &folder.about;
    let mut found = Findings::default();
    let (mut replays, mut starts, mut verifies) = (Vec::new(), Vec::new(), Vec::new());
    let mut memory = 0.0;
    let mut state = 0;
    for _ in 0..sizes.starts {
        forget_states(&folder.data).await?;
        let server = Server::cuelight(options, &folder.data)?;
        replays.push(server.ready.as_secs_f64());
        check(&server, about).await?;
        memory = server.resident()? as f64 / 1024.0 / 1024.0;
        server.end()?;
        state = saved(&folder.data).await?;
        let server = Server::cuelight(options, &folder.data)?;
        starts.push(server.ready.as_secs_f64());
        check(&server, about).await?;
        server.end()?;
        if let Some(binary) = &options.server {
            verifies.push(verify(binary, &folder.data, about)?.as_secs_f64());
        }
    }
    let mut table = Table::new(&["what", "seconds"]);
    table.row(["start, replaying every entry".to_owned(), shown(median(&replays))]);
    let what = if state == 0 { "start again; no state could be saved" } else { "start from the saved state" };
    table.row([what.to_owned(), shown(median(&starts))]);
    found.goals.push(goal("replay.all", "start by replaying", about, median(&replays), 10.0));
    found.goals.push(goal("replay.saved", "start from the saved state of", about, median(&starts), 1.0));
    if verifies.is_empty() {
        found.left_out.push("`cuelight verify`, for there is no binary to run it with".to_owned());
    } else {
        table.row(["`cuelight verify`, saved state included".to_owned(), shown(median(&verifies))]);
        found.goals.push(goal("replay.verify", "verify", about, median(&verifies), 10.0));
    }
    found.tables.push(table);
    found.notes.push(format!(
        "{} entries, {} of them releases with a command and a signed checkpoint of their own, {} prompts. Starts are from the \
         process's beginning until it answers, compiling what is live included; median of {}. The saved state has {:.1} MiB, the \
         server {memory:.0} MiB.",
        about.entries,
        about.releases,
        about.prompts.len(),
        sizes.starts,
        state as f64 / 1024.0 / 1024.0
    ));
    Ok(found)
}

fn goal(id: &'static str, what: &str, about: &Long, seconds: f64, most: f64) -> Goal {
    Goal::new(id, format!("{what} {} entries", about.entries), seconds, "s", Bound::AtMost(most))
}

fn ledger() -> Result<LedgerId> {
    Ok(LedgerId::Project(PROJECT.parse()?))
}

/// Drops saved states, so that the next start replays.
async fn forget_states(data: &Path) -> Result<()> {
    let store = crate::bare::open(data.to_owned()).await?;
    store.drop_saved_states(&ledger()?, u64::MAX).await?;
    Ok(())
}

/// How large the saved state is; 0 when there is none.
async fn saved(data: &Path) -> Result<usize> {
    let store = crate::bare::open(data.to_owned()).await?;
    let state = store.saved_state(&ledger()?, cuelight_core::state::FORMAT, None).await?;
    Ok(state.map_or(0, |s| s.bytes.len()))
}

/// Whether the server knows every entry.
async fn check(server: &Server, about: &Long) -> Result<()> {
    let mut connection = Connection::open(server.address).await?;
    let asked = request("GET", &format!("/api/v1/projects/{PROJECT}"), &about.admin, &[], None);
    let answer = connection.call(&asked).await?;
    let info: serde_json::Value = serde_json::from_slice(answer.body)?;
    ensure!(info["entries"] == about.entries, "the server knows {} entries", info["entries"]);
    Ok(())
}

fn verify(binary: &Path, data: &Path, about: &Long) -> Result<Duration> {
    let started = Instant::now();
    let mut command = Command::new(binary);
    command.args(["verify", "--json"]).arg(data).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().context("cannot run `cuelight verify`")?;
    let took = started.elapsed();
    let verified = serde_json::from_slice::<Answer>(&output.stdout)
        .with_context(|| format!("`cuelight verify`: {}", String::from_utf8_lossy(&output.stdout)))?
        .result;
    ensure!(verified.sound && output.status.success(), "the ledger does not verify");
    ensure!(verified.ledgers.iter().any(|l| l.entries == about.entries), "not every entry was verified");
    ensure!(
        verified.ledgers.iter().any(|l| l.checkpoints >= about.releases),
        "not every checkpoint was verified"
    );
    Ok(took)
}

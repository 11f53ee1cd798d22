//! The rows of the table of promises, in its order.

mod at;
mod bundle;
mod client;
mod commit;
mod feeds;
mod fetch;
mod idle;
mod peers;
mod release;
mod render;
mod replay;
mod resolve;

use anyhow::Result;

use crate::options::Options;
use crate::report::{Findings, Outcome, Row};
use crate::{machine, stats};

/// Every row: its word and what it measures.
pub const ROWS: &[(&str, &str)] = &[
    ("render", "Render the 2 KB prompt in process"),
    ("resolve", "Resolve and render over HTTP"),
    ("fetch", "Fetch one released prompt by name over HTTP"),
    ("bundle", "Bundle over HTTP"),
    ("feeds", "Going back, until every feed has it"),
    ("commit", "Going back, at the server"),
    ("at", "What was live at an instant"),
    ("replay", "Replay, start and verify a long ledger"),
    ("client", "Rust client, resolve and render"),
    ("idle", "Memory at rest, and the binary"),
];

/// Measures one row.
pub async fn row(options: &Options, (id, what): (&'static str, &'static str)) -> Result<Row> {
    let before = machine::load();
    let outcome = if options.wants(id) { measure(options, id).await? } else { not_asked() };
    Ok(Row { id, what, outcome, load: (before, machine::load()) })
}

fn not_asked() -> Outcome {
    Outcome::NotRun("it was not asked for".to_owned())
}

async fn measure(options: &Options, id: &str) -> Result<Outcome> {
    let found: Findings = match id {
        "render" => render::measure(options.sizes)?,
        "resolve" => resolve::measure(options).await?,
        "fetch" => fetch::measure(options).await?,
        "bundle" => bundle::measure(options).await?,
        "feeds" => feeds::measure(options).await?,
        "commit" => commit::measure(options).await?,
        "at" => at::measure(options).await?,
        "replay" => replay::measure(options).await?,
        "client" => client::measure(options).await?,
        _ => idle::measure(options).await?,
    };
    Ok(Outcome::Measured(found))
}

/// The median of the rounds' ratios, and the smallest and largest, in words.
fn spread(ratios: &[f64]) -> String {
    let (mut least, mut most) = (f64::MAX, f64::MIN);
    for ratio in ratios {
        least = least.min(*ratio);
        most = most.max(*ratio);
    }
    format!("{:.2} ({least:.2} to {most:.2})", stats::median(ratios))
}

//! Resolves and renders the 2 KB prompt in an application with the Rust client, beside MiniJinja alone.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use cuelight_client::{Ask, Client, Options as ClientOptions};

use super::render::{Kind, converted, engine, round, same, times};
use super::spread;
use crate::fill::library::{Library, library};
use crate::fill::{ENVIRONMENT, PROJECT, prompt};
use crate::options::Options;
use crate::report::{Bound, Findings, Goal};
use crate::server::Server;
use crate::sizes::Sizes;
use crate::stats::{Times, median};

/// Prompts in the bundle that the client holds.
const PROMPTS: usize = 10;
/// Longest wait for the first bundle.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn measure(options: &Options) -> Result<Findings> {
    let folder = library(&options.folder, PROMPTS, 1).await?;
    let server = Server::cuelight(options, &folder.data)?;
    let (address, about, sizes) = (server.address.to_string(), folder.about, options.sizes);
    // The client has a thread of its own and its calls are plain functions.
    tokio::task::spawn_blocking(move || beside(&address, &about, sizes)).await?
}

fn beside(address: &str, about: &Library, sizes: &Sizes) -> Result<Findings> {
    let mut options =
        ClientOptions::new(&format!("http://{address}"), PROJECT, ENVIRONMENT, about.serve.as_str());
    options.wait = PATIENCE;
    let client = Client::start(options)?;
    ensure!(client.wait(PATIENCE, |status| status.serving.is_some()), "the client got no bundle");
    let name = about.prompts.first().context("a library has prompts")?;
    let inputs = prompt::inputs();
    let mut ask = Ask::new(name);
    ask.inputs = inputs.clone();
    let engine = engine()?;
    let mut kinds = [
        Kind::new("Rust client, resolve and render", || {
            let resolved = client.resolve(&ask)?;
            Ok(resolved.messages.into_iter().map(|m| m.content).collect())
        }),
        Kind::new("MiniJinja, from JSON", || {
            let mut text = engine.get_template("system")?.render(converted(&inputs))?;
            // What is published has no line break at its end.
            text.truncate(text.trim_end().len());
            Ok(text)
        }),
    ];
    same(&kinds)?;
    round(&mut kinds, sizes.renders / 4 + 1)?;
    for kind in &mut kinds {
        kind.times = Times::default();
    }
    let mut ratios = Vec::new();
    for _ in 0..sizes.rounds {
        round(&mut kinds, sizes.renders)?;
        ratios.push(kinds[0].round / kinds[1].round);
    }
    let what = "Rust client, resolve and render, times MiniJinja's (both from JSON)";
    let goals = vec![Goal::new("client.ratio", what, median(&ratios), "", Bound::AtMost(1.5))];
    let notes = vec![format!(
        "A bundle of {PROMPTS} prompts, fetched from a server and verified. The client chooses the version, checks the inputs against the \
         schema, renders, and gives the signed cue; MiniJinja only renders. Times MiniJinja's: {}.",
        spread(&ratios)
    )];
    Ok(Findings { goals, tables: vec![times(&mut kinds)], notes, left_out: Vec::new() })
}

//! Fetches one released prompt by name, as an application without our client would, beside other tools if asked for.

use anyhow::{Result, ensure};

use super::peers;
use super::resolve::{Side, in_turns, requests};
use crate::fill::library::library;
use crate::load::Target;
use crate::options::{Options, Peers};
use crate::report::{Bound, Findings, Goal, Table, shown};
use crate::server::Server;

/// Connections; as many as the figures of the other tools were taken with.
pub(super) const CONNECTIONS: usize = 32;

pub(super) async fn measure(options: &Options) -> Result<Findings> {
    let sizes = options.sizes;
    let folder = library(&options.folder, sizes.prompts, sizes.versions).await?;
    let server = Server::cuelight(options, &folder.data)?;
    let connections = CONNECTIONS.min(sizes.connections);
    let mut target = Target::new(server.target(), connections, requests(&folder)[..1].to_vec(), 200)?;
    let (_, body) = target.first().await?;
    ensure!(body.contains("Ilse Marquardt"), "the answer is not the rendered prompt: {body}");
    let side = Side { name: "Cuelight".to_owned(), server, target, tallies: Vec::new() };
    let mut sides = vec![side];
    let mut found = Findings::default();
    if options.peers == Peers::Measured {
        peers::add(options, &mut sides, &mut found).await;
    } else {
        found.left_out.push("MLflow and Phoenix, which `--peers` adds".to_owned());
    }
    in_turns(options, &mut sides).await?;
    let mut table = Table::new(&["server", "requests/s", "requests per CPU-second", "MiB"]);
    for side in &sides {
        let memory = side.server.resident()? as f64 / 1024.0 / 1024.0;
        table.row([side.name.clone(), shown(side.per_second()), shown(side.per_cpu()), shown(memory)]);
    }
    let ours = sides[0].per_second();
    for peer in &sides[1..] {
        let what = format!("fetch one prompt, times {}", peer.name);
        found.goals.push(Goal::new("fetch.peer", what, ours / peer.per_second(), "", Bound::AtLeast(100.0)));
    }
    found.tables.push(table);
    found.notes.push(format!(
        "{connections} connections kept alive; the prompt is resolved and rendered. Seen before on 2 cores with 32 \
         connections: MLflow 3 236 requests/s and 2.1 GB, Arize Phoenix 341 requests/s and 444 MB."
    ));
    Ok(found)
}

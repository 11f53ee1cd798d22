//! The bundle: answered 304 to who has it, and whole.

use anyhow::{Context as _, Result, ensure};

use super::resolve::{Side, bare, in_turns, table};
use crate::bare::ETAG;
use crate::fill::library::library;
use crate::fill::{ENVIRONMENT, PROJECT};
use crate::http::{header, request};
use crate::load::Target;
use crate::options::Options;
use crate::report::{Bound, Findings, Goal};
use crate::server::Server;
use crate::stats::median;

/// Unleash Edge 19.15.1 with 500 flags, requests per CPU-second, measured on a machine like this one on another day.
const EDGE: f64 = 1_277.0;

pub(super) async fn measure(options: &Options) -> Result<Findings> {
    let sizes = options.sizes;
    let folder = library(&options.folder, sizes.prompts, sizes.versions).await?;
    let token = &folder.about.serve;
    let path = format!("/api/v1/projects/{PROJECT}/environments/{ENVIRONMENT}/bundle");
    let whole = vec![request("GET", &path, token, &[], None)];
    let mut found = Findings::default();

    let server = Server::cuelight(options, &folder.data)?;
    let (head, body) = Target::new(server.target(), 0, whole.clone(), 200)?.first().await?;
    ensure!(folder.about.prompts.iter().all(|p| body.contains(p)), "the bundle lacks prompts");
    let etag = header(head.as_bytes(), "etag").context("a bundle has an ETag")?.to_owned();
    let length = body.len();

    // Answered 304.
    let asking = vec![request("GET", &path, token, &[format!("if-none-match: {etag}")], None)];
    let bare_asking = vec![request("GET", &path, token, &[format!("if-none-match: {ETAG}")], None)];
    let tagged = Target::new(server.target(), sizes.connections, asking, 304)?;
    let mut sides = vec![
        Side { name: "bundle, 304".to_owned(), server, target: tagged, tallies: Vec::new() },
        bare(options, &bare_asking, &format!("/tagged/{length}"), 304)?,
    ];
    in_turns(options, &mut sides).await?;
    found.tables.push(table(&mut sides));
    let ratio = median(&sides[0].ratios(&sides[1])) * 100.0;
    found.goals.push(Goal::new(
        "bundle.304",
        "bundle answered 304, of axum",
        ratio,
        "%",
        Bound::AtLeast(80.0),
    ));

    // Whole.
    let Some(first) = sides.into_iter().next() else { return Ok(found) };
    let target = Target::new(first.server.target(), sizes.connections, whole.clone(), 200)?;
    let mut sides = vec![
        Side {
            name: format!("bundle of {} prompts", sizes.prompts),
            target,
            tallies: Vec::new(),
            server: first.server,
        },
        bare(options, &whole, &format!("/bytes/{length}"), 200)?,
    ];
    in_turns(options, &mut sides).await?;
    found.tables.push(table(&mut sides));
    let ratio = median(&sides[0].ratios(&sides[1])) * 100.0;
    let what = format!("bundle of {} prompts, of axum", sizes.prompts);
    found.goals.push(Goal::new("bundle.whole", what, ratio, "%", Bound::AtLeast(80.0)));
    let edge = sides[0].per_cpu() / EDGE;
    let what = format!("the same, times Unleash Edge's {EDGE} per CPU-second (another day)");
    found.goals.push(Goal::new("bundle.edge", what, edge, "", Bound::AtLeast(20.0)));
    found.notes.push(format!("The bundle has {length} bytes, uncompressed. The bare handlers know one ETag, and answer as many bytes from memory."));
    found.notes.push(
        "Edge's figure is for 500 flags; Edge is not built here, so this is no ratio within one run."
            .to_owned(),
    );
    Ok(found)
}

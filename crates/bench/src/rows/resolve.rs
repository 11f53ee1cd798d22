//! Resolves and renders over loopback HTTP with few, many and very many live prompts, beside a bare axum handler that
//! reads the same request and answers as many bytes.

use anyhow::{Result, ensure};
use serde_json::json;

use super::spread;
use crate::fill::library::{Library, library};
use crate::fill::{ENVIRONMENT, Folder, PROJECT, prompt};
use crate::http::request;
use crate::load::{Tally, Target};
use crate::options::Options;
use crate::report::{Bound, Findings, Goal, Table, shown};
use crate::server::Server;
use crate::stats::{median, ms};

/// One server with what its rounds came to.
pub(super) struct Side {
    pub(super) name: String,
    pub(super) server: Server,
    pub(super) target: Target,
    pub(super) tallies: Vec<Tally>,
}

pub(super) async fn measure(options: &Options) -> Result<Findings> {
    let sizes = options.sizes;
    let mut sides = Vec::new();
    let mut length = 0;
    let mut some = Vec::new();
    let smallest = library(&options.folder, sizes.libraries[0], 1).await?;
    let copy = smallest.copy(&options.folder)?;
    for prompts in sizes.libraries {
        let folder = library(&options.folder, prompts, 1).await?;
        let server = Server::cuelight(options, &folder.data)?;
        let requests = requests(&folder);
        some.clone_from(&requests);
        let mut target = Target::new(server.target(), sizes.connections, requests, 200)?;
        let (_, body) = target.first().await?;
        ensure!(body.contains("Ilse Marquardt"), "the answer is not the rendered prompt: {body}");
        length = body.len();
        sides.push(Side { name: format!("{prompts} prompts"), server, target, tallies: Vec::new() });
    }
    let mut logged = None;
    if options.server.is_some() {
        let server = Server::with_log(options, &copy, "info")?;
        let target = Target::new(server.target(), sizes.connections, requests(&smallest), 200)?;
        logged = Some(sides.len());
        let name = format!("{} prompts, default log", sizes.libraries[0]);
        sides.push(Side { name, server, target, tallies: Vec::new() });
    }
    sides.push(bare(options, &some, &format!("/bytes/{length}"), 200)?);
    in_turns(options, &mut sides).await?;
    Ok(findings(&mut sides, length, logged, sizes.connections))
}

/// One request for every prompt.
pub(super) fn requests(folder: &Folder<Library>) -> Vec<Vec<u8>> {
    let path = format!("/api/v1/projects/{PROJECT}/resolve");
    let all = folder.about.prompts.iter().map(|prompt| {
        let body = json!({ "environment": ENVIRONMENT, "prompt": prompt, "inputs": prompt::inputs() });
        request("POST", &path, &folder.about.serve, &[], Some(&body.to_string()))
    });
    all.collect()
}

/// The bare server, asked the same requests at another address.
pub(super) fn bare(options: &Options, requests: &[Vec<u8>], path: &str, expected: u16) -> Result<Side> {
    let server = Server::bare()?;
    let readdressed = requests.iter().map(|request| {
        let text = String::from_utf8_lossy(request);
        let (method, rest) = text.split_once(' ').unwrap_or_default();
        let (_, rest) = rest.split_once(' ').unwrap_or_default();
        format!("{method} {path} {rest}").into_bytes()
    });
    let requests = readdressed.collect();
    let target = Target::new(server.target(), options.sizes.connections, requests, expected)?;
    Ok(Side { name: "bare axum handler".to_owned(), server, target, tallies: Vec::new() })
}

/// Loads every side for a while, then all of them in turns. The last side is what the others are compared with.
pub(super) async fn in_turns(options: &Options, sides: &mut [Side]) -> Result<()> {
    for side in sides.iter_mut() {
        side.target.round(options.sizes.warm).await?;
    }
    for _ in 0..options.sizes.rounds {
        for side in sides.iter_mut() {
            let tally = side.target.round(options.sizes.round).await?;
            side.tallies.push(tally);
        }
    }
    Ok(())
}

impl Side {
    /// Answers per second of processor time: the median of the rounds.
    pub(super) fn per_cpu(&self) -> f64 {
        median(&self.tallies.iter().map(Tally::per_cpu).collect::<Vec<_>>())
    }

    /// Answers per second: the median of the rounds.
    pub(super) fn per_second(&self) -> f64 {
        median(&self.tallies.iter().map(Tally::per_second).collect::<Vec<_>>())
    }

    /// The rounds' ratios of answers per processor time to those of another side.
    pub(super) fn ratios(&self, to: &Self) -> Vec<f64> {
        self.tallies.iter().zip(&to.tallies).map(|(a, b)| a.per_cpu() / b.per_cpu()).collect()
    }

    fn line(&mut self, ratio: String) -> Vec<String> {
        let (p50, p99) = {
            let mut all = crate::stats::Times::default();
            self.tallies.iter().for_each(|t| all.extend(t.times.clone()));
            (ms(all.percentile(50.0)), ms(all.percentile(99.0)))
        };
        let memory = self.server.resident().unwrap_or_default() as f64 / 1024.0 / 1024.0;
        let [cpu, wall] = [self.per_cpu(), self.per_second()].map(shown);
        vec![self.name.clone(), cpu, ratio, wall, shown(p50), shown(p99), shown(memory)]
    }
}

/// The table of sides; the last is what the others are compared with.
pub(super) fn table(sides: &mut [Side]) -> Table {
    let columns =
        ["server", "requests per CPU-second", "× bare (rounds)", "requests/s", "p50 ms", "p99 ms", "MiB"];
    let mut table = Table::new(&columns);
    let Some((last, others)) = sides.split_last_mut() else { return table };
    for side in others {
        let ratio = spread(&side.ratios(last));
        table.row(side.line(ratio));
    }
    table.row(last.line(String::new()));
    table
}

fn findings(sides: &mut [Side], length: usize, logged: Option<usize>, connections: usize) -> Findings {
    let table = table(sides);
    let mut goals = Vec::new();
    let mut notes = vec![
        format!(
            "{connections} connections kept alive, no pipelining, our own load generator; answers of {length} bytes. The bare \
                 handler reads the same request and answers as many bytes from memory."
        ),
        "The server logs warnings only (`--log warn`), for the bare handler logs nothing.".to_owned(),
    ];
    let (Some(bare), [few, middle, many]) = (sides.last(), [0, 1, 2].map(|i| sides.get(i))) else {
        return Findings::default();
    };
    if let (Some(few), Some(middle), Some(many)) = (few, middle, many) {
        let least = [few, middle, many].map(|s| median(&s.ratios(bare))).into_iter().fold(f64::MAX, f64::min);
        let percent = least * 100.0;
        let goal = Bound::AtLeast(60.0);
        goals.push(Goal::new(
            "resolve.ratio",
            "resolve and render, of a bare axum handler, the least",
            percent,
            "%",
            goal,
        ));
        // How much slower the largest is than the smallest, per processor time.
        let flat = (1.0 - median(&many.ratios(few))) * 100.0;
        let what = format!("slower with {} than with {}", many.name, few.name);
        goals.push(Goal::new("resolve.flat", what, flat.max(0.0), "%", Bound::AtMost(10.0)));
    }
    if let Some(side) = logged.and_then(|i| sides.get(i)) {
        notes.push(format!(
            "With the default log, a line for every request, it is {} of the bare handler.",
            spread(&side.ratios(bare))
        ));
    }
    Findings { goals, tables: vec![table], notes, left_out: Vec::new() }
}

//! From the call that goes back until every open feed has it, and what an open feed costs the server.

mod client;

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use self::client::Clients;
use super::release::Hand;
use crate::fill::library::library;
use crate::options::Options;
use crate::proc::open_many_files;
use crate::report::{Bound, Findings, Goal, Table, shown};
use crate::server::Server;
use crate::stats::{Times, median, ms};

/// Files that are open besides the feeds.
const SPARE: u64 = 200;
/// Until this time every feed must have an event.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn measure(options: &Options) -> Result<Findings> {
    let sizes = options.sizes;
    let folder = library(&options.folder, sizes.prompts, sizes.versions).await?;
    let files = open_many_files();
    let mut found = Findings::default();
    let columns = [
        "feeds",
        "p50 ms",
        "p99 ms",
        "p99 of the median flip ms",
        "most ms",
        "commit p50 ms",
        "server KiB per feed",
    ];
    let mut table = Table::new(&columns);
    for feeds in sizes.feeds {
        if (*feeds as u64) + SPARE > files {
            found.left_out.push(format!("{feeds} feeds, for a process may open {files} files here"));
            continue;
        }
        let data = folder.copy(&options.folder)?;
        let server = Server::cuelight(options, &data)?;
        let mut hand = Hand::open(&server, &folder.about).await?;
        // The first change makes the server load what both generations need.
        let (_, done) = hand.release().await?;
        hand.roll_back(done.release).await?;
        tokio::time::sleep(sizes.idle).await;
        let before = server.resident()?;
        let clients = Clients::open(server.address, &folder.about.serve, *feeds).await?;
        tokio::time::sleep(sizes.idle).await;
        let each = server.resident()?.saturating_sub(before) as f64 / 1024.0 / *feeds as f64;
        let mut flips = Flips::default();
        for _ in 0..sizes.flips {
            flips.one(&mut hand, &clients).await?;
        }
        let [half, p99, most] = [50.0, 99.0, 100.0].map(|p| ms(flips.all.percentile(p)));
        let commit = ms(flips.commits.percentile(50.0));
        let figures = [half, p99, median(&flips.p99), most, commit, each];
        table.row(std::iter::once(feeds.to_string()).chain(figures.map(shown)));
        found.goals.extend(goals(*feeds, p99, each));
    }
    found.tables.push(table);
    found.notes.push(format!(
        "{} times; from before the request is sent until a client has read the event, over all clients and times. Clients \
         are one process on the same machine, over loopback; each event names {} changed prompts. Memory is resident memory \
         of the server after the feeds are open and idle, less before, divided by their number; the kernel's is not in it.",
        sizes.flips,
        super::release::TOGETHER.min(sizes.prompts)
    ));
    Ok(found)
}

fn goals(feeds: usize, p99: f64, each: f64) -> [Goal; 2] {
    let (id, most, memory) = if feeds > 5_000 {
        ("feeds.10000", 1_000.0, "feeds.memory.10000")
    } else {
        ("feeds.5000", 200.0, "feeds.memory.5000")
    };
    [
        Goal::new(id, format!("going back until {feeds} feeds have it, p99"), p99, "ms", Bound::AtMost(most)),
        Goal::new(
            memory,
            format!("server memory of each of {feeds} feeds"),
            each,
            "KiB",
            Bound::AtMost(20.0),
        ),
    ]
}

#[derive(Default)]
struct Flips {
    all: Times,
    commits: Times,
    p99: Vec<f64>,
}

impl Flips {
    /// A release, which everybody must get, and then the going back that is timed.
    async fn one(&mut self, hand: &mut Hand, clients: &Clients) -> Result<()> {
        let (_, done) = hand.release().await?;
        clients.all_have(done.generation, PATIENCE).await?;
        let started = Instant::now();
        let (took, done) = hand.roll_back(done.release).await?;
        let mut times = clients.all_have(done.generation, PATIENCE).await?.since(started);
        ensure!(times.len() == clients.len(), "a client has no time");
        self.p99.push(ms(times.percentile(99.0)));
        self.commits.push(took);
        self.all.extend(times);
        Ok(())
    }
}

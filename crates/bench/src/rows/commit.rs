//! How long going back takes at the server, beside a bare synchronised write to the same disk.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::release::Hand;
use crate::fill::library::library;
use crate::options::Options;
use crate::report::{Bound, Findings, Goal, Table, shown};
use crate::server::Server;
use crate::stats::{Times, ms};

/// As large as the page that a commit at least writes.
const PAGE: [u8; 4096] = [7; 4096];

pub(super) async fn measure(options: &Options) -> Result<Findings> {
    let sizes = options.sizes;
    let folder = library(&options.folder, sizes.prompts, sizes.versions).await?;
    let data = folder.copy(&options.folder)?;
    let server = Server::cuelight(options, &data)?;
    let mut hand = Hand::open(&server, &folder.about).await?;
    let together = hand.together();
    let (mut forward, mut back, mut bare) = (Times::default(), Times::default(), Times::default());
    let mut generation = None;
    for n in 0..sizes.commits {
        let (took, done) = hand.release().await?;
        ensure!(generation.is_none_or(|g| done.generation == g + 1), "a generation was left out");
        forward.push(took);
        let (took, done) = hand.roll_back(done.release).await?;
        back.push(took);
        generation = Some(done.generation);
        if n % 4 == 0 {
            bare.push(synchronised(&options.folder)?);
        }
    }
    let mut table = Table::new(&["what", "p50 ms", "p99 ms", "most ms"]);
    let all = [("go back", &mut back), ("release", &mut forward), ("write 4 KiB and synchronise", &mut bare)];
    let mut p99 = Vec::new();
    for (name, times) in all {
        let [half, most_of, most] = [50.0, 99.0, 100.0].map(|p| ms(times.percentile(p)));
        p99.push(most_of);
        table.row([name.to_owned(), shown(half), shown(most_of), shown(most)]);
    }
    let goal = Goal::new("commit.p99", "going back at the server, p99", p99[0], "ms", Bound::AtMost(50.0));
    let notes = vec![format!(
        "{} times, {together} of {} live prompts each, one after the other, with the round trip over loopback HTTP. SQLite with \
         synchronous commits. Saving the state now and then is within these times.",
        sizes.commits, sizes.prompts
    )];
    Ok(Findings { goals: vec![goal], tables: vec![table], notes, left_out: Vec::new() })
}

/// What the disk takes for the least that a commit can be.
fn synchronised(folder: &Path) -> Result<Duration> {
    let mut file = std::fs::File::options().create(true).append(true).open(folder.join("synchronised"))?;
    let started = Instant::now();
    file.write_all(&PAGE)?;
    file.sync_data()?;
    Ok(started.elapsed())
}

//! What was live at an instant, asked of a long history over HTTP: one prompt with its text and proof, and a whole
//! environment. Every answer is compared with what the history is known to be.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::fill::ledger::{Long, long};
use crate::fill::{ENVIRONMENT, PROJECT};
use crate::http::{Connection, request};
use crate::options::Options;
use crate::report::{Bound, Findings, Goal, Table, shown};
use crate::server::Server;
use crate::stats::{Times, ms};

#[derive(Debug, Deserialize)]
struct Answers {
    answers: Vec<Answer>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    generation: u64,
    prompts: Vec<Live>,
}

#[derive(Debug, Deserialize)]
struct Live {
    prompt: String,
    version: semver::Version,
}

pub(super) async fn measure(options: &Options) -> Result<Findings> {
    let sizes = options.sizes;
    let folder = long(&options.folder, sizes.entries, sizes.ledger_prompts, sizes.ledger_versions).await?;
    let about = &folder.about;
    let server = Server::cuelight(options, &folder.data)?;
    let mut connection = Connection::open(server.address).await?;
    let (mut one, mut whole) = (Times::default(), Times::default());
    let mut random = Random(7);
    let prompts = about.prompts.len() as u64;
    for n in 0..sizes.lookups {
        // From when every prompt was live on, so that there is an answer.
        let release = prompts + random.below(about.releases - prompts);
        let prompt = usize::try_from(random.below(prompts))?;
        let path = format!("{}&prompt={}", address(about, release), about.prompts[prompt]);
        let asked = request("GET", &path, &about.admin, &[], None);
        let started = Instant::now();
        let answer = connection.call(&asked).await?;
        if n >= sizes.lookups / 10 {
            one.push(started.elapsed());
        }
        check(answer.body, about, release, &[prompt])?;
    }
    let all: Vec<usize> = (0..about.prompts.len()).collect();
    for n in 0..sizes.wholes {
        let release = prompts + random.below(about.releases - prompts);
        let asked = request("GET", &address(about, release), &about.admin, &[], None);
        let started = Instant::now();
        let answer = connection.call(&asked).await?;
        if n >= sizes.wholes / 10 {
            whole.push(started.elapsed());
        }
        check(answer.body, about, release, &all)?;
    }
    Ok(findings(options, about, (one, whole)))
}

/// The question what was live right after a release.
fn address(about: &Long, release: u64) -> String {
    let time = cuelight_app::time::show(about.time(release));
    format!("/api/v1/projects/{PROJECT}/at?environment={ENVIRONMENT}&time={time}")
}

fn check(body: &[u8], about: &Long, release: u64, prompts: &[usize]) -> Result<()> {
    let answers: Answers =
        serde_json::from_slice(body).with_context(|| String::from_utf8_lossy(body).into_owned())?;
    let [answer] = answers.answers.as_slice() else { anyhow::bail!("one instant has one answer") };
    ensure!(
        answer.generation == release + 1,
        "the generation is {} and not {}",
        answer.generation,
        release + 1
    );
    ensure!(answer.prompts.len() == prompts.len(), "{} prompts were live", answer.prompts.len());
    for (live, prompt) in answer.prompts.iter().zip(in_order(about, prompts)) {
        let right =
            live.prompt == about.prompts[prompt] && Some(&live.version) == about.live(prompt, release);
        ensure!(right, "{} {} was not live at release {release}", live.prompt, live.version);
    }
    Ok(())
}

/// The prompts in the order of their names, in which answers have them.
fn in_order(about: &Long, prompts: &[usize]) -> Vec<usize> {
    let mut prompts = prompts.to_vec();
    prompts.sort_by_key(|p| &about.prompts[*p]);
    prompts
}

fn findings(options: &Options, about: &Long, (mut one, mut whole): (Times, Times)) -> Findings {
    let mut table = Table::new(&["question", "p50 ms", "p99 ms", "most ms"]);
    let mut p99 = Vec::new();
    for (name, times) in [("one prompt, its text and proof", &mut one), ("a whole environment", &mut whole)] {
        let [half, most_of, most] = [50.0, 99.0, 100.0].map(|p| ms(times.percentile(p)));
        p99.push(most_of);
        table.row([name.to_owned(), shown(half), shown(most_of), shown(most)]);
    }
    let goals = vec![
        Goal::new("at.one", "what was live of one prompt, p99", p99[0], "ms", Bound::AtMost(10.0)),
        Goal::new("at.whole", "what was live in a whole environment, p99", p99[1], "ms", Bound::AtMost(50.0)),
    ];
    let notes = vec![format!(
        "{} timeline entries of {} prompts in one environment. Round trips over loopback HTTP, one after the other. Each of \
             the {} and {} answers is compared with what the history is known to be.",
        about.releases,
        about.prompts.len(),
        options.sizes.lookups,
        options.sizes.wholes
    )];
    Findings { goals, tables: vec![table], notes, left_out: Vec::new() }
}

/// The same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

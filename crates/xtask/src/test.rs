//! `cargo xtask test`: the one command that builds and runs all tests on a fresh machine.

pub mod browser;
mod counts;
mod needs;
mod runner;

use std::path::Path;

use anyhow::{Result, bail};

use crate::step::step;
use crate::test::counts::Counts;
use crate::test::needs::{NEEDS, NEXTEST, Need};
use crate::test::runner::Runner;

/// How the tests came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All that had to pass passed.
    Passed,
    /// Not so.
    Failed,
}

/// Whether tests may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Filters and missing programs may leave tests out; the summary counts them.
    Local,
    /// A test left out is a failure.
    NothingSkipped,
}

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Whether tests may be left out.
    pub strictness: Strictness,
    /// Passed on to the test runner.
    pub filters: Vec<String>,
}

impl Request {
    /// Reads `[--ci] [-- FILTER…]`; `strictness` is what the environment asks for.
    pub fn parse(arguments: &[String], strictness: Strictness) -> Result<Self> {
        let mut request = Self { strictness, filters: Vec::new() };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--ci" => request.strictness = Strictness::NothingSkipped,
                "--" => request.filters = rest.by_ref().cloned().collect(),
                other => bail!("`{other}` is not an option of `test`; filters come after `--`"),
            }
        }
        if request.strictness == Strictness::NothingSkipped && !request.filters.is_empty() {
            bail!("in CI (--ci, or the variable CI) nothing may be skipped, so there can be no filter");
        }
        Ok(request)
    }
}

/// Builds and runs the tests. The last line printed is the summary, such as
/// `test result: ok. 512 passed; 0 failed; 0 ignored`.
pub fn run(root: &Path, request: &Request) -> Result<Verdict> {
    let (runner, browser) = step("what the tests need", || {
        let unmet = needs::meet_all(root, NEEDS)?;
        Ok((choose(&unmet, request.strictness)?, browser::is_possible(&unmet)))
    })?;
    step("build the tests", || runner.build(root))?;
    let (mut counts, mut succeeded) = step("run the tests", || runner.run(root, &request.filters))?;
    if !request.filters.is_empty() {
        println!(
            "browser tests: left out, for the filters are those of the other tests; see `cargo xtask browser`"
        );
    } else if browser {
        let (more, fine) = step("run the browser tests", || browser::run(root, &[]))?;
        counts = counts + more;
        succeeded = succeeded && fine;
    } else {
        println!("browser tests: left out, for what they need is not here (see above)");
        counts.ignored += 1;
    }
    let objections = objections(counts, succeeded, request.strictness);
    for objection in &objections {
        println!("{objection}");
    }
    let verdict = if objections.is_empty() { Verdict::Passed } else { Verdict::Failed };
    println!("{}", last_line(counts, verdict));
    Ok(verdict)
}

/// The runner to use without the unmet needs; an error if they make tests fail or drop out where none may.
fn choose(unmet: &[&Need], strictness: Strictness) -> Result<Runner> {
    let lost: Vec<&str> =
        unmet.iter().filter(|need| need.otherwise.is_none()).map(|need| need.name).collect();
    if strictness == Strictness::NothingSkipped && !lost.is_empty() {
        bail!("the tests need {}, and nothing may be skipped", lost.join(", "));
    }
    let nextest = unmet.iter().all(|need| need.name != NEXTEST);
    Ok(if nextest { Runner::Nextest } else { Runner::Cargo })
}

/// Why this run does not count as passed; empty if it does.
fn objections(counts: Counts, succeeded: bool, strictness: Strictness) -> Vec<String> {
    let mut found = Vec::new();
    if !succeeded {
        found.push("the test runner reports a failure".to_owned());
    }
    if counts.failed > 0 && succeeded {
        found.push(format!("{} failed, though the test runner reports success", counts.failed));
    }
    if counts.not_run > 0 {
        found.push(format!("{} were to run and did not", counts.not_run));
    }
    if counts.passed == 0 {
        found.push("no test passed: an empty run proves nothing".to_owned());
    }
    if strictness == Strictness::NothingSkipped && counts.ignored > 0 {
        found.push(format!("{} were skipped or ignored, and in CI none may be", counts.ignored));
    }
    found
}

fn last_line(counts: Counts, verdict: Verdict) -> String {
    let word = match verdict {
        Verdict::Passed => "ok",
        Verdict::Failed => "FAILED",
    };
    let Counts { passed, failed, ignored, not_run } = counts;
    let rest = if not_run > 0 { format!("; {not_run} not run") } else { String::new() };
    format!("test result: {word}. {passed} passed; {failed} failed; {ignored} ignored{rest}")
}

#[cfg(test)]
mod tests;

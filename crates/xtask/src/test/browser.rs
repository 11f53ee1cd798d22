//! The browser tests of the pages: a Node program that drives Chromium against the built binary.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::step::step;
use crate::test::Verdict;
use crate::test::counts::{Counts, is_browser_result, of_browser};
use crate::test::needs::{self, BROWSER, BROWSER_NEEDS, Need};
use crate::{metadata, process};

/// Whether the browser tests can run without these.
pub fn is_possible(unmet: &[&Need]) -> bool {
    unmet.iter().all(|need| BROWSER_NEEDS.iter().all(|ours| ours.name != need.name))
}

/// Runs them against the binary that was built with the tests. `arguments` go to the Node program, which explains them
/// with `--help`. Returns the counts, and whether it exited with 0.
pub fn run(root: &Path, arguments: &[String]) -> Result<(Counts, bool)> {
    let target = metadata::load(root)?.target;
    let mut command = process::command(root, &["node", &format!("{BROWSER}/run.mjs")])?;
    command.arg("--binary").arg(target.join("debug/cuelight"));
    command.arg("--out").arg(target.join("browser")).args(arguments);
    let watched = process::watch(command, process::Output::Stdout, is_browser_result)?;
    let counts = watched.kept.last().and_then(|line| of_browser(line));
    let counts = counts.context("the browser tests ended without a summary that xtask can read")?;
    Ok((counts, watched.succeeded))
}

/// `cargo xtask browser`: builds the binary and runs these tests alone.
pub fn run_alone(root: &Path, arguments: &[String]) -> Result<Verdict> {
    prepare(root)?;
    let (_counts, succeeded) = run(root, arguments)?;
    Ok(if succeeded { Verdict::Passed } else { Verdict::Failed })
}

fn prepare(root: &Path) -> Result<()> {
    step("what the browser tests need", || {
        let unmet = needs::meet_all(root, BROWSER_NEEDS)?;
        if unmet.is_empty() {
            return Ok(());
        }
        bail!("missing: {}", unmet.iter().map(|need| need.name).collect::<Vec<_>>().join(", "))
    })?;
    let words = ["cargo", "build", "--package", "cuelight", "--locked"];
    step("build the binary", || process::run(process::command(root, &words)?))
}

#[cfg(test)]
mod tests;

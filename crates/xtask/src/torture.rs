//! `cargo xtask torture`: the tests that kill, cut off and overload, with a larger dose than an ordinary run gives them.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::step::step;
use crate::test::Verdict;

/// Which tests these are: several servers on a database that goes away, and processes that are killed.
const TESTS: &str = "test(/^nodes::/) + test(/(^|::)(kill|torture)/)";
/// The variable that the tests read the dose from.
const DOSE: &str = "CUELIGHT_TORTURE";
/// The dose when none is named; an ordinary run has 1.
const USUAL: u32 = 8;

/// Reads `[--dose N]`.
pub fn dose(arguments: &[String]) -> Result<u32> {
    match arguments {
        [] => Ok(USUAL),
        [flag, text] if flag == "--dose" => {
            let dose: u32 = text.parse().with_context(|| format!("`{text}` is no dose"))?;
            if dose == 0 { bail!("a dose is at least 1") } else { Ok(dose) }
        }
        _ => bail!("`torture` takes `--dose N` and nothing else"),
    }
}

/// Builds and runs them, one after the other, so that each has the machine for itself.
pub fn run(root: &Path, dose: u32) -> Result<Verdict> {
    step(&format!("torture, dose {dose}"), || {
        let words =
            ["cargo", "nextest", "run", "--workspace", "--locked", "--profile", "torture", "-E", TESTS];
        let mut command = process::command(root, &words)?;
        command.args(["--success-output", "final"]).env(DOSE, dose.to_string());
        process::run(command)
    })?;
    Ok(Verdict::Passed)
}

#[cfg(test)]
mod tests;

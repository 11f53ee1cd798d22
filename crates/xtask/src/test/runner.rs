//! The two test runners: cargo-nextest, and `cargo test` where that is missing.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process::{self, Output, Watched};
use crate::test::counts::{Counts, is_libtest_result, is_nextest_summary, of_libtest, of_nextest};

/// Which program runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// cargo-nextest.
    Nextest,
    /// `cargo test`.
    Cargo,
}

impl Runner {
    /// The command that builds and runs all tests. Doc tests are off.
    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Nextest => &["cargo", "nextest", "run", "--workspace", "--locked"],
            Self::Cargo => {
                &["cargo", "test", "--workspace", "--locked", "--lib", "--bins", "--tests", "--examples"]
            }
        }
    }

    /// Builds all tests and runs none.
    pub fn build(self, root: &Path) -> Result<()> {
        let mut command = process::command(root, self.words())?;
        command.arg("--no-run");
        process::run(command)
    }

    /// Runs the tests; returns their counts, and whether the runner exited with 0.
    pub fn run(self, root: &Path, filters: &[String]) -> Result<(Counts, bool)> {
        let mut command = process::command(root, self.words())?;
        let (output, keep): (Output, fn(&str) -> bool) = match self {
            Self::Nextest => {
                // Its output goes through a pipe, so it cannot see the terminal itself.
                let color = if std::io::stderr().is_terminal() { "always" } else { "never" };
                command.args(["--color", color]);
                (Output::Stderr, is_nextest_summary)
            }
            Self::Cargo => (Output::Stdout, is_libtest_result),
        };
        // One failure must not hide the others.
        command.arg("--no-fail-fast").args(filters);
        let Watched { succeeded, kept } = process::watch(command, output, keep)?;
        let counts = match self {
            Self::Nextest => kept.last().and_then(|line| of_nextest(line)),
            Self::Cargo => of_libtest(&kept),
        };
        let counts = counts.with_context(|| {
            let said = kept.last().map_or("nothing", String::as_str);
            format!("the test runner ended without a summary that xtask can read (it said: {said})")
        })?;
        Ok((counts, succeeded))
    }
}

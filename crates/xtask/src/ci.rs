//! Everything that must hold before a change lands: cheap checks first, tests last.

use std::path::Path;

use anyhow::{Context, Result};

use crate::step::step;
use crate::test::{Request, Strictness, Verdict};
use crate::{generated, layers, licences, process, test, tidy};

/// Runs every check; stops at the first that fails. The last line is the summary of the tests.
pub fn run(root: &Path) -> Result<Verdict> {
    let fmt = || cargo(root, &["fmt", "--all", "--check"]).context("`cargo fmt --all` mends this");
    step("fmt", fmt)?;
    step("tidy", || tidy::run(root))?;
    step("layers", || layers::run(root))?;
    step("licences", || licences::run(root))?;
    step("deny", || deny(root))?;
    step("clippy", || {
        cargo(root, &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
    })?;
    step("generated", || generated::run_check(root))?;
    step("docs", || docs(root))?;
    test::run(root, &Request { strictness: Strictness::NothingSkipped, filters: Vec::new() })
}

/// Whether this runs in CI: the variable `CI` is set, as CI services do, and is not `false`.
pub fn is_set() -> bool {
    process::variable("CI").is_some_and(|value| value != "false")
}

fn docs(root: &Path) -> Result<()> {
    let words = ["cargo", "doc", "--workspace", "--no-deps", "--document-private-items", "--locked"];
    let mut command = process::command(root, &words)?;
    command.env("RUSTDOCFLAGS", "-D warnings");
    process::run(command)
}

/// Advisories are left out: they need a database from the network, and change without a change of ours.
fn deny(root: &Path) -> Result<()> {
    if !process::succeeds(process::command(root, &["cargo", "deny", "--version"])?) {
        println!("not run: cargo-deny is not installed. Steps `layers` and `licences` check the same rules;");
        println!("`cargo deny check advisories` also reads known vulnerabilities.");
        return Ok(());
    }
    cargo(root, &["deny", "--locked", "check", "bans", "licenses", "sources"])
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = process::command(root, &["cargo"])?;
    command.args(arguments);
    process::run(command)
}

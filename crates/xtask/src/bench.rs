//! `cargo xtask bench`: builds the release binary and the measuring program, and runs it. The program knows the rows,
//! and may use every crate of the house; this crate may not.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step::step;
use crate::{metadata, process};

/// Where the report is kept.
const REPORT: &str = "docs/bench/README.md";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    /// The profile to build with.
    profile: String,
    /// Passed on to the measuring program.
    arguments: Vec<String>,
}

/// Builds and measures. Every argument but `--profile` is the measuring program's, which explains them with `--help`.
pub fn run(root: &Path, arguments: &[String]) -> Result<()> {
    if arguments.iter().any(|a| a == "--help" || a == "-h") {
        let words = ["cargo", "run", "--quiet", "--locked", "-p", "cuelight-bench", "--", "--help"];
        return process::run(process::command(root, &words)?);
    }
    let request = parse(arguments)?;
    let profile = request.profile.as_str();
    let words =
        ["cargo", "build", "--profile", profile, "--locked", "-p", "cuelight", "-p", "cuelight-bench"];
    step("build the binary and the measuring program", || process::run(process::command(root, &words)?))?;
    let target = metadata::load(root)?.target;
    let built = target.join(&request.profile);
    let mut command = Command::new(built.join("cuelight-bench"));
    command.current_dir(root).arg("--server").arg(built.join("cuelight"));
    command.arg("--folder").arg(target.join("bench")).arg("--commit").arg(commit(root)?);
    // What comes later wins, so that a caller can say otherwise.
    command.arg("--out").arg(root.join(REPORT)).args(&request.arguments);
    step("measure", || process::run(command))
}

fn parse(arguments: &[String]) -> Result<Request> {
    let mut request = Request { profile: "release".to_owned(), arguments: Vec::new() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--profile" {
            request
                .profile
                .clone_from(rest.next().context("`--profile` needs a name: `release` or `trial`")?);
        } else {
            request.arguments.push(argument.clone());
        }
    }
    // Both put what they build into a folder of their name.
    if !["release", "trial"].contains(&request.profile.as_str()) {
        bail!("`{}` is not a profile to measure; `release` is, and `trial` for trying out", request.profile);
    }
    Ok(request)
}

/// The commit, and whether the files differ from it.
fn commit(root: &Path) -> Result<String> {
    let words = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"];
    let said = process::capture(process::command(root, &words)?)?;
    Ok(String::from_utf8_lossy(&said).trim().to_owned())
}

#[cfg(test)]
mod tests;

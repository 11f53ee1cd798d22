//! Development tasks, run as `cargo xtask <task>`: the checks and tests that CI runs, and generated files.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal: what it prints is its result"
)]

mod bench;
mod ci;
mod finding;
mod generated;
mod layers;
mod licences;
mod metadata;
mod process;
mod step;
mod test;
mod tidy;
mod torture;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::test::{Request, Strictness, Verdict};

const USAGE: &str = "\
usage: cargo xtask <task>

  test [--ci] [-- FILTER…]  build and run all tests; with --ci or CI set, nothing may be skipped
  browser [ARG…]            build the binary and run the browser tests alone; `browser --help` names the arguments
  bench [ARG…]              build and measure speed and memory, report in docs/bench; `bench --help` names the arguments
  shots                     pictures of every page in target/browser/shots, and the contact sheet in docs/ui
  torture [--dose N]        the tests that kill, cut off and overload, N times as much of them
  layers                    who may depend on whom, and which crate holds which heavy dependency
  licences                  every dependency's licence, and one TLS stack
  tidy                      file lengths, headers, left-over markers, machine paths
  generated                 are the generated files up to date?
  codegen                   write the generated files
  ci                        all of the above and format, lints, documentation; what .ci/run does";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(Verdict::Passed) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::from(1),
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(1)
        }
    }
}

fn run(arguments: &[String]) -> Result<Verdict> {
    let Some((task, rest)) = arguments.split_first() else {
        bail!("no task named\n{USAGE}");
    };
    if !["test", "browser", "bench", "torture"].contains(&task.as_str())
        && let Some(extra) = rest.first()
    {
        bail!("`{task}` takes no argument, but got `{extra}`\n{USAGE}");
    }
    let root = process::workspace_root()?;
    match task.as_str() {
        "test" => {
            let strictness = if ci::is_set() { Strictness::NothingSkipped } else { Strictness::Local };
            return test::run(&root, &Request::parse(rest, strictness)?);
        }
        "browser" => return test::browser::run_alone(&root, rest),
        "shots" => return test::browser::run_alone(&root, &["--shots".to_owned()]),
        "torture" => return torture::run(&root, torture::dose(rest)?),
        "bench" => bench::run(&root, rest)?,
        "ci" => return ci::run(&root),
        "layers" => layers::run(&root)?,
        "licences" => licences::run(&root)?,
        "tidy" => tidy::run(&root)?,
        "generated" => generated::run_check(&root)?,
        "codegen" => generated::run_write(&root)?,
        "help" | "--help" | "-h" => println!("{USAGE}"),
        other => bail!("there is no task `{other}`\n{USAGE}"),
    }
    Ok(Verdict::Passed)
}

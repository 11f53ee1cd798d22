//! Measures what Cuelight promises, as ratios against something real within one run. `cargo xtask bench` builds and
//! runs it; the roles `bare` and `serve` are processes that it starts itself.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal: what it prints is its result"
)]
#![allow(clippy::cast_precision_loss, reason = "figures for people, of numbers far below 2^52")]

mod bare;
mod fill;
mod http;
mod load;
mod machine;
mod options;
mod proc;
mod report;
mod rows;
mod server;
mod sizes;
mod stats;

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::machine::Machine;
use crate::options::{Options, USAGE};
use crate::report::{Outcome, Report, markdown};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(&arguments)),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::from(1)
        }
    }
}

async fn run(arguments: &[String]) -> Result<()> {
    match arguments.split_first() {
        Some((role, [])) if role == "bare" => bare::serve().await,
        Some((role, rest)) if role == "serve" => bare::serve_cuelight(rest).await,
        Some((flag, _)) if flag == "--help" || flag == "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        _ => measure(&Options::parse(arguments)?).await,
    }
}

async fn measure(options: &Options) -> Result<()> {
    if let Some(unknown) = options.only.iter().find(|only| rows::ROWS.iter().all(|(id, _)| id != only)) {
        let known: Vec<&str> = rows::ROWS.iter().map(|(id, _)| *id).collect();
        anyhow::bail!("there is no row `{unknown}`; the rows are {}", known.join(", "));
    }
    proc::open_many_files();
    std::fs::create_dir_all(&options.folder)?;
    let machine = Machine::look(&options.commit);
    let mut rows = Vec::new();
    for (id, what) in rows::ROWS {
        if options.wants(id) {
            eprintln!("==> {id}: {what}");
        }
        // One row that fails must not take the figures of the others with it.
        let row = rows::row(options, (id, what)).await.unwrap_or_else(|error| {
            eprintln!("bench: {id}: {error:#}");
            let outcome = Outcome::NotRun(format!("it failed: {error:#}"));
            report::Row { id, what, outcome, load: (machine::load(), machine::load()) }
        });
        rows.push(row);
    }
    let failed =
        rows.iter().any(|r| matches!(&r.outcome, Outcome::NotRun(why) if why.starts_with("it failed")));
    let report = Report { machine, sizes: options.sizes.name, rows };
    std::fs::write(options.folder.join("report.json"), serde_json::to_vec_pretty(&report)?)?;
    let text = markdown(&report);
    match &options.out {
        None => print!("{text}"),
        Some(out) => {
            std::fs::write(out, &text).with_context(|| format!("cannot write {}", out.display()))?;
            println!("written: {}", out.display());
        }
    }
    if failed {
        anyhow::bail!("a row failed; the report says which");
    }
    Ok(())
}

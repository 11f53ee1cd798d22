//! Cuelight, the release system for prompts: one binary with server, command line and demo. This file reads the
//! command line, runs one command and sets the exit code.

mod backup;
mod check;
mod cli;
mod commands;
mod config;
mod demo;
mod docs;
mod exit;
mod failure;
mod migrate;
mod output;
mod present;
mod remote;
mod session;
mod store;
mod verify;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::session::Session;

/// Answers are made of many short-lived pieces, which takes the system's allocator twice as long; and of the buffers that
/// every open feed keeps it holds twice what they use.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Fails only when a provider is installed already, which is as good.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    match Cli::try_parse() {
        Ok(cli) => ExitCode::from(run(cli)),
        Err(error) => cli::refuse(&error).into(),
    }
}

fn run(cli: Cli) -> u8 {
    let command = cli.command.name();
    let out = Session::output(&cli.global);
    let session = match Session::new(cli.global, out) {
        Ok(session) => session,
        Err((out, failure)) => return out.finish(command, &Err(failure), &Default::default()),
    };
    let done = commands::run(&session, cli.command);
    let files = session.files.borrow();
    session.out.finish(command, &done, &files)
}

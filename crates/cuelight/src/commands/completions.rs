//! `cuelight completions`: a completion script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;
use serde_json::json;

use crate::cli::Cli;
use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::session::Session;

/// Print a completion script for a shell.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight completions bash > ~/.local/share/bash-completion/completions/cuelight"
)]
pub struct CompletionsArgs {
    /// The shell.
    pub shell: Shell,
}

/// Prints.
pub fn run(session: &Session, args: &CompletionsArgs) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "cuelight", &mut script);
    let script = String::from_utf8(script)
        .map_err(|e| Failure::new(LocalCode::Internal, format!("the script is not UTF-8: {e}")))?;
    session.out.data(&script);
    Outcome::fine(&json!({ "shell": args.shell.to_string(), "script": script }))
}

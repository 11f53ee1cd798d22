//! The command line: global arguments and the list of commands.

mod value;

pub use value::{Pair, Release, Versioned};

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use cuelight_artifact::ProjectName;
use serde_json::json;

use crate::commands::{
    apply, at, backup, completions, diff, doctor, drift, env, export, fmt, import, init, lint, lock, log,
    migrate_store, new, nodes, plan, project, recover, release, render, restore, rollback, schema, serve,
    show, sign_in, token, tree, verify, yank,
};
use crate::demo::DemoArgs;
use crate::exit::Exit;
use crate::output::{JSON_VERSION, clean};

/// Longest text of a refused command line.
const MAX_USAGE: usize = 4_000;

/// The release system for prompts.
///
/// Prompts are files with versions; environments serve releases of them; every release can be taken back in one
/// call; and what was live at any time can be asked and proved.
///
/// Exit codes: 0 fine, 1 error, 2 there are changes or drift, 3 a check failed, 4 conflict or stale, 5 usage.
#[derive(Debug, Parser)]
#[command(name = "cuelight", version, max_term_width = 110, propagate_version = true)]
pub struct Cli {
    /// Arguments of all commands.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Arguments of all commands.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Project on the server [default: `project:` in prompts.yaml, then the configuration file].
    #[arg(long, global = true, env = "CUELIGHT_PROJECT", value_name = "NAME")]
    pub project: Option<ProjectName>,
    /// Address of the server [default: `server:` in prompts.yaml, then the configuration file, then
    /// http://127.0.0.1:7300].
    #[arg(long, global = true, env = "CUELIGHT_URL", value_name = "URL")]
    pub server: Option<String>,
    /// API token; better given as CUELIGHT_TOKEN or in the configuration file, where other users of this machine do
    /// not see it [default: the configuration file].
    #[arg(long, global = true, env = "CUELIGHT_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Print one JSON document instead of text.
    #[arg(long, global = true)]
    pub json: bool,
    /// Print data, warnings and errors only.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Never use colour. Colour is used on terminals only, and not when NO_COLOR is set.
    #[arg(long, global = true, env = "NO_COLOR", value_parser = value::set, hide_env_values = true)]
    pub no_color: bool,
    /// Never ask the server.
    #[arg(long, global = true)]
    pub offline: bool,
    /// Work in this folder.
    #[arg(short = 'C', global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a workspace in this folder.
    Init(init::InitArgs),
    /// Make a new prompt or fragment from a scaffold.
    New(new::NewArgs),
    /// Bring files into canonical form.
    Fmt(fmt::FmtArgs),
    /// Check the files: keys, types, templates, variables, golden cases.
    Lint(lint::LintArgs),
    /// Show exactly what a model would read.
    Render(render::RenderArgs),
    /// Write prompts.lock: which versions of fragments are used.
    Lock(lock::LockArgs),
    /// Show what publishing the files would change. Changes nothing.
    Plan(plan::PlanArgs),
    /// Publish what the files change, or exactly what a saved plan says.
    Apply(apply::ApplyArgs),
    /// Compare files with the server, or two versions.
    Diff(diff::DiffArgs),
    /// Show the history of a prompt, an environment, or the ledger.
    Log(log::LogArgs),
    /// Show one version.
    Show(show::ShowArgs),
    /// Show which fragments are used, or who uses them.
    Tree(tree::TreeArgs),
    /// Make versions live in an environment, all at once.
    Release(release::ReleaseArgs),
    /// Take a release back.
    Rollback(rollback::RollbackArgs),
    /// Ask what was live at a time.
    At(at::AtArgs),
    /// Check a ledger, an export or a proof, without a server.
    Verify(verify::VerifyArgs),
    /// Write the library or the ledger into a folder or file.
    Export(export::ExportArgs),
    /// Turn a folder of plain text prompts into a workspace's prompts.
    Import(import::ImportArgs),
    /// Take a version out of new releases, or undo that.
    Yank(yank::YankArgs),
    /// Compare files with the server, and the server with an environment.
    Drift(drift::DriftArgs),
    /// Run the server.
    Serve(serve::ServeArgs),
    /// Copy everything the server knows, also while it runs.
    Backup(backup::BackupArgs),
    /// Put a backup back, or try whether it can be put back.
    Restore(restore::RestoreArgs),
    /// Put on record that the installation goes on from a backup.
    Recover(recover::RecoverArgs),
    /// Copy everything from one kind of store into another.
    MigrateStore(migrate_store::MigrateStoreArgs),
    /// Make a link that opens the pages in a browser, once.
    SignIn(sign_in::SignInArgs),
    /// See the whole of Cuelight at work, on sample prompts.
    Demo(DemoArgs),
    /// Check configuration, server, token, workspace and data folder.
    Doctor(doctor::DoctorArgs),
    /// Show the servers there are, and what they and their clients have applied.
    Nodes(nodes::NodesArgs),
    /// Create or list projects.
    Project(project::ProjectArgs),
    /// Create or list environments, or set their policies.
    Env(env::EnvArgs),
    /// Create, list or revoke API tokens.
    Token(token::TokenArgs),
    /// Print schemas for editors and generated documentation.
    Schema(schema::SchemaArgs),
    /// Print a completion script for a shell.
    Completions(completions::CompletionsArgs),
}

impl Command {
    /// The command's word, as `--json` names it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::New(_) => "new",
            Self::Fmt(_) => "fmt",
            Self::Lint(_) => "lint",
            Self::Render(_) => "render",
            Self::Lock(_) => "lock",
            Self::Plan(_) => "plan",
            Self::Apply(_) => "apply",
            Self::Diff(_) => "diff",
            Self::Log(_) => "log",
            Self::Show(_) => "show",
            Self::Tree(_) => "tree",
            Self::Release(_) => "release",
            Self::Rollback(_) => "rollback",
            Self::At(_) => "at",
            Self::Verify(_) => "verify",
            Self::Export(_) => "export",
            Self::Import(_) => "import",
            Self::Yank(_) => "yank",
            Self::Drift(_) => "drift",
            Self::Serve(_) => "serve",
            Self::Backup(_) => "backup",
            Self::Restore(_) => "restore",
            Self::Recover(_) => "recover",
            Self::MigrateStore(_) => "migrate-store",
            Self::SignIn(_) => "sign-in",
            Self::Demo(_) => "demo",
            Self::Doctor(_) => "doctor",
            Self::Nodes(_) => "nodes",
            Self::Project(_) => "project",
            Self::Env(_) => "env",
            Self::Token(_) => "token",
            Self::Schema(_) => "schema",
            Self::Completions(_) => "completions",
        }
    }
}

/// Prints clap's help, version or refusal, and says how to exit.
pub fn refuse(error: &clap::Error) -> Exit {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if asked {
        let _nobody_listens = error.print();
        return Exit::Fine;
    }
    use std::io::Write as _;
    let plain = error.render().to_string();
    let shown = shortened(&clean(&plain));
    if std::env::args_os().any(|a| a == "--json") {
        let error = json!({ "code": "usage", "detail": shown });
        let document = json!({ "version": JSON_VERSION, "command": null, "error": error });
        let _nobody_listens = writeln!(std::io::stdout().lock(), "{document:#}");
    } else if shown == plain {
        // In colour, on a terminal.
        let _nobody_listens = error.print();
    } else {
        let _nobody_listens = std::io::stderr().lock().write_all(shown.as_bytes());
    }
    Exit::Usage
}

/// A refused argument may be of any length; its beginning is enough to recognise it.
fn shortened(text: &str) -> String {
    if text.len() <= MAX_USAGE {
        return text.to_owned();
    }
    let start: String = text.chars().take(200).collect();
    let end: String = text.chars().skip(text.chars().count() - 600).collect();
    format!("{start} … {end}")
}

#[cfg(test)]
mod tests;

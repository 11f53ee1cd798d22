//! The commands, one file each: arguments with their help, and what they do.

pub mod apply;
pub mod at;
pub mod backup;
pub mod completions;
pub mod diff;
pub mod doctor;
pub mod drift;
pub mod env;
pub mod export;
pub mod fmt;
pub mod import;
pub mod init;
pub mod lint;
pub mod lock;
pub mod log;
pub mod migrate_store;
pub mod new;
pub mod nodes;
pub mod plan;
pub mod project;
pub mod recover;
pub mod release;
pub mod render;
pub mod restore;
pub mod rollback;
pub mod schema;
pub mod serve;
pub mod show;
pub mod sign_in;
pub mod token;
pub mod tree;
pub mod verify;
pub mod yank;

use std::future::Future;

use crate::cli::Command;
use crate::failure::{Done, Failure, LocalCode};
use crate::session::Session;

/// Runs one command.
pub fn run(session: &Session, command: Command) -> Done {
    match command {
        Command::Init(args) => init::run(session, &args),
        Command::New(args) => new::run(session, &args),
        Command::Fmt(args) => fmt::run(session, &args),
        Command::Lint(args) => wait(lint::run(session, &args)),
        Command::Render(args) => wait(render::run(session, &args)),
        Command::Lock(args) => wait(lock::run(session, &args)),
        Command::Plan(args) => wait(plan::run(session, &args)),
        Command::Apply(args) => wait(apply::run(session, &args)),
        Command::Diff(args) => wait(diff::run(session, &args)),
        Command::Log(args) => wait(log::run(session, &args)),
        Command::Show(args) => wait(show::run(session, &args)),
        Command::Tree(args) => wait(tree::run(session, &args)),
        Command::Release(args) => wait(release::run(session, args)),
        Command::Rollback(args) => wait(rollback::run(session, &args)),
        Command::At(args) => wait(at::run(session, &args)),
        Command::Verify(args) => verify::run(session, &args),
        Command::Export(args) => wait(export::run(session, &args)),
        Command::Import(args) => import::run(session, &args),
        Command::Yank(args) => wait(yank::run(session, &args)),
        Command::Drift(args) => wait(drift::run(session, &args)),
        Command::Serve(args) => serve::run(session, &args),
        Command::Backup(args) => wait(backup::run(session, &args)),
        Command::Restore(args) => wait(restore::run(session, &args)),
        Command::Recover(args) => wait(recover::run(session, &args)),
        Command::MigrateStore(args) => wait(migrate_store::run(session, &args)),
        Command::SignIn(args) => wait(sign_in::run(session, &args)),
        Command::Demo(args) => crate::demo::run(session, &args),
        Command::Doctor(args) => wait(doctor::run(session, &args)),
        Command::Nodes(args) => wait(nodes::run(session, &args)),
        Command::Project(args) => wait(project::run(session, &args)),
        Command::Env(args) => wait(env::run(session, &args)),
        Command::Token(args) => wait(token::run(session, args)),
        Command::Schema(args) => schema::run(session, &args),
        Command::Completions(args) => completions::run(session, &args),
    }
}

/// Runs a command that asks a server. One thread is enough for one conversation.
fn wait(command: impl Future<Output = Done>) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new(LocalCode::Internal, format!("the program cannot start: {e}")))?;
    runtime.block_on(command)
}

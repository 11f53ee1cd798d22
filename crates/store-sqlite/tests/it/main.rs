//! The SQLite store against the laws, the model, and everything that can happen to a data folder.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "everything here is a test; clippy knows only those inside `#[test]`"
)]

mod dump;
mod erase;
mod folder;
mod guard;
mod kill;
mod laws;
mod limit;
mod model;
mod support;

//! The pages as browsers see them, on an application in memory.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod compare;
mod edit;
mod environment;
mod frame;
mod go_back;
mod home;
mod ledger;
mod library;
mod limits;
mod nodes;
mod prompt;
mod recovery;
mod release;
mod rights;
mod routes;
mod session;
mod settings;
mod time_machine;
mod vendor;
mod version;
mod welcome;
mod world;

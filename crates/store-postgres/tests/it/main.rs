//! The PostgreSQL store against the laws, the model, and everything that can happen to a database.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "everything here is a test; clippy knows only those inside `#[test]`"
)]

mod dump;
mod faults;
mod guard;
mod kill;
mod laws;
mod model;
mod pooler;
mod proxy;
mod schema;
mod start;
mod support;
mod tls;

cuelight_testkit::postgres_keeper!();

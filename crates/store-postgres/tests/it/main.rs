//! The PostgreSQL store against the laws, the model, and everything that can happen to a database.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "everything here is a test; clippy knows only those inside `#[test]`"
)]

mod laws;
mod model;
mod schema;
mod support;

cuelight_testkit::postgres_keeper!();

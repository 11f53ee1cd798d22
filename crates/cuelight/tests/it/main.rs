//! The binary as its users run it: every command, with good and with bad input, against real files and a real server.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests end the test when something is not as it must be"
)]

mod backup;
mod bad_files;
mod data;
mod database;
mod demo;
mod feeds;
mod files;
mod kill;
mod library;
mod nodes;
mod plans;
mod releases;
mod scenario;
mod server;
mod sign_in;
mod support;
mod tamper;
mod torture;

cuelight_testkit::postgres_keeper!();

//! The operations on the memory store: what every face relies on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod browse;
mod edit;
mod effective;
mod examples;
mod faults;
mod follow;
mod journal;
mod ledger;
mod plan;
mod recovery;
mod release;
mod repeats;
mod serve;
mod session;
mod tokens;

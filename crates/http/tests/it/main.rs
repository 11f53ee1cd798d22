//! The API as its callers see it, on an application in memory.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bad_input;
mod consistency;
mod description;
mod examples;
mod feed;
mod idempotency;
mod nodes;
mod problems;
mod rates;
mod rights;
mod robust;
mod serving;
mod story;
mod success;
mod transport;
mod world;

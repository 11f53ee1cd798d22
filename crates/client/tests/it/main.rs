//! The client as an application has it, against a real server in this process and against one that misbehaves.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_bundle;
mod disk;
mod documented;
mod example;
mod fake;
mod follow;
mod locked;
mod mixed;
mod pin;
mod quiet;
mod recovery;
mod report;
mod same;
mod start;
mod tls;
mod world;

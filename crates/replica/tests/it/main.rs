//! A database that comes and goes, and its copy.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "everything here is a test; clippy knows only those inside `#[test]`"
)]

mod away;
mod laws;
mod support;

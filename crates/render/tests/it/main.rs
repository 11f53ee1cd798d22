//! The renderer as its users see it: cases as data, both renderers against each other, hostile templates.

#![allow(unsafe_code, reason = "the counting allocator in memory.rs; its proof stands there")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test, as tests do")]

mod bombs;
mod cases;
mod differential;
mod memory;
mod soundness;
mod support;

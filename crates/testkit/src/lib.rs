//! For tests only: a clock that ticks as told, randomness that repeats, an application on the memory store, and
//! sample files.

pub mod app;
pub mod files;
pub mod world;

pub use app::TestApp;
pub use world::{SeededEntropy, TestClock};

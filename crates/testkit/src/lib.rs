//! For tests only: a clock that ticks as told, randomness that repeats, an application on the memory store, and
//! sample files; PostgreSQL from installed programs, and a bad network before it; processes that are killed.

pub mod app;
pub mod files;
pub mod kill;
#[cfg(unix)]
pub mod postgres;
pub mod proxy;
pub mod world;

pub use app::TestApp;
pub use world::{SeededEntropy, TestClock};

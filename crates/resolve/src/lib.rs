//! What server and client share when they choose what to serve: the bundle and the choice of an override.
//!
//! Invariant (an absence): nothing here knows the ledger, storage, HTTP, a clock or randomness.

pub mod bundle;
pub mod choose;

pub use bundle::{Bundle, BundledOverride, BundledPrompt, Yanked};
pub use choose::{Choice, choose, precedence};

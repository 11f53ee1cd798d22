//! What server and client share when they choose what to serve: the bundle, the choice of an override, and the settings of
//! an answer.
//!
//! Invariant (an absence): nothing here knows the ledger, storage, HTTP, a clock or randomness.

pub mod bundle;
pub mod choose;
pub mod settings;

pub use bundle::{Bundle, BundledOverride, BundledPrompt, Yanked};
pub use choose::{Choice, choose, precedence};
pub use settings::Settings;

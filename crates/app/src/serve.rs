//! What is served: a snapshot per environment behind one atomic pointer, and everything that reads it.

pub mod at;
pub mod bundle;
pub mod cue;
pub mod feed;
pub mod resolve;
mod served;
mod snapshot;
mod written;

pub use served::{Contents, Fragments, Served};
pub use snapshot::{Serving, Snapshot, Variant};
pub use written::Written;

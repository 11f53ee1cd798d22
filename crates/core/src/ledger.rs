//! The ledger: entries, the Merkle tree over them, signed checkpoints, and the offline check of all three.

pub mod blob;
pub mod checkpoint;
pub mod entry;
pub mod note;
pub mod tree;
pub mod verify;

pub use blob::BlobClass;
pub use entry::{Actor, Body, CommandId, Entry, Envelope, LedgerId, Micros, Seq};

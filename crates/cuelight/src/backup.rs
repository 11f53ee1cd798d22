//! Backups: a folder with the data's files and a manifest that says what they are.
//!
//! A backup is written under a temporary name beside its own, checked there, and renamed when it is whole. Its vault
//! carries the mark of a restored copy, so that it takes no writes until a recovery is on record, whoever puts it back
//! and how.

mod check;
mod files;
mod make;
mod manifest;
pub mod postgres;
mod restore;

pub use make::{Made, copy_id, make};
pub use manifest::Manifest;
pub use restore::{Restored, put_mark, restore};

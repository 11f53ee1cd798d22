//! The storage ports on SQLite: three files in one data folder, one writer each.
//!
//! `registry.db` holds the control facts and is synchronised before anything is acknowledged; `observations.db` may
//! lose its last moments when the power fails; `vault.db` is readable by its owner only. The database itself refuses to
//! change what is append-only. Nothing here decides anything: no rule, no permission, no clock.

pub mod backup;
mod blobs;
mod connection;
mod copy;
mod database;
mod dump;
mod failure;
mod folder;
mod ledger;
mod migrate;
mod nodes;
mod observations;
mod poison;
mod readers;
mod store;
mod vault;
mod whole;
mod writer;

pub use dump::Dump;
pub use store::{OpenOptions, SqliteStore};

//! Backups of a PostgreSQL database, by PostgreSQL's own tools: one schema in one file, and the same manifest.

mod address;
mod make;
mod restore;
mod tools;

pub use make::make;
pub use restore::{restore, try_out};

/// The file that `pg_dump` writes.
const DUMP: &str = "database.dump";

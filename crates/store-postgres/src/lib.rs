//! The storage ports on PostgreSQL: one schema, `cuelight`, in one database, shared by any number of servers.
//!
//! An append is one transaction that holds the ledger's row, so the order of positions is the order of commits. The
//! database itself refuses to change what is append-only. Nothing relies on the state of a session: every statement is
//! unnamed and typed, every setting is local to its transaction, the migration lock ends with its transaction, and
//! `LISTEN` only wakes earlier. So it works through a pooler that gives every transaction another connection. Nothing
//! here decides anything: no rule, no permission, no clock.

mod address;
pub mod backup;
mod blobs;
mod copy;
mod database;
mod dump;
mod failure;
mod hint;
mod ledger;
mod migrate;
mod nodes;
mod observations;
mod row;
mod sql;
mod store;
mod tls;
mod vault;

pub use dump::{Dump, Moment};
pub use store::{PostgresOptions, PostgresStore};

#[cfg(test)]
cuelight_testkit::postgres_keeper!();

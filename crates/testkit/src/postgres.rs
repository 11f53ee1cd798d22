//! PostgreSQL for tests, from the programs that are installed: a cluster that all tests of a run share, and servers of
//! their own for tests that stop and kill them. Nothing is left behind, and nothing is touched that was not started here.
//!
//! A test runner may start every test in a process of its own, so the shared cluster belongs to none of them. Its owner is
//! one more process, the *keeper*: the test binary itself, started again with one test selected, [`keep`]. Every process that
//! uses the cluster holds a shared lock on a file, which ends with the process however it ends; when the keeper has been able
//! to take that lock for itself for some seconds, it stops the server and deletes it. Should the keeper be killed, the
//! kernel tells the server to stop.
//!
//! A test binary that uses [`Cluster`] has [`postgres_keeper!`](crate::postgres_keeper) at its root.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "all of it runs in tests only, and what fails here fails the test"
)]

mod bouncer;
mod cluster;
mod process;
mod programs;
mod server;

pub use bouncer::PgBouncer;
pub use cluster::{Cluster, Database, keep};
pub use server::{Durability, Server};

/// The test that the keeper of the shared cluster runs as. In an ordinary run it does nothing.
#[macro_export]
macro_rules! postgres_keeper {
    () => {
        #[test]
        fn keep_postgres() {
            $crate::postgres::keep();
        }
    };
}

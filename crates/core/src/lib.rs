//! The laws of Cuelight: ledger entries and their proofs, the state they fold into, and the pure decisions that
//! append to them.
//!
//! Invariant (an absence): nothing here is asynchronous, reads a clock or randomness, speaks SQL or HTTP.
//!
//! The flow: `decide(&State, &Command, &Context) -> Vec<Event> | Refusal`, then, once the ledger has the events,
//! `evolve(&mut State, …)`. `decide` may refuse; `evolve` never does.

pub mod command;
pub mod environment;
pub mod event;
pub mod installation;
pub mod ledger;
pub mod refusal;
pub mod release;
pub mod rights;
pub mod state;
pub mod version;

pub use command::{Command, Context, decide};
pub use event::{Event, EventError};
pub use refusal::Refusal;
pub use state::State;

#[cfg(test)]
mod tests;

//! Storage that fails at any one call, clocks that jump, and histories that must have an explanation.

mod clock;
mod flows;
mod history;
mod starts;
pub(crate) mod store;
mod tokens;

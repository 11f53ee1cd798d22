//! The operations of Cuelight: the only place where permission, decision, append and publishing meet.
//!
//! Every operation is a function `verb(ctx: &Ctx, input) -> AppResult<output>`; inputs and outputs are plain data
//! with a JSON Schema, so that every face says the same. Invariant (an absence): no HTTP, MCP or command-line
//! type, and nothing here prints.

pub mod app;
pub mod aside;
pub mod code;
pub mod ctx;
pub mod edit;
pub mod environment;
pub mod error;
pub mod follow;
pub mod journal;
pub mod ledger;
pub mod node;
pub mod observation;
pub mod plan;
pub mod ports;
pub mod project;
pub mod prompt;
pub mod rate;
pub mod recovery;
pub mod release;
pub mod serve;
pub mod session;
pub mod text;
pub mod time;
pub mod token;

pub use app::{App, Ports, Started};
pub use aside::Aside;
pub use code::Code;
pub use ctx::{Ctx, Permit, Principal};
pub use error::{AppError, AppResult};
pub use rate::{Buckets, Guesses, Rate, network};

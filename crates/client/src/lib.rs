//! For Rust applications: prompts resolved and rendered from memory, whatever happens to the server.
//!
//! A [`Client`] fetches the bundle of one environment, follows its feed, and answers from memory with the same code as
//! the server. When the server is away it goes on with what it has; after a restart with its copy on disk; on a new
//! machine with the bundle that was built into the application. It never blocks or fails a caller because the server is
//! away.
//!
#![doc = concat!("```\n", include_str!("../tests/it/documented.rs"), "```")]
//!
//! What is promised, and how it is kept: `docs/client.md` in the repository.
//!
//! Invariant (an absence): nothing here knows the ledger, storage, or the server's crates.

mod answer;
mod ask;
mod client;
mod content;
mod disk;
mod error;
mod follow;
mod generation;
mod jitter;
mod lock;
mod options;
mod pin;
mod shared;
mod status;
mod token;
mod view;
mod wire;

pub use answer::{Resolved, Source};
pub use ask::Ask;
pub use client::Client;
pub use cuelight_resolve::Settings;
pub use error::{Error, Refusal, StartError};
pub use options::{Keep, Options, Pace};
pub use pin::Pin;
pub use status::{Connection, LastError, Serving, Status, Trouble};
pub use token::Token;
pub use view::View;

pub use cuelight_artifact::model::{Authority, Model, Output, Role, Tools};
pub use cuelight_artifact::{ArtifactName, Digest};
pub use cuelight_render::{ChatMessage, RenderError, RenderedRetrieval};

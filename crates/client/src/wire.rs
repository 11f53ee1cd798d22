//! Speaking to the server: the address, connections with or without encryption, one request each, the feed's text.

mod address;
mod connect;
mod request;
mod sse;

pub(crate) use request::{Answer, Fault, Naming, Wire};
pub(crate) use sse::{Parser, Piece};

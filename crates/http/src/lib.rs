//! The JSON API: translates requests to operations of `cuelight-app` and answers to JSON.
//!
//! One table ([`operations()`]) says everything about every operation; the router ([`router()`]) and the API description
//! ([`openapi()`]) are both made from it, so they cannot differ. Invariant (an absence): no rule lives here. What a
//! caller may do and what happens is decided in `cuelight-app`; this crate only refuses early what that would refuse.

mod answer;
mod body;
mod budgets;
mod call;
mod coding;
mod connections;
mod dispatch;
mod feed;
mod held;
mod load;
mod metrics;
mod openapi;
mod operation;
mod operations;
mod page;
mod problem;
mod query;
mod request;
mod router;
mod routes;
mod serve;
mod slots;
mod state;
mod strict;

pub use budgets::Rates;
pub use call::{Call, Secret};
pub use openapi::openapi;
pub use operation::{Access, BodyLimit, Cli, Endpoint, Operation, Writes};
pub use operations::operations;
pub use problem::Problem;
pub use router::router;
pub use routes::session::SignInLink;
pub use serve::serve;
pub use state::{HttpState, Limits};

//! The web pages: for people who never saw Git.
//!
//! Pages are rendered on the server over the operations of `cuelight-app`; they work without JavaScript for reading and
//! for their main action. One table ([`routes()`]) says everything about every address; the router and the browser
//! tests are both made from it. Invariant (an absence): no rule lives here, and no page talks to storage.

#![allow(
    clippy::needless_pass_by_value,
    reason = "components take the markup they are to hold whole: a call reads like the page it draws"
)]

mod assets;
mod call;
mod cookie;
mod dispatch;
mod error;
mod fields;
mod pages;
pub mod parts;
mod reply;
mod route;
mod router;
mod security;
mod state;
mod viewer;
mod words;

pub use assets::Asset;
pub use call::{Call, May, Upload};
pub use error::{UiError, UiResult};
pub use pages::routes;
pub use reply::Reply;
pub use route::{Answers, Door, Method, Route};
pub use router::router;
pub use security::content_security_policy;
pub use state::{PublicAddress, Settings, UiState};
pub use viewer::{Theme, Viewer};
pub use words::{catalogue, say};

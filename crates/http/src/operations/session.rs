//! Operations on browser sessions.

use axum::http::Method;

use crate::operation::{Access, Operation, Writes};
use crate::routes::session::{self, SignInLink};

pub(super) fn table() -> Vec<Operation> {
    vec![
        Operation::new(Method::POST, "session.link", "/api/v1/sign-in-links", session::link)
            .says("Make a link that opens the pages in a browser once, as the holder of this token")
            .needs(Access::People)
            .writes(Writes::Secret)
            .cli("cuelight sign-in")
            .gives::<SignInLink>(201),
    ]
}

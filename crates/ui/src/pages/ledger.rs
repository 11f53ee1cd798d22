//! The ledger: everything that was decided, in plain sentences, and how anybody can check it.

mod check;
mod entry;
mod files;
mod list;
mod sentence;
pub mod who;

pub use files::proof_name;

use crate::route::{Answers, Route, action, page};

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![
        page("ledger", "/p/{project}/ledger", "/p/acme/ledger", list::show),
        page("ledger-export", "/p/{project}/ledger/export", "/p/acme/ledger/export", files::export)
            .answering(Answers::File),
        page(
            "ledger-checkpoint",
            "/p/{project}/ledger/checkpoint",
            "/p/acme/ledger/checkpoint",
            files::checkpoint,
        )
        .answering(Answers::File),
        action("ledger-check", "/p/{project}/ledger/check", "/p/acme/ledger/check", check::run),
        page("ledger-entry", "/p/{project}/ledger/{seq}", "/p/acme/ledger/8", entry::show),
        page("ledger-proof", "/p/{project}/ledger/{seq}/proof", "/p/acme/ledger/8/proof", files::proof)
            .answering(Answers::File),
    ]
}

//! The pages, by what they are about, and the one table of their addresses.

pub mod access;
mod change;
pub mod compare;
pub mod edit;
pub mod environment;
pub mod errors;
pub mod find;
pub mod gallery;
pub mod go_back;
pub mod help;
pub mod history;
pub mod home;
pub mod ledger;
pub mod library;
pub mod live;
mod local;
pub mod projects;
pub mod prompt;
pub mod publish;
pub mod release;
pub mod releases;
pub mod root;
pub mod rules;
mod sample;
pub mod settings;
pub mod sign_in;
pub mod time_machine;
pub mod try_it;
pub mod version;
pub mod welcome;

pub use crate::parts::page::sign_in_address;

use crate::route::Route;

/// Every address, from which the router and the browser tests are made.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        root::routes(),
        sign_in::routes(),
        welcome::routes(),
        projects::routes(),
        settings::routes(),
        access::routes(),
        help::routes(),
        gallery::routes(),
        home::routes(),
        library::routes(),
        find::routes(),
        prompt::routes(),
        history::routes(),
        version::routes(),
        compare::routes(),
        try_it::routes(),
        edit::routes(),
        publish::routes(),
        release::routes(),
        releases::routes(),
        environment::routes(),
        go_back::routes(),
        rules::routes(),
        live::routes(),
        time_machine::routes(),
        ledger::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

//! Environments: the path, one of them with what is live and its history, and everything that was live once.

mod list;
mod one;
mod was;

pub use one::rules;

use crate::route::{Route, action, page};

/// Their addresses.
pub fn routes() -> Vec<Route> {
    vec![
        page("environments", "/p/{project}/env", "/p/acme/env", list::show),
        action("environment-add", "/p/{project}/env", "/p/acme/env", list::add),
        page("environment", "/p/{project}/env/{environment}", "/p/acme/env/production", one::show),
        page(
            "was",
            "/p/{project}/env/{environment}/was/{generation}",
            "/p/acme/env/production/was/1",
            was::show,
        ),
    ]
}

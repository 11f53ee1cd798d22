//! Releasing: choose, look at exactly what would change, release. And what all pages say about releases.

mod choose;
mod look;
mod order;
pub mod said;

use crate::route::{Route, action, page};

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![
        page("release", "/p/{project}/release", "/p/acme/release?env=staging", choose::show),
        page(
            "release-look",
            "/p/{project}/release/look",
            "/p/acme/release/look?env=development&pick=sales/qualify-lead",
            look::show,
        ),
        action("release-do", "/p/{project}/release", "/p/acme/release", look::release),
    ]
}

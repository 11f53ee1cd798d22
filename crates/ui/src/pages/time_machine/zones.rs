//! Time zones that the form offers.

use std::sync::LazyLock;

use crate::viewer::is_zone_name;

static ZONES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let all = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    // Places first and last; the rest are old names of the same zones, or copies with other rules for leap seconds.
    let mut names: Vec<String> = all
        .filter(|name| is_zone_name(name) && (name.contains('/') || name == "UTC"))
        .filter(|name| !["Etc/", "posix/", "right/", "SystemV/", "US/"].iter().any(|p| name.starts_with(p)))
        .collect();
    names.sort();
    names.dedup();
    names
});

/// Their names, in order.
pub(super) fn names() -> Vec<String> {
    ZONES.clone()
}

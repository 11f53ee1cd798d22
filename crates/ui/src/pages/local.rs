//! Addresses to go on to, as they come from outside: only ours are followed.

/// The address if it is one of our own pages, and not one that signs somebody in: following such a one could make a
/// person act as somebody else without noticing.
#[must_use]
pub fn local(address: &str) -> Option<&str> {
    // Browsers read `\` as `/` and drop tabs and line ends, so that more than `//` leads elsewhere.
    let plain = address.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let own = address.starts_with('/') && !address.starts_with("//");
    let path = address.split(['?', '#']).next().unwrap_or_default();
    // Browsers take `.`, `..` and their encoded forms out of a path, so that it may lead to the door after all.
    let steps = path.to_ascii_lowercase();
    let door =
        path == "/sign-in" || path.starts_with("/sign-in/") || steps.contains("/.") || steps.contains("/%2e");
    (plain && own && !door && address.len() <= 2_000).then_some(address)
}

#[cfg(test)]
mod tests;

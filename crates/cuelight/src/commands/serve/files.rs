//! How many files this process may open: each connection is one.

/// What connections and the store need at their limits.
#[cfg(unix)]
const WANTED: u64 = 20_000;

/// Asks the system for as many open files as it lets this process have. Most begin with 1,024, for the sake of programs that
/// can count no further, and a server at that limit accepts nobody.
#[cfg(unix)]
pub fn open_many() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    // None is no limit.
    if let Some(files) = getrlimit(Resource::Nofile).current
        && files < WANTED
    {
        tracing::warn!(
            files,
            "the system lets this server open so many files; it can hold fewer connections than that"
        );
    }
}

/// Nothing to ask for.
#[cfg(not(unix))]
pub const fn open_many() {}

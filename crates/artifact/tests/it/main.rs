//! Integration tests of the artifact crate.

#[cfg(test)]
mod bumps;

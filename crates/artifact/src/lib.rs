//! The vocabulary of Cuelight: what a prompt artifact is, how it is written in files, its canonical form and
//! digest, how versions follow from differences.
//!
//! Invariant (an absence): nothing here is asynchronous, reads a clock, a file or randomness, speaks SQL or
//! HTTP, or knows a template engine.

pub mod borrowed;
pub mod boundary;
pub mod bump;
pub mod canonical;
pub mod closure;
pub mod diagnostic;
pub mod diff;
pub mod files;
pub mod lock;
pub mod model;
pub mod name;
pub mod overlay;
pub mod rules;
pub mod schema;
pub mod text;

#[cfg(test)]
mod testing;

pub use canonical::{CanonicalError, Digest};
pub use diagnostic::{Diagnostic, Severity};
pub use model::Artifact;
pub use name::{ArtifactName, ArtifactRef, EnvironmentName, Kind, NameError, ProjectName};

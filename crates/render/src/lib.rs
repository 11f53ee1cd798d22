//! Templates: parse and check the subset, find variables, render within limits.
//!
//! The language is the Jinja subset that other tools share: output, `if`, `for`, comments, seven filters, `is
//! defined`, comparisons, and `include` of declared fragments. Everything else is refused under a rule of its own
//! (CL-T). Three things work on one syntax tree: the check of variables ([`analyse()`]), the engine (MiniJinja, fed
//! with source printed from the tree), and a reference renderer that a test holds against the engine.
//!
//! What templates mean, where engines differ:
//! - Nothing is escaped. The final newline of a message is kept; an included fragment loses exactly one.
//! - A missing value cannot be printed, compared, looped over or entered; in a condition it is false.
//! - None prints nothing, counts as an empty list in a loop, and `default` replaces it as it replaces a missing value.
//! - Numbers print as in RFC 8785 ([`text`] has the rule), except that a whole number keeps every digit however large
//!   it is; `json` writes the RFC 8785 form with the same exception.
//! - `==` compares kind and content, numbers exactly by value; `<` needs two numbers or two texts.
//! - False are: missing, none, `false`, 0, and empty texts, lists and objects.
//! - `and` and `or` hand out one of their sides, as in Jinja.
//! - Inside a fragment, `constants` are the fragment's own.
//!
//! Invariant (an absence): no I/O, no clock, no randomness.

pub mod cases;
pub mod limits;
pub mod render;
pub mod syntax;
pub mod text;

mod analyse;
mod engine;
mod interpret;
mod lower;
mod meter;
mod program;
mod unit;

pub use analyse::{Analysis, Read, analyse};
pub use cases::{check, compare};
pub use limits::{Deadline, LimitKind, Limits};
pub use program::{Program, compile, link};
pub use render::{ChatMessage, Place, RenderError, RenderRequest, Rendered, RenderedRetrieval};
pub use text::token_estimate;
pub use unit::{FragmentSource, NoFragments};

//! What is generated from the program itself: schemas for editors, and pages of the documentation.

pub mod cli;
pub mod editor;
pub mod errors;
pub mod rules;

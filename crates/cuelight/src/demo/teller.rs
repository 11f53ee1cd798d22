//! Prints the story: numbered steps, plain sentences, facts, and the commands that would do the same.

use std::cell::Cell;

use crate::output::Out;

/// Prints to standard output.
pub struct Teller<'a> {
    out: &'a Out,
    step: Cell<u32>,
}

impl<'a> Teller<'a> {
    /// One that prints here.
    pub const fn new(out: &'a Out) -> Self {
        Self { out, step: Cell::new(0) }
    }

    /// How many steps were told.
    pub fn steps(&self) -> u32 {
        self.step.get()
    }

    /// Begins a step.
    pub fn step(&self, title: &str) {
        self.step.set(self.step.get() + 1);
        self.out.data(&format!("\n{}. {title}\n", self.step.get()));
    }

    /// A sentence.
    pub fn say(&self, text: &str) {
        self.out.data(&format!("   {text}\n"));
    }

    /// A fact with its name.
    pub fn fact(&self, name: &str, value: &str) {
        self.out.data(&format!("     {name}: {value}\n"));
    }

    /// The command that does the same.
    pub fn command(&self, text: &str) {
        self.out.data(&format!("     $ {text}\n"));
    }

    /// The end.
    pub fn end(&self, text: &str) {
        self.out.data(&format!("\n{text}\n"));
    }
}

//! What a check found: the rule, the place, what is wrong, how to mend it.

use std::fmt;

use anyhow::{Result, bail};

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name, such as `layers/edge`.
    pub rule: &'static str,
    /// A file with its line, or a crate.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: error[{}] {}\n  fix: {}", self.place, self.rule, self.what, self.fix)
    }
}

/// Prints every finding; an error if there is any.
pub fn report(check: &str, found: &[Finding]) -> Result<()> {
    for finding in found {
        eprintln!("{finding}");
    }
    match found.len() {
        0 => Ok(()),
        1 => bail!("{check}: 1 rule broken"),
        n => bail!("{check}: {n} rules broken"),
    }
}

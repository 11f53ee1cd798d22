//! The secret that opens the server.

use std::fmt;
use std::sync::Arc;

/// A token with the role `serve`. It is shown nowhere: not by `Debug`, not in errors, not in the log.
#[derive(Clone)]
pub struct Token(Arc<str>);

impl Token {
    /// Takes a token as it was issued; white space around it, such as the newline of a file, is dropped.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Token {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Token {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

//! Named values of a query or a form: several of one name are allowed, and the order is kept.

use cuelight_app::{AppError, AppResult, Code};
use percent_encoding::percent_decode_str;

/// Most values read from one form.
const MAX_FIELDS: usize = 5_000;

/// Named values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a form as [`Fields::parse`] does.
    ///
    /// # Errors
    /// `too_large` with more values than a form may have: what is left out would look as if nobody had filled it in.
    pub fn of_form(text: &str) -> AppResult<Self> {
        let count = text.split('&').filter(|pair| !pair.is_empty()).count();
        if count > MAX_FIELDS { Err(too_many()) } else { Ok(Self::parse(text)) }
    }

    /// Reads `application/x-www-form-urlencoded`. What is not UTF-8 when decoded is replaced, as browsers never send it.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let decode = |part: &str| {
            let spaced = part.replace('+', " ");
            percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
        };
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(k, v)| (decode(k), decode(v)))
                .collect(),
        )
    }

    /// The first value of that name that says something: white space around is dropped, and nothing counts as absent.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim).filter(|v| !v.is_empty())
    }

    /// The first value of that name as it was sent, with line ends as browsers send them brought to LF by the caller.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of that name.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// All names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Adds a value.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Adds a value of a form.
    ///
    /// # Errors
    /// As [`Fields::of_form`].
    pub fn push_of_form(&mut self, name: String, value: String) -> AppResult<()> {
        if self.0.len() >= MAX_FIELDS {
            return Err(too_many());
        }
        self.0.push((name, value));
        Ok(())
    }
}

fn too_many() -> AppError {
    AppError::new(Code::TooLarge, format!("a form has at most {MAX_FIELDS} values; nothing of it was taken"))
}

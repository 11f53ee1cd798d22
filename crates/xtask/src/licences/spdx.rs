//! Licence expressions as in the SPDX specification 2.3, annex D: `(MIT OR Apache-2.0) AND Unicode-3.0`.
//! The old slash of Cargo (`MIT/Apache-2.0`) reads as `OR`.

use std::fmt;

/// A licence expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// One licence.
    Term(Term),
    /// All of them bind.
    And(Vec<Expression>),
    /// The user chooses one.
    Or(Vec<Expression>),
}

/// One licence, with its exception if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Such as `Apache-2.0`. A trailing `+` ("or any later version") is dropped: the named version is a choice.
    pub licence: String,
    /// Such as `LLVM-exception`.
    pub exception: Option<String>,
}

/// Why a text is no licence expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpdxError {
    /// The text ends where something must follow.
    Ends,
    /// This token cannot stand where it stands.
    Unexpected(String),
}

impl Expression {
    /// Reads an expression. `WITH` binds tighter than `AND`, `AND` tighter than `OR`.
    pub fn parse(text: &str) -> Result<Self, SpdxError> {
        let mut tokens = Tokens { all: tokens(text), at: 0 };
        let expression = or(&mut tokens)?;
        match tokens.next() {
            None => Ok(expression),
            Some(token) => Err(SpdxError::Unexpected(token)),
        }
    }

    /// Whether it can be kept with only the terms that `allowed` accepts.
    pub fn holds(&self, allowed: &dyn Fn(&Term) -> bool) -> bool {
        match self {
            Self::Term(term) => allowed(term),
            Self::And(parts) => parts.iter().all(|part| part.holds(allowed)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(allowed)),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.licence)?;
        self.exception.as_ref().map_or(Ok(()), |exception| write!(f, " WITH {exception}"))
    }
}

impl fmt::Display for SpdxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ends => f.write_str("it ends too early"),
            Self::Unexpected(token) => write!(f, "`{token}` cannot stand there"),
        }
    }
}

struct Tokens {
    all: Vec<String>,
    at: usize,
}

impl Tokens {
    fn next(&mut self) -> Option<String> {
        let token = self.all.get(self.at).cloned();
        self.at += 1;
        token
    }

    /// Takes the next token if it is one of these words, in either case.
    fn take(&mut self, words: &[&str]) -> bool {
        let hit =
            self.all.get(self.at).is_some_and(|t| words.iter().any(|word| t.eq_ignore_ascii_case(word)));
        self.at += usize::from(hit);
        hit
    }
}

fn tokens(text: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '(' | ')' | '/') {
            spaced.extend([' ', c, ' ']);
        } else {
            spaced.push(c);
        }
    }
    spaced.split_whitespace().map(str::to_owned).collect()
}

fn or(tokens: &mut Tokens) -> Result<Expression, SpdxError> {
    let mut parts = vec![and(tokens)?];
    while tokens.take(&["OR", "/"]) {
        parts.push(and(tokens)?);
    }
    Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Expression::Or(parts) })
}

fn and(tokens: &mut Tokens) -> Result<Expression, SpdxError> {
    let mut parts = vec![atom(tokens)?];
    while tokens.take(&["AND"]) {
        parts.push(atom(tokens)?);
    }
    Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Expression::And(parts) })
}

fn atom(tokens: &mut Tokens) -> Result<Expression, SpdxError> {
    if tokens.take(&["("]) {
        let inner = or(tokens)?;
        return if tokens.take(&[")"]) {
            Ok(inner)
        } else {
            Err(tokens.next().map_or(SpdxError::Ends, SpdxError::Unexpected))
        };
    }
    let licence = word(tokens)?;
    let exception = if tokens.take(&["WITH"]) { Some(word(tokens)?) } else { None };
    Ok(Expression::Term(Term { licence: licence.trim_end_matches('+').to_owned(), exception }))
}

fn word(tokens: &mut Tokens) -> Result<String, SpdxError> {
    let token = tokens.next().ok_or(SpdxError::Ends)?;
    let operator = ["AND", "OR", "WITH"].iter().any(|word| token.eq_ignore_ascii_case(word));
    let letters = token.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '+' | ':'));
    if operator || !letters { Err(SpdxError::Unexpected(token)) } else { Ok(token) }
}

#[cfg(test)]
mod tests;

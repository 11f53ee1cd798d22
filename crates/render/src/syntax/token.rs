//! The tokens between `{{` and `}}`, and between `{%` and `%}`.

use super::ast::Span;

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'s> {
    /// A name or a word of the language.
    Word(&'s str),
    /// A text, escapes resolved.
    Str(Box<str>),
    /// A whole number, without sign.
    Int(i64),
    /// A number with a fraction, without sign.
    Float(f64),
    /// A sign.
    Sign(Sign),
    /// `}}` or `%}`, whichever ends this tag.
    Close {
        /// `-}}` or `-%}`
        trim: bool,
    },
}

/// The signs, also those that are only known in order to be refused well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Dot,
    Comma,
    Colon,
    Pipe,
    ParenOpen,
    ParenClose,
    BracketOpen,
    BracketClose,
    BraceOpen,
    BraceClose,
    Assign,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Plus,
    Minus,
    Star,
    Power,
    Slash,
    FloorDiv,
    Percent,
    Tilde,
}

/// The signs as they are written, longer ones first.
pub(super) const SIGNS: &[(&str, Sign)] = &[
    ("**", Sign::Power),
    ("//", Sign::FloorDiv),
    ("==", Sign::Eq),
    ("!=", Sign::Ne),
    (">=", Sign::Ge),
    ("<=", Sign::Le),
    (".", Sign::Dot),
    (",", Sign::Comma),
    (":", Sign::Colon),
    ("|", Sign::Pipe),
    ("(", Sign::ParenOpen),
    (")", Sign::ParenClose),
    ("[", Sign::BracketOpen),
    ("]", Sign::BracketClose),
    ("{", Sign::BraceOpen),
    ("}", Sign::BraceClose),
    ("=", Sign::Assign),
    ("<", Sign::Lt),
    (">", Sign::Gt),
    ("+", Sign::Plus),
    ("-", Sign::Minus),
    ("*", Sign::Star),
    ("/", Sign::Slash),
    ("%", Sign::Percent),
    ("~", Sign::Tilde),
];

impl Sign {
    /// As it is written.
    pub(super) fn as_str(self) -> &'static str {
        SIGNS.iter().find(|(_, sign)| *sign == self).map_or("", |(text, _)| text)
    }
}

impl Token<'_> {
    /// For a message.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Word(word) => format!("`{word}`"),
            Self::Str(text) => {
                let shown: String = text.chars().take(30).collect();
                format!("the text {shown:?}")
            }
            Self::Int(number) => format!("the number {number}"),
            Self::Float(number) => format!("the number {number}"),
            Self::Sign(sign) => format!("`{}`", sign.as_str()),
            Self::Close { .. } => "the end of the tag".to_owned(),
        }
    }
}

/// A token with its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spanned<'s> {
    pub(super) token: Token<'s>,
    pub(super) span: Span,
}

/// Which of the two tags a token is read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagKind {
    /// `{{ }}`
    Output,
    /// `{% %}`
    Statement,
}

impl TagKind {
    /// The one that this is not.
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Output => Self::Statement,
            Self::Statement => Self::Output,
        }
    }

    /// `}}` or `%}`.
    pub(super) const fn close(self) -> &'static str {
        match self {
            Self::Output => "}}",
            Self::Statement => "%}",
        }
    }

    /// `{{` or `{%`.
    pub(super) const fn open(self) -> &'static str {
        match self {
            Self::Output => "{{",
            Self::Statement => "{%",
        }
    }
}

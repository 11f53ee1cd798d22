//! The syntax tree.

use std::ops::Range;
use std::sync::Arc;

/// A place in one template: bytes from `start` to before `end`, and the line and column of `start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// Line of `start`, from 1.
    pub line: u32,
    /// Column of `start` in characters, from 1.
    pub column: u32,
}

impl Span {
    /// The very beginning of a template.
    pub const START: Self = Self { start: 0, end: 0, line: 1, column: 1 };

    /// From the start of `self` to the end of `other`.
    #[must_use]
    pub const fn to(self, other: Self) -> Self {
        Self { end: other.end, ..self }
    }

    /// The bytes.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A parsed template.
#[derive(Debug, Clone)]
pub struct Template {
    /// The text it was parsed from.
    pub source: Arc<str>,
    /// Its content.
    pub nodes: Vec<Node>,
    /// How many syntax nodes it has, for [`crate::Limits::nodes`].
    pub size: usize,
    /// How deep it nests, for [`crate::Limits::depth`].
    pub depth: usize,
}

/// Whether the whitespace before or after a tag is removed: `{%-` and `-%}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trim {
    /// `{%-`
    pub before: bool,
    /// `-%}`
    pub after: bool,
}

/// One piece of a template.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where its first tag stands; for text, comments and raw blocks the whole of it.
    pub span: Span,
}

/// The kinds of pieces.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// Text; the bytes that are printed, after trimming.
    Text(Range<usize>),
    /// A comment.
    Comment,
    /// A raw block; the bytes that are printed.
    Raw(Range<usize>),
    /// `{{ … }}`
    Output {
        /// What is printed.
        expr: Expr,
        /// Its whitespace markers.
        trim: Trim,
    },
    /// `{% if %}` with every `elif`.
    If {
        /// The conditions and their bodies, in order; at least one.
        branches: Vec<Branch>,
        /// `{% else %}`
        otherwise: Option<Otherwise>,
        /// The markers of `endif`.
        end: Trim,
    },
    /// `{% for %}`
    For {
        /// The loop variable.
        target: Box<str>,
        /// Where its name stands.
        target_span: Span,
        /// What is looped over.
        iter: Expr,
        /// The markers of `for`.
        trim: Trim,
        /// What is repeated.
        body: Vec<Node>,
        /// `{% else %}`: what is printed if there is nothing to loop over.
        otherwise: Option<Otherwise>,
        /// The markers of `endfor`.
        end: Trim,
    },
    /// `{% include "alias" %}`
    Include {
        /// The alias.
        alias: Box<str>,
        /// Its whitespace markers.
        trim: Trim,
        /// How deep this place is nested.
        depth: usize,
    },
}

/// One condition with its body.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The condition.
    pub test: Expr,
    /// The markers of its tag.
    pub trim: Trim,
    /// What is printed if it holds.
    pub body: Vec<Node>,
}

/// An `else` with its body.
#[derive(Debug, Clone)]
pub struct Otherwise {
    /// The markers of its tag.
    pub trim: Trim,
    /// What is printed.
    pub body: Vec<Node>,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, without brackets around it.
    pub span: Span,
    /// How deep it nests, brackets counted.
    pub(crate) depth: usize,
}

/// The kinds of expressions.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A literal.
    Literal(Literal),
    /// `[a, b]`
    List(Vec<Expr>),
    /// A name.
    Var(Box<str>),
    /// `base.name`
    Attr(Box<Expr>, Box<str>),
    /// `base[key]`
    Item(Box<Expr>, Key),
    /// `base | filter`
    Filter(Box<Expr>, Filter),
    /// `base is defined`, or `is not defined`.
    Defined {
        /// What is tested.
        base: Box<Expr>,
        /// `is not defined`
        negated: bool,
    },
    /// `not a`
    Not(Box<Expr>),
    /// `a and b`
    And(Box<Expr>, Box<Expr>),
    /// `a or b`
    Or(Box<Expr>, Box<Expr>),
    /// `a == b` and the like.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `none`
    None,
    /// `true`, `false`
    Bool(bool),
    /// `12`, `-3`
    Int(i64),
    /// `0.5`
    Float(f64),
    /// `"text"`
    Str(Box<str>),
}

/// The literal key of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// `[0]`
    Index(u32),
    /// `["key"]`
    Name(Box<str>),
}

/// A filter with its arguments.
#[derive(Debug, Clone)]
pub enum Filter {
    /// The argument, if the value is missing or none.
    Default(Box<Expr>),
    /// Upper case.
    Upper,
    /// Lower case.
    Lower,
    /// Without white space at both ends.
    Trim,
    /// The elements with the argument between them.
    Join(Option<Box<Expr>>),
    /// How many characters, elements or fields.
    Length,
    /// The value as JSON (RFC 8785).
    Json,
}

impl Filter {
    /// The name in templates.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Default(_) => "default",
            Self::Upper => "upper",
            Self::Lower => "lower",
            Self::Trim => "trim",
            Self::Join(_) => "join",
            Self::Length => "length",
            Self::Json => "json",
        }
    }

    /// The argument.
    #[must_use]
    pub fn argument(&self) -> Option<&Expr> {
        match self {
            Self::Default(arg) => Some(arg),
            Self::Join(arg) => arg.as_deref(),
            _ => None,
        }
    }
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

impl CompareOp {
    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

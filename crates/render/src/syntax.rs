//! The template language: text to syntax tree, with a place for every node; everything outside the subset is
//! refused under a rule of its own.

mod ast;
mod expression;
mod lexer;
mod refusal;
mod statement;
mod token;

pub use ast::{
    Branch, CompareOp, Expr, ExprKind, Filter, Key, Literal, Node, NodeKind, Otherwise, Span, Template, Trim,
};

use cuelight_artifact::Diagnostic;
use cuelight_artifact::rules::{Rule, template as rules};

use crate::limits::Limits;

/// Why a template was refused, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The rule.
    pub rule: &'static Rule,
    /// What is wrong, with the offending text.
    pub message: String,
    /// What to do about it.
    pub fix: String,
    /// Where.
    pub span: Span,
}

impl SyntaxError {
    pub(crate) fn new(rule: &'static Rule, span: Span, message: impl Into<String>) -> Self {
        Self { rule, message: message.into(), fix: rule.fix.to_owned(), span }
    }

    pub(crate) fn with_fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// The same as a diagnostic, without artifact and field.
    #[must_use]
    pub fn to_diagnostic(&self) -> Diagnostic {
        Diagnostic::error(self.rule, self.message.as_str())
            .at(self.span.line, self.span.column)
            .fix(self.fix.as_str())
    }
}

/// Reads one template.
///
/// # Errors
/// The first thing that is not in the subset, or a limit on size or depth.
pub fn parse(text: &str, limits: &Limits) -> Result<Template, SyntaxError> {
    if text.len() > limits.template_bytes {
        let message =
            format!("the template has {} bytes; at most {} are allowed", text.len(), limits.template_bytes);
        return Err(SyntaxError::new(&rules::TOO_LARGE, Span::START, message));
    }
    statement::Parser::new(text, limits).template()
}

#[cfg(test)]
mod tests;

//! What to say about constructs of Jinja that are not part of the subset.

use cuelight_artifact::rules::{Rule, template as rules};

use super::SyntaxError;
use super::ast::Span;
use super::token::{Sign, Token};

/// Words that name no variable.
pub(super) const RESERVED: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "endfor",
    "include",
    "raw",
    "endraw",
    "true",
    "false",
    "none",
    "self",
    "recursive",
];

const STATEMENTS: &[(&[&str], &Rule)] = &[
    (&["set", "endset"], &rules::NO_SET),
    (&["macro", "endmacro", "call", "endcall"], &rules::NO_MACRO),
    (&["import", "from"], &rules::NO_IMPORT),
    (&["extends", "block", "endblock"], &rules::NO_INHERITANCE),
    (&["do"], &rules::NO_DO),
    (&["filter", "endfilter"], &rules::NO_FILTER_BLOCK),
    (&["with", "endwith"], &rules::NO_WITH),
    (&["autoescape", "endautoescape"], &rules::NO_AUTOESCAPE),
];

/// A tag whose first word is not a statement of the subset.
pub(super) fn statement(word: &str, span: Span) -> SyntaxError {
    if matches!(word, "elif" | "else" | "endif" | "endfor" | "endraw") {
        let message = format!("`{{% {word} %}}` stands here without the block it belongs to");
        return SyntaxError::new(&rules::STRAY_TAG, span, message);
    }
    for (words, rule) in STATEMENTS {
        if words.contains(&word) {
            return SyntaxError::new(
                rule,
                span,
                format!("`{{% {word} %}}` is not part of the template language"),
            );
        }
    }
    SyntaxError::new(&rules::UNKNOWN_STATEMENT, span, format!("`{word}` is not a statement"))
}

/// A call of the function `name`.
pub(super) fn call(name: &str, span: Span) -> SyntaxError {
    let rule = match name {
        "range" => &rules::NO_RANGE,
        "namespace" => &rules::NO_NAMESPACE,
        _ => &rules::NO_CALL,
    };
    SyntaxError::new(rule, span, format!("`{name}(…)` calls a function; templates call none"))
}

/// A token where the expression could only have ended.
pub(super) fn after_operand(token: &Token<'_>, span: Span) -> SyntaxError {
    let rule = match token {
        Token::Word("if") => {
            return SyntaxError::new(&rules::NO_INLINE_IF, span, "`if` stands within an expression");
        }
        Token::Sign(
            Sign::Plus | Sign::Minus | Sign::Slash | Sign::FloorDiv | Sign::Percent | Sign::Power,
        ) => &rules::NO_ARITHMETIC,
        Token::Sign(Sign::Star) => &rules::NO_REPETITION,
        Token::Sign(Sign::Tilde) => &rules::NO_CONCATENATION,
        Token::Sign(Sign::ParenOpen) => {
            return SyntaxError::new(&rules::NO_CALL, span, "a value is called like a function");
        }
        Token::Sign(Sign::Assign) => {
            return SyntaxError::new(&rules::SYNTAX, span, "`=` assigns, and templates do not assign")
                .with_fix("To compare, write `==`.");
        }
        Token::Sign(Sign::BraceOpen) => {
            return SyntaxError::new(&rules::NO_MAP_LITERAL, span, "`{` begins an object");
        }
        other => {
            let message = format!("{} stands where the tag or an operator was expected", other.describe());
            return SyntaxError::new(&rules::SYNTAX, span, message);
        }
    };
    SyntaxError::new(rule, span, format!("{} is not part of the template language", token.describe()))
}

/// A token where a value should begin.
pub(super) fn before_operand(token: &Token<'_>, span: Span) -> SyntaxError {
    match token {
        Token::Sign(Sign::BraceOpen) => {
            SyntaxError::new(&rules::NO_MAP_LITERAL, span, "`{` begins an object literal")
        }
        Token::Sign(Sign::Minus | Sign::Plus) => {
            let message = format!("{} stands before something that is not a number", token.describe());
            SyntaxError::new(&rules::NO_ARITHMETIC, span, message)
        }
        Token::Word(word @ ("True" | "False" | "None")) => {
            let lower = word.to_ascii_lowercase();
            SyntaxError::new(&rules::LITERAL, span, format!("`{word}` is not a literal here"))
                .with_fix(format!("Write `{lower}`."))
        }
        other => {
            let message = format!("{} stands where a value was expected", other.describe());
            SyntaxError::new(&rules::SYNTAX, span, message)
        }
    }
}

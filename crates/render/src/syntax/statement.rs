//! Blocks: output, `if`, `for`, `include`.

use std::sync::Arc;

use cuelight_artifact::rules::template as rules;

use super::ast::{Branch, Expr, Node, NodeKind, Otherwise, Span, Template, Trim};
use super::lexer::{Chunk, Lexer};
use super::refusal;
use super::token::{Sign, Spanned, TagKind, Token};
use super::{Limits, SyntaxError};

/// The parser: recursive descent with one token of look-ahead.
pub(super) struct Parser<'s> {
    source: &'s str,
    limits: &'s Limits,
    lexer: Lexer<'s>,
    /// The tag being read.
    kind: TagKind,
    open: Span,
    /// The token that was looked at but not taken.
    ahead: Option<Spanned<'s>>,
    /// Blocks around the current place.
    level: usize,
    /// Brackets, arguments and `not` around the current place within its tag.
    pub(super) nest: usize,
    size: usize,
    depth: usize,
}

/// The tag that ended a sequence of nodes.
struct Ending<'s> {
    word: &'s str,
    span: Span,
    trim_before: bool,
}

impl<'s> Parser<'s> {
    pub(super) const fn new(source: &'s str, limits: &'s Limits) -> Self {
        Self {
            source,
            limits,
            lexer: Lexer::new(source),
            kind: TagKind::Output,
            open: Span::START,
            ahead: None,
            level: 0,
            nest: 0,
            size: 0,
            depth: 0,
        }
    }

    /// The whole template.
    pub(super) fn template(mut self) -> Result<Template, SyntaxError> {
        let (nodes, ending) = self.nodes()?;
        if let Some(ending) = ending {
            return Err(refusal::statement(ending.word, ending.span));
        }
        Ok(Template { source: Arc::from(self.source), nodes, size: self.size, depth: self.depth })
    }

    /// Nodes up to the end or to a tag that only an enclosing block can take.
    fn nodes(&mut self) -> Result<(Vec<Node>, Option<Ending<'s>>), SyntaxError> {
        let mut nodes = Vec::new();
        loop {
            let (kind, span) = match self.lexer.chunk()? {
                Chunk::End => return Ok((nodes, None)),
                Chunk::Text(span, range) => (NodeKind::Text(range), span),
                Chunk::Comment(span) => (NodeKind::Comment, span),
                Chunk::Raw(span, range) => (NodeKind::Raw(range), span),
                Chunk::Open { kind, trim, span } => {
                    self.kind = kind;
                    self.open = span;
                    if kind == TagKind::Output {
                        (self.output(trim)?, span)
                    } else {
                        let first = self.take()?;
                        let Token::Word(word) = first.token else {
                            let message =
                                format!("{} stands where a statement was expected", first.token.describe());
                            return Err(SyntaxError::new(&rules::SYNTAX, first.span, message));
                        };
                        if matches!(word, "elif" | "else" | "endif" | "endfor") {
                            return Ok((nodes, Some(Ending { word, span: first.span, trim_before: trim })));
                        }
                        (self.statement(word, first.span, trim)?, span)
                    }
                }
            };
            self.count(span)?;
            nodes.push(Node { kind, span });
        }
    }

    fn output(&mut self, before: bool) -> Result<NodeKind, SyntaxError> {
        let expr = self.tag_expression()?;
        let after = self.close()?;
        Ok(NodeKind::Output { expr, trim: Trim { before, after } })
    }

    fn statement(&mut self, word: &str, span: Span, before: bool) -> Result<NodeKind, SyntaxError> {
        match word {
            "if" => self.if_block(before),
            "for" => self.for_block(before),
            "include" => self.include(before),
            other => Err(refusal::statement(other, span)),
        }
    }

    fn if_block(&mut self, before: bool) -> Result<NodeKind, SyntaxError> {
        let open = self.open;
        let around = self.level;
        let mut branches = Vec::new();
        let mut before = before;
        let result = loop {
            // Each `elif` nests within the one before it, in the engine as in meaning.
            self.enter_block(self.open)?;
            let test = self.tag_expression()?;
            let trim = Trim { before, after: self.close()? };
            let (body, ending) = self.nodes()?;
            branches.push(Branch { test, trim, body });
            let ending = ending.ok_or_else(|| unclosed("if", open))?;
            before = ending.trim_before;
            match ending.word {
                "elif" => {}
                "else" => {
                    let (otherwise, end) = self.otherwise(before, "if", "endif", open)?;
                    break NodeKind::If { branches, otherwise: Some(otherwise), end };
                }
                "endif" => {
                    let end = Trim { before, after: self.close()? };
                    break NodeKind::If { branches, otherwise: None, end };
                }
                _ => return Err(misplaced(&ending, "if", open)),
            }
        };
        self.level = around;
        Ok(result)
    }

    fn for_block(&mut self, before: bool) -> Result<NodeKind, SyntaxError> {
        let open = self.open;
        let name = self.take()?;
        let Token::Word(target) = name.token else {
            let message = format!("{} stands where the loop variable was expected", name.token.describe());
            return Err(SyntaxError::new(&rules::LOOP_FORM, name.span, message));
        };
        if refusal::RESERVED.contains(&target)
            || matches!(target, "loop" | "constants" | "True" | "False" | "None")
        {
            let message = format!("`{target}` cannot be a loop variable");
            return Err(SyntaxError::new(&rules::RESERVED_NAME, name.span, message));
        }
        let follow = self.take()?;
        match follow.token {
            Token::Word("in") => {}
            Token::Sign(Sign::Comma | Sign::Dot) => {
                return Err(SyntaxError::new(
                    &rules::LOOP_FORM,
                    follow.span,
                    "a loop has one plain variable",
                ));
            }
            other => {
                let message = format!("{} stands where `in` was expected", other.describe());
                return Err(SyntaxError::new(&rules::SYNTAX, follow.span, message));
            }
        }
        self.enter_block(open)?;
        let iter = self.tag_expression_unfinished()?;
        let next = self.peek()?;
        if let Token::Word(word @ ("if" | "recursive")) = next.token {
            let message = format!("`{word}` is not part of a `for` tag");
            return Err(SyntaxError::new(&rules::LOOP_FORM, next.span, message));
        }
        let trim = Trim { before, after: self.close()? };
        let (body, ending) = self.nodes()?;
        let ending = ending.ok_or_else(|| unclosed("for", open))?;
        let (otherwise, end) = match ending.word {
            "endfor" => (None, Trim { before: ending.trim_before, after: self.close()? }),
            "else" => {
                let (otherwise, end) = self.otherwise(ending.trim_before, "for", "endfor", open)?;
                (Some(otherwise), end)
            }
            _ => return Err(misplaced(&ending, "for", open)),
        };
        self.level -= 1;
        Ok(NodeKind::For { target: target.into(), target_span: name.span, iter, trim, body, otherwise, end })
    }

    /// The body of `else`, up to `endif` or `endfor`.
    fn otherwise(
        &mut self,
        before: bool,
        block: &str,
        last: &str,
        open: Span,
    ) -> Result<(Otherwise, Trim), SyntaxError> {
        let trim = Trim { before, after: self.close()? };
        let (body, ending) = self.nodes()?;
        let ending = ending.ok_or_else(|| unclosed(block, open))?;
        if ending.word != last {
            return Err(misplaced(&ending, block, open));
        }
        let end = Trim { before: ending.trim_before, after: self.close()? };
        Ok((Otherwise { trim, body }, end))
    }

    fn include(&mut self, before: bool) -> Result<NodeKind, SyntaxError> {
        let first = self.take()?;
        let Token::Str(alias) = first.token else {
            let message = format!("{} stands where the alias in quotes was expected", first.token.describe());
            return Err(SyntaxError::new(&rules::DYNAMIC_INCLUDE, first.span, message));
        };
        let next = self.peek()?;
        if !matches!(next.token, Token::Close { .. }) {
            let message =
                format!("{} follows the alias; `include` takes nothing else", next.token.describe());
            return Err(SyntaxError::new(&rules::DYNAMIC_INCLUDE, next.span, message));
        }
        let after = self.close()?;
        Ok(NodeKind::Include { alias, trim: Trim { before, after }, depth: self.level + 1 })
    }

    /// A whole expression, with the end of the tag after it.
    fn tag_expression(&mut self) -> Result<Expr, SyntaxError> {
        let expr = self.tag_expression_unfinished()?;
        let next = self.peek()?;
        match next.token {
            Token::Close { .. } => Ok(expr),
            other => Err(refusal::after_operand(&other, next.span)),
        }
    }

    fn tag_expression_unfinished(&mut self) -> Result<Expr, SyntaxError> {
        self.nest = 0;
        let expr = self.expression()?;
        self.reach(expr.depth, expr.span)?;
        Ok(expr)
    }

    fn close(&mut self) -> Result<bool, SyntaxError> {
        let next = self.take()?;
        match next.token {
            Token::Close { trim } => Ok(trim),
            other => Err(refusal::after_operand(&other, next.span)),
        }
    }

    fn enter_block(&mut self, span: Span) -> Result<(), SyntaxError> {
        self.level += 1;
        self.reach(0, span)
    }

    /// Checks that `below` more levels are allowed here, and notes the deepest place.
    pub(super) fn reach(&mut self, below: usize, span: Span) -> Result<(), SyntaxError> {
        let depth = self.level + self.nest + below;
        if depth > self.limits.depth {
            let message = format!("this place nests deeper than {} levels", self.limits.depth);
            return Err(SyntaxError::new(&rules::TOO_DEEP, span, message));
        }
        self.depth = self.depth.max(depth);
        Ok(())
    }

    /// Counts one syntax node.
    pub(super) fn count(&mut self, span: Span) -> Result<(), SyntaxError> {
        self.size += 1;
        if self.size > self.limits.nodes {
            let message = format!("the template has more than {} parts", self.limits.nodes);
            return Err(SyntaxError::new(&rules::TOO_LARGE, span, message));
        }
        Ok(())
    }

    /// The next token, left where it is.
    pub(super) fn peek(&mut self) -> Result<Spanned<'s>, SyntaxError> {
        if self.ahead.is_none() {
            self.ahead = Some(self.lexer.token(self.kind, self.open)?);
        }
        Ok(self.ahead.clone().unwrap_or(Spanned { token: Token::Close { trim: false }, span: self.open }))
    }

    /// The next token.
    pub(super) fn take(&mut self) -> Result<Spanned<'s>, SyntaxError> {
        match self.ahead.take() {
            Some(token) => Ok(token),
            None => self.lexer.token(self.kind, self.open),
        }
    }
}

fn unclosed(block: &str, open: Span) -> SyntaxError {
    SyntaxError::new(&rules::UNCLOSED, open, format!("the `{{% {block} %}}` opened here is never closed"))
        .with_fix(format!("Add `{{% end{block} %}}`."))
}

fn misplaced(ending: &Ending<'_>, block: &str, open: Span) -> SyntaxError {
    let message = format!(
        "`{{% {} %}}` stands within the `{{% {block} %}}` of line {}, which is not closed yet",
        ending.word, open.line
    );
    SyntaxError::new(&rules::STRAY_TAG, ending.span, message)
}

//! Expressions, weakest binding first: `or`, `and`, `not`, comparison, then a value with fields, filters and tests.

use cuelight_artifact::rules::template as rules;

use super::SyntaxError;
use super::ast::{CompareOp, Expr, ExprKind, Filter, Key, Literal, Span};
use super::refusal;
use super::statement::Parser;
use super::token::{Sign, Token};

type Result<T> = std::result::Result<T, SyntaxError>;

impl Parser<'_> {
    /// An expression, up to something that cannot belong to it.
    pub(super) fn expression(&mut self) -> Result<Expr> {
        let mut left = self.conjunction()?;
        while self.word_follows("or")? {
            let right = self.conjunction()?;
            left = self.binary(left, right, ExprKind::Or)?;
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Result<Expr> {
        let mut left = self.negation()?;
        while self.word_follows("and")? {
            let right = self.negation()?;
            left = self.binary(left, right, ExprKind::And)?;
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expr> {
        let next = self.peek()?;
        if next.token != Token::Word("not") {
            return self.comparison();
        }
        self.take()?;
        let inner = self.nested(next.span, Self::negation)?;
        let span = next.span.to(inner.span);
        let depth = inner.depth + 1;
        self.node(ExprKind::Not(Box::new(inner)), span, depth)
    }

    fn comparison(&mut self) -> Result<Expr> {
        let left = self.operand()?;
        let Some((op, _)) = self.comparison_sign()? else { return Ok(left) };
        let right = self.operand()?;
        let expr = self.binary(left, right, |a, b| ExprKind::Compare(op, a, b))?;
        if let Some((second, span)) = self.comparison_sign()? {
            let message = format!("`{}` follows `{}`", second.as_str(), op.as_str());
            return Err(SyntaxError::new(&rules::CHAINED_COMPARISON, span, message));
        }
        Ok(expr)
    }

    fn comparison_sign(&mut self) -> Result<Option<(CompareOp, Span)>> {
        let next = self.peek()?;
        let op = match next.token {
            Token::Sign(Sign::Eq) => CompareOp::Eq,
            Token::Sign(Sign::Ne) => CompareOp::Ne,
            Token::Sign(Sign::Lt) => CompareOp::Lt,
            Token::Sign(Sign::Le) => CompareOp::Le,
            Token::Sign(Sign::Gt) => CompareOp::Gt,
            Token::Sign(Sign::Ge) => CompareOp::Ge,
            Token::Word("in") => CompareOp::In,
            Token::Word("not") => {
                self.take()?;
                let second = self.take()?;
                if second.token != Token::Word("in") {
                    let message =
                        format!("{} follows `not`; only `not in` can stand here", second.token.describe());
                    return Err(SyntaxError::new(&rules::SYNTAX, second.span, message));
                }
                return Ok(Some((CompareOp::NotIn, next.span)));
            }
            _ => return Ok(None),
        };
        self.take()?;
        Ok(Some((op, next.span)))
    }

    /// A value with fields, then filters and tests.
    fn operand(&mut self) -> Result<Expr> {
        let mut expr = self.primary()?;
        loop {
            let next = self.peek()?;
            expr = match next.token {
                Token::Sign(Sign::Dot) => self.attribute(expr)?,
                Token::Sign(Sign::BracketOpen) => self.item(expr)?,
                Token::Sign(Sign::ParenOpen) => {
                    return Err(match &expr.kind {
                        ExprKind::Var(name) => refusal::call(name, expr.span),
                        ExprKind::Attr(_, name) => SyntaxError::new(
                            &rules::NO_METHOD_CALL,
                            expr.span,
                            format!("`.{name}(…)` calls a method; values have none"),
                        ),
                        _ => refusal::after_operand(&next.token, next.span),
                    });
                }
                _ => break,
            };
            check_builtin(&expr)?;
        }
        if let ExprKind::Var(name) = &expr.kind {
            check_bare(name, expr.span)?;
        }
        loop {
            let next = self.peek()?;
            expr = match next.token {
                Token::Sign(Sign::Pipe) => self.filter(expr)?,
                Token::Word("is") => self.test(expr)?,
                _ => return Ok(expr),
            };
        }
    }

    fn attribute(&mut self, base: Expr) -> Result<Expr> {
        self.take()?;
        let name = self.take()?;
        let Token::Word(word) = name.token else {
            let message = format!("{} stands where a field name was expected", name.token.describe());
            return Err(SyntaxError::new(&rules::SYNTAX, name.span, message)
                .with_fix("Write `.name`, `[0]` or `[\"name\"]`."));
        };
        let span = base.span.to(name.span);
        let depth = base.depth + 1;
        self.node(ExprKind::Attr(Box::new(base), word.into()), span, depth)
    }

    fn item(&mut self, base: Expr) -> Result<Expr> {
        let open = self.take()?;
        let key = self.take()?;
        let key = match key.token {
            Token::Str(text) => Key::Name(text),
            Token::Int(index) => Key::Index(u32::try_from(index).map_err(|_| {
                SyntaxError::new(&rules::LITERAL, key.span, format!("the index {index} is too large"))
            })?),
            Token::Sign(Sign::Colon) => {
                return Err(SyntaxError::new(&rules::NO_SLICE, key.span, "`:` begins a slice"));
            }
            other => {
                let message = format!("{} is not a literal index", other.describe());
                return Err(SyntaxError::new(&rules::NO_COMPUTED_INDEX, key.span, message));
            }
        };
        let close = self.take()?;
        let span = base.span.to(close.span);
        match close.token {
            Token::Sign(Sign::BracketClose) => {
                let depth = base.depth + 1;
                self.node(ExprKind::Item(Box::new(base), key), span, depth)
            }
            Token::Sign(Sign::Colon) => {
                Err(SyntaxError::new(&rules::NO_SLICE, open.span.to(close.span), "`:` makes a slice"))
            }
            other => {
                let message = format!("{} stands where `]` was expected", other.describe());
                Err(SyntaxError::new(&rules::NO_COMPUTED_INDEX, close.span, message))
            }
        }
    }

    fn filter(&mut self, base: Expr) -> Result<Expr> {
        self.take()?;
        let name = self.take()?;
        let Token::Word(word) = name.token else {
            let message = format!("{} stands where a filter was expected", name.token.describe());
            return Err(SyntaxError::new(&rules::SYNTAX, name.span, message));
        };
        if !matches!(word, "default" | "upper" | "lower" | "trim" | "join" | "length" | "json") {
            let mut error =
                SyntaxError::new(&rules::UNKNOWN_FILTER, name.span, format!("there is no filter `{word}`"));
            if let Some(fix) = similar_filter(word) {
                error = error.with_fix(fix);
            }
            return Err(error);
        }
        let (mut arguments, end) = self.arguments(name.span)?;
        let count = arguments.len();
        let argument = arguments.pop().map(Box::new);
        let filter = match (word, argument, count) {
            ("default", Some(argument), 1) => Filter::Default(argument),
            ("join", argument, 0 | 1) => Filter::Join(argument),
            ("upper", None, _) => Filter::Upper,
            ("lower", None, _) => Filter::Lower,
            ("trim", None, _) => Filter::Trim,
            ("length", None, _) => Filter::Length,
            ("json", None, _) => Filter::Json,
            _ => {
                let message = format!("`{word}` has {count} arguments here");
                return Err(SyntaxError::new(&rules::FILTER_ARGUMENTS, name.span, message));
            }
        };
        let span = base.span.to(end);
        let depth = 1 + base.depth.max(filter.argument().map_or(0, |a| a.depth));
        self.node(ExprKind::Filter(Box::new(base), filter), span, depth)
    }

    /// The arguments in brackets, if brackets follow, and the last place of all.
    fn arguments(&mut self, name: Span) -> Result<(Vec<Expr>, Span)> {
        if self.peek()?.token != Token::Sign(Sign::ParenOpen) {
            return Ok((Vec::new(), name));
        }
        let open = self.take()?;
        let mut arguments = Vec::new();
        loop {
            let next = self.peek()?;
            match next.token {
                Token::Sign(Sign::ParenClose) => {
                    self.take()?;
                    return Ok((arguments, next.span));
                }
                Token::Sign(Sign::Comma) if !arguments.is_empty() => {
                    self.take()?;
                }
                Token::Sign(Sign::Assign) if !arguments.is_empty() => {
                    return Err(SyntaxError::new(
                        &rules::FILTER_ARGUMENTS,
                        next.span,
                        "arguments are not named",
                    )
                    .with_fix("Give the value alone: `default(\"none\")`."));
                }
                other if !arguments.is_empty() => return Err(refusal::after_operand(&other, next.span)),
                _ => {}
            }
            if self.peek()?.token == Token::Sign(Sign::ParenClose) {
                continue;
            }
            arguments.push(self.nested(open.span, Self::expression)?);
        }
    }

    fn test(&mut self, base: Expr) -> Result<Expr> {
        self.take()?;
        let mut name = self.take()?;
        let negated = name.token == Token::Word("not");
        if negated {
            name = self.take()?;
        }
        if name.token != Token::Word("defined") {
            let message = format!("{} is not a known test", name.token.describe());
            let mut error = SyntaxError::new(&rules::UNKNOWN_TEST, name.span, message);
            if let Token::Word("none" | "undefined") = name.token {
                error = error.with_fix("Write `x == none` or `x is not defined`.");
            }
            return Err(error);
        }
        // `x is defined y` would hand `y` to the test in the engine.
        let next = self.peek()?;
        let goes_on = match next.token {
            Token::Word(word) => !matches!(word, "and" | "or" | "is" | "in" | "not" | "if" | "recursive"),
            Token::Str(_) | Token::Int(_) | Token::Float(_) => true,
            Token::Sign(sign) => {
                matches!(sign, Sign::ParenOpen | Sign::BracketOpen | Sign::BraceOpen | Sign::Dot)
            }
            Token::Close { .. } => false,
        };
        if goes_on {
            let message = format!("{} follows `defined`, which takes nothing", next.token.describe());
            return Err(SyntaxError::new(&rules::UNKNOWN_TEST, next.span, message));
        }
        let span = base.span.to(name.span);
        let depth = base.depth + 1;
        self.node(ExprKind::Defined { base: Box::new(base), negated }, span, depth)
    }

    fn primary(&mut self) -> Result<Expr> {
        let first = self.take()?;
        let literal = match first.token {
            Token::Str(text) => {
                let next = self.peek()?;
                if matches!(next.token, Token::Str(_)) {
                    return Err(SyntaxError::new(&rules::SYNTAX, next.span, "two texts stand side by side")
                        .with_fix("Write them as one text."));
                }
                Literal::Str(text)
            }
            Token::Int(number) => Literal::Int(number),
            Token::Float(number) => Literal::Float(number),
            Token::Word("true") => Literal::Bool(true),
            Token::Word("false") => Literal::Bool(false),
            Token::Word("none") => Literal::None,
            Token::Word(word)
                if !refusal::RESERVED.contains(&word) && !matches!(word, "True" | "False" | "None") =>
            {
                return self.node(ExprKind::Var(word.into()), first.span, 1);
            }
            Token::Sign(Sign::Minus) => {
                let number = self.peek()?;
                let literal = match number.token {
                    Token::Int(n) => Literal::Int(-n),
                    Token::Float(n) => Literal::Float(-n),
                    _ => return Err(refusal::before_operand(&first.token, first.span)),
                };
                self.take()?;
                return self.node(ExprKind::Literal(literal), first.span.to(number.span), 1);
            }
            Token::Sign(Sign::ParenOpen) => return self.parenthesised(first.span),
            Token::Sign(Sign::BracketOpen) => return self.list(first.span),
            other => return Err(refusal::before_operand(&other, first.span)),
        };
        self.node(ExprKind::Literal(literal), first.span, 1)
    }

    fn parenthesised(&mut self, open: Span) -> Result<Expr> {
        if self.peek()?.token == Token::Sign(Sign::ParenClose) {
            return Err(SyntaxError::new(&rules::NO_MAP_LITERAL, open, "`()` is an empty tuple"));
        }
        let mut inner = self.nested(open, Self::expression)?;
        let close = self.take()?;
        match close.token {
            Token::Sign(Sign::ParenClose) => {
                inner.depth += 1;
                Ok(inner)
            }
            Token::Sign(Sign::Comma) => {
                Err(SyntaxError::new(&rules::NO_MAP_LITERAL, open.to(close.span), "`(a, b)` is a tuple"))
            }
            other => Err(refusal::after_operand(&other, close.span)),
        }
    }

    fn list(&mut self, open: Span) -> Result<Expr> {
        let mut items = Vec::new();
        let mut depth = 0;
        loop {
            let next = self.peek()?;
            match next.token {
                Token::Sign(Sign::BracketClose) => {
                    self.take()?;
                    return self.node(ExprKind::List(items), open.to(next.span), depth + 1);
                }
                Token::Sign(Sign::Comma) if !items.is_empty() => {
                    self.take()?;
                    if self.peek()?.token == Token::Sign(Sign::BracketClose) {
                        continue;
                    }
                }
                other if !items.is_empty() => return Err(refusal::after_operand(&other, next.span)),
                _ => {}
            }
            let item = self.nested(open, Self::expression)?;
            depth = depth.max(item.depth);
            items.push(item);
        }
    }

    /// Reads one level deeper; refuses before the stack could run out.
    fn nested(&mut self, span: Span, read: fn(&mut Self) -> Result<Expr>) -> Result<Expr> {
        self.nest += 1;
        self.reach(0, span)?;
        let inner = read(self)?;
        self.nest -= 1;
        Ok(inner)
    }

    fn binary(
        &mut self,
        left: Expr,
        right: Expr,
        make: impl FnOnce(Box<Expr>, Box<Expr>) -> ExprKind,
    ) -> Result<Expr> {
        let span = left.span.to(right.span);
        let depth = 1 + left.depth.max(right.depth);
        self.node(make(Box::new(left), Box::new(right)), span, depth)
    }

    fn node(&mut self, kind: ExprKind, span: Span, depth: usize) -> Result<Expr> {
        self.count(span)?;
        self.reach(depth, span)?;
        Ok(Expr { kind, span, depth })
    }

    fn word_follows(&mut self, word: &str) -> Result<bool> {
        let follows = self.peek()?.token == Token::Word(word);
        if follows {
            self.take()?;
        }
        Ok(follows)
    }
}

/// `loop` and `constants` have no value of their own.
fn check_bare(name: &str, span: Span) -> Result<()> {
    match name {
        "constants" => Err(SyntaxError::new(&rules::UNKNOWN_CONSTANT, span, "`constants` stands alone")
            .with_fix("Write `constants.name`.")),
        "loop" => Err(SyntaxError::new(&rules::LOOP_VARIABLE, span, "`loop` stands alone")
            .with_fix("Write `loop.index`, `index0`, `first`, `last` or `length`.")),
        _ => Ok(()),
    }
}

/// `loop` has five fields; `constants` is read by name.
fn check_builtin(expr: &Expr) -> Result<()> {
    let (base, field) = match &expr.kind {
        ExprKind::Attr(base, name) => (base, Some(&**name)),
        ExprKind::Item(base, _) => (base, None),
        _ => return Ok(()),
    };
    let ExprKind::Var(var) = &base.kind else { return Ok(()) };
    match (&**var, field) {
        ("loop", Some("index" | "index0" | "first" | "last" | "length")) | ("constants", Some(_)) => Ok(()),
        ("loop", Some(field)) => {
            let message = format!("`loop.{field}` does not exist");
            Err(SyntaxError::new(&rules::LOOP_VARIABLE, expr.span, message))
        }
        ("loop" | "constants", None) => check_bare(var, base.span),
        _ => Ok(()),
    }
}

/// What to write instead of a filter that other engines have.
fn similar_filter(word: &str) -> Option<&'static str> {
    Some(match word {
        "tojson" => "Write `json`.",
        "d" => "Write `default(…)`.",
        "count" | "len" => "Write `length`.",
        "uppercase" => "Write `upper`.",
        "lowercase" => "Write `lower`.",
        "strip" => "Write `trim`.",
        "safe" | "escape" | "e" => "Remove the filter: output is never escaped.",
        _ => return None,
    })
}

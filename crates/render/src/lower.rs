//! From our syntax tree to source text for the engine. The engine never sees an expression as it was written: tags
//! are printed anew from the tree, so that nothing our parser did not understand can reach it. Text, comments and
//! raw blocks are copied byte for byte, so that white space is the engine's own doing.
//!
//! - Fragments are put in place between `{% if true %}` and `{% endif %}`: the tags keep the markers of the include,
//!   and keep markers at the fragment's own ends from trimming the text around it.
//! - `constants` becomes the table of the artifact it stands in.
//! - Loops, indexes, comparisons and filters go through our own functions, which know the limits.

use std::fmt::Write;

use crate::syntax::{CompareOp, Expr, ExprKind, Filter, Key, Literal, Node, NodeKind, Trim};
use crate::unit::Closure;

/// The name under which the engine finds the meter.
pub(crate) const METER: &str = "__meter";
/// Prefix of the names of constants' tables: `__k0` for the artifact itself.
pub(crate) const CONSTANTS: &str = "__k";

/// The engine's source for one unit, fragments in place.
pub(crate) fn lower(closure: &Closure<'_>, unit: usize) -> String {
    let mut out = String::with_capacity(closure.units[unit].template.source.len() * 5 / 4);
    Lowering { closure, unit, out: &mut out }.nodes(&closure.units[unit].template.nodes);
    out
}

/// The engine's name of a comparison.
pub(crate) const fn compare_filter(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "__eq",
        CompareOp::Ne => "__ne",
        CompareOp::Lt => "__lt",
        CompareOp::Le => "__le",
        CompareOp::Gt => "__gt",
        CompareOp::Ge => "__ge",
        CompareOp::In => "__in",
        CompareOp::NotIn => "__nin",
    }
}

struct Lowering<'a> {
    closure: &'a Closure<'a>,
    unit: usize,
    out: &'a mut String,
}

impl Lowering<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Text(_) | NodeKind::Comment | NodeKind::Raw(_) => {
                let source = &self.closure.units[self.unit].template.source;
                self.out.push_str(&source[node.span.range()]);
            }
            NodeKind::Output { expr, trim } => {
                self.out.push_str(if trim.before { "{{- " } else { "{{ " });
                self.expr(expr);
                self.out.push_str(if trim.after { " -}}" } else { " }}" });
            }
            NodeKind::If { branches, otherwise, end } => {
                for (index, branch) in branches.iter().enumerate() {
                    self.open(if index == 0 { "if " } else { "elif " }, branch.trim);
                    self.expr(&branch.test);
                    self.close(branch.trim);
                    self.nodes(&branch.body);
                }
                if let Some(otherwise) = otherwise {
                    self.tag("else", otherwise.trim);
                    self.nodes(&otherwise.body);
                }
                self.tag("endif", *end);
            }
            NodeKind::For { target, iter, trim, body, otherwise, end, .. } => {
                self.open("for ", *trim);
                let _ = write!(self.out, "{target} in ");
                self.operand(iter);
                self.out.push_str("|__iter");
                self.close(*trim);
                self.nodes(body);
                if let Some(otherwise) = otherwise {
                    self.tag("else", otherwise.trim);
                    self.nodes(&otherwise.body);
                }
                self.tag("endfor", *end);
            }
            NodeKind::Include { alias, trim, .. } => {
                self.tag("if true", Trim { before: trim.before, after: false });
                if let Some(inner) = self.closure.include(self.unit, alias) {
                    let outer = std::mem::replace(&mut self.unit, inner);
                    let start = self.out.len();
                    self.nodes(&self.closure.units[inner].template.nodes);
                    // `{` as the last byte of the body would join the tag that follows to `{{%`.
                    if self.out[start..].ends_with('{') {
                        self.out.pop();
                        self.out.push_str("{{ \"{\" }}");
                    }
                    self.unit = outer;
                }
                self.tag("endif", Trim { before: false, after: trim.after });
            }
        }
    }

    fn open(&mut self, word: &str, trim: Trim) {
        self.out.push_str(if trim.before { "{%- " } else { "{% " });
        self.out.push_str(word);
    }

    fn close(&mut self, trim: Trim) {
        self.out.push_str(if trim.after { " -%}" } else { " %}" });
    }

    fn tag(&mut self, word: &str, trim: Trim) {
        self.open(word, trim);
        self.close(trim);
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal),
            ExprKind::List(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.out.push_str(if index == 0 { "" } else { ", " });
                    self.expr(item);
                }
                self.out.push(']');
            }
            ExprKind::Var(name) if &**name == "constants" => {
                let _ = write!(self.out, "{CONSTANTS}{}", self.closure.units[self.unit].artifact);
            }
            ExprKind::Var(name) => self.out.push_str(name),
            ExprKind::Attr(base, name) => {
                self.holder(base);
                let _ = write!(self.out, ".{name}");
            }
            ExprKind::Item(base, key) => {
                self.out.push('(');
                self.operand(base);
                self.out.push_str("|__item(");
                match key {
                    Key::Index(index) => {
                        let _ = write!(self.out, "{index}");
                    }
                    Key::Name(name) => self.literal(&Literal::Str(name.clone())),
                }
                self.out.push_str("))");
            }
            ExprKind::Filter(base, filter) => {
                self.operand(base);
                let _ = write!(self.out, "|{}", filter.name());
                if let Some(argument) = filter.argument() {
                    self.out.push('(');
                    self.expr(argument);
                    self.out.push(')');
                } else if matches!(filter, Filter::Join(None)) {
                    self.out.push_str("(\"\")");
                }
            }
            ExprKind::Defined { base, negated } => {
                self.operand(base);
                self.out.push_str(if *negated { " is not defined" } else { " is defined" });
            }
            ExprKind::Not(inner) => {
                self.out.push_str("not ");
                self.bracketed(inner, 2);
            }
            ExprKind::And(left, right) => {
                self.bracketed(left, 1);
                self.out.push_str(" and ");
                self.bracketed(right, 2);
            }
            ExprKind::Or(left, right) => {
                self.bracketed(left, 0);
                self.out.push_str(" or ");
                self.bracketed(right, 1);
            }
            ExprKind::Compare(op, left, right) => {
                self.operand(left);
                let _ = write!(self.out, "|{}(", compare_filter(*op));
                self.expr(right);
                self.out.push(')');
            }
        }
    }

    /// What a field is read from: in brackets unless it is a name, a path or a text. (`5.x` would be half a number.)
    fn holder(&mut self, expr: &Expr) {
        let firm = matches!(
            expr.kind,
            ExprKind::Var(_) | ExprKind::Attr(..) | ExprKind::Item(..) | ExprKind::Literal(Literal::Str(_))
        );
        self.maybe_bracketed(expr, !firm);
    }

    /// In brackets if it binds weaker than filters and tests do.
    fn operand(&mut self, expr: &Expr) {
        let loose = matches!(expr.kind, ExprKind::Not(_) | ExprKind::And(..) | ExprKind::Or(..));
        self.maybe_bracketed(expr, loose);
    }

    fn bracketed(&mut self, expr: &Expr, at_least: u8) {
        let strength = match expr.kind {
            ExprKind::Or(..) => 0,
            ExprKind::And(..) => 1,
            _ => 2,
        };
        self.maybe_bracketed(expr, strength < at_least);
    }

    fn maybe_bracketed(&mut self, expr: &Expr, brackets: bool) {
        if brackets {
            self.out.push('(');
        }
        self.expr(expr);
        if brackets {
            self.out.push(')');
        }
    }

    fn literal(&mut self, literal: &Literal) {
        let _ = match literal {
            Literal::None => self.out.write_str("none"),
            Literal::Bool(value) => write!(self.out, "{value}"),
            Literal::Int(value) => write!(self.out, "{value}"),
            // `{:?}` keeps the fraction, so that the engine reads a double again.
            Literal::Float(value) => write!(self.out, "{value:?}"),
            Literal::Str(text) => {
                self.out.push('"');
                for c in text.chars() {
                    match c {
                        '"' | '\\' => {
                            self.out.push('\\');
                            self.out.push(c);
                        }
                        '\n' => self.out.push_str("\\n"),
                        '\r' => self.out.push_str("\\r"),
                        '\t' => self.out.push_str("\\t"),
                        c => self.out.push(c),
                    }
                }
                self.out.push('"');
                Ok(())
            }
        };
    }
}

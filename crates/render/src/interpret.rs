//! The second renderer: walks the syntax tree itself, with values of its own. Slower, simpler, and independent of
//! the engine; a test renders random templates with both and demands the same bytes. When the engine stops, this
//! one is asked where and why, because it knows the place of every node.

mod compare;
mod filters;
mod value;

use serde_json::{Map, Value as Json};

use crate::limits::LimitKind;
use crate::meter::Meter;
use crate::syntax::{Expr, ExprKind, Key, Literal, Node, NodeKind, Span};
use crate::unit::Texts;

use value::Val;

/// What a template may read.
pub(crate) struct Data<'a> {
    pub(crate) inputs: Option<&'a Map<String, Json>>,
    pub(crate) passages: Option<(&'a str, &'a [Json])>,
}

/// Where and why rendering stopped.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub(crate) unit: usize,
    pub(crate) span: Span,
    pub(crate) reason: Reason,
}

/// Why rendering stopped.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reason {
    /// A value that is not there; the text names it.
    Missing(String),
    /// A value that does not fit.
    Type(String),
    /// A limit.
    Limit(LimitKind),
}

impl From<crate::meter::Tripped> for Reason {
    fn from(tripped: crate::meter::Tripped) -> Self {
        Self::Limit(tripped.0)
    }
}

/// Renders one unit within `steps`; returns the text and the steps left.
pub(crate) fn render(
    texts: Texts<'_>,
    unit: usize,
    data: &Data<'_>,
    meter: &Meter,
    steps: u64,
) -> Result<(String, u64)> {
    let mut walk = Walk { texts, unit, data, meter, steps, scopes: Vec::new(), out: String::new() };
    walk.nodes(&texts.units[unit].template.nodes)?;
    Ok((walk.out, walk.steps))
}

/// One loop around the current place.
struct Scope<'a> {
    name: &'a str,
    item: Val<'a>,
    index: usize,
    length: usize,
}

struct Walk<'a> {
    texts: Texts<'a>,
    unit: usize,
    data: &'a Data<'a>,
    meter: &'a Meter,
    steps: u64,
    scopes: Vec<Scope<'a>>,
    out: String,
}

type Result<T> = std::result::Result<T, Fault>;

impl<'a> Walk<'a> {
    fn fault(&self, span: Span, reason: impl Into<Reason>) -> Fault {
        Fault { unit: self.unit, span, reason: reason.into() }
    }

    fn step(&mut self, span: Span) -> Result<()> {
        match self.steps.checked_sub(1) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(self.fault(span, Reason::Limit(LimitKind::Steps))),
        }
    }

    fn write(&mut self, span: Span, text: &str) -> Result<()> {
        self.meter.output(text.len()).map_err(|t| self.fault(span, t))?;
        self.out.push_str(text);
        Ok(())
    }

    fn nodes(&mut self, nodes: &'a [Node]) -> Result<()> {
        for node in nodes {
            self.step(node.span)?;
            self.node(node)?;
        }
        Ok(())
    }

    fn node(&mut self, node: &'a Node) -> Result<()> {
        match &node.kind {
            NodeKind::Comment => Ok(()),
            NodeKind::Text(range) | NodeKind::Raw(range) => {
                let source: &'a str = &self.texts.units[self.unit].template.source;
                self.write(node.span, &source[range.clone()])
            }
            NodeKind::Output { expr, .. } => {
                let value = self.present(expr)?;
                let text = value.print().map_err(|r| self.fault(expr.span, r))?;
                self.write(node.span, &text)
            }
            NodeKind::If { branches, otherwise, .. } => {
                for branch in branches {
                    if self.value(&branch.test)?.is_true() {
                        return self.nodes(&branch.body);
                    }
                }
                otherwise.as_ref().map_or(Ok(()), |o| self.nodes(&o.body))
            }
            NodeKind::For { target, iter, body, otherwise, .. } => {
                let items = match self.present(iter)? {
                    Val::Null => Vec::new(),
                    list => match list.items() {
                        Some(items) => items,
                        None => {
                            let message = format!("`for` loops over a list, not {}", list.name());
                            return Err(self.fault(iter.span, Reason::Type(message)));
                        }
                    },
                };
                if items.is_empty() {
                    return otherwise.as_ref().map_or(Ok(()), |o| self.nodes(&o.body));
                }
                let length = items.len();
                for (index, item) in items.into_iter().enumerate() {
                    self.meter.iteration().map_err(|t| self.fault(iter.span, t))?;
                    self.scopes.push(Scope { name: target, item, index, length });
                    let result = self.nodes(body);
                    self.scopes.pop();
                    result?;
                }
                Ok(())
            }
            NodeKind::Include { alias, .. } => {
                let Some(inner) = self.texts.include(self.unit, alias) else {
                    return Err(self.fault(node.span, Reason::Missing(format!("the fragment `{alias}`"))));
                };
                let outer = std::mem::replace(&mut self.unit, inner);
                self.nodes(&self.texts.units[inner].template.nodes)?;
                self.unit = outer;
                Ok(())
            }
        }
    }

    /// A value that must be there.
    fn present(&mut self, expr: &'a Expr) -> Result<Val<'a>> {
        match self.value(expr)? {
            Val::Undefined => {
                let source = &self.texts.units[self.unit].template.source;
                let shown = format!("`{}`", &source[expr.span.range()]);
                Err(self.fault(expr.span, Reason::Missing(shown)))
            }
            value => Ok(value),
        }
    }

    fn value(&mut self, expr: &'a Expr) -> Result<Val<'a>> {
        self.step(expr.span)?;
        Ok(match &expr.kind {
            ExprKind::Literal(literal) => match literal {
                Literal::None => Val::Null,
                Literal::Bool(value) => Val::Bool(*value),
                Literal::Int(value) => Val::Int((*value).into()),
                Literal::Float(value) => Val::Float(*value),
                Literal::Str(text) => Val::Str(text),
            },
            ExprKind::List(items) => {
                Val::List(items.iter().map(|item| self.value(item)).collect::<Result<Vec<_>>>()?.into())
            }
            ExprKind::Var(name) => self.variable(name),
            ExprKind::Attr(base, name) => match (&base.kind, self.scopes.last()) {
                (ExprKind::Var(var), _) if &**var == "constants" => self.constant(name),
                (ExprKind::Var(var), Some(scope)) if &**var == "loop" => match &**name {
                    "index" => Val::Int(scope.index as i128 + 1),
                    "index0" => Val::Int(scope.index as i128),
                    "first" => Val::Bool(scope.index == 0),
                    "last" => Val::Bool(scope.index + 1 == scope.length),
                    "length" => Val::Int(scope.length as i128),
                    _ => Val::Undefined,
                },
                _ => self.present(base)?.field(name),
            },
            ExprKind::Item(base, Key::Name(name)) => self.present(base)?.field(name),
            ExprKind::Item(base, Key::Index(index)) => self.present(base)?.element(*index as usize),
            ExprKind::Filter(base, filter) => {
                let value = self.value(base)?;
                let argument = filter.argument().map(|argument| self.value(argument)).transpose()?;
                filters::apply(filter, value, argument, self.meter).map_err(|reason| match reason {
                    // The shown text is the filtered expression's, as that is what is missing.
                    Reason::Missing(_) => {
                        let shown = &self.texts.units[self.unit].template.source[base.span.range()];
                        self.fault(base.span, Reason::Missing(format!("`{shown}`")))
                    }
                    other => self.fault(expr.span, other),
                })?
            }
            ExprKind::Defined { base, negated } => {
                Val::Bool(matches!(self.value(base)?, Val::Undefined) == *negated)
            }
            ExprKind::Not(inner) => Val::Bool(!self.value(inner)?.is_true()),
            ExprKind::And(left, right) => match self.value(left)? {
                left if left.is_true() => self.value(right)?,
                left => left,
            },
            ExprKind::Or(left, right) => match self.value(left)? {
                left if left.is_true() => left,
                _ => self.value(right)?,
            },
            ExprKind::Compare(op, left, right) => {
                let left = self.present(left)?;
                let right = self.present(right)?;
                let holds = compare::holds(*op, &left, &right, self.meter);
                Val::Bool(holds.map_err(|reason| self.fault(expr.span, reason))?)
            }
        })
    }

    fn variable(&self, name: &str) -> Val<'a> {
        if let Some(scope) = self.scopes.iter().rev().find(|scope| scope.name == name) {
            return scope.item.clone();
        }
        match self.data.passages {
            Some((into, passages)) if into == name => Val::Slice(passages),
            _ => self.data.inputs.and_then(|inputs| inputs.get(name)).map_or(Val::Undefined, Val::of),
        }
    }

    fn constant(&self, name: &str) -> Val<'a> {
        let member = &self.texts.members[self.texts.units[self.unit].artifact];
        member.constant(name).map_or(Val::Undefined, Val::of)
    }
}

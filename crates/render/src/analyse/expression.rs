//! The shape of an expression, and what is wrong with it.

use cuelight_artifact::rules::template as rules;

use crate::syntax::{CompareOp, Expr, ExprKind, Filter, Key, Literal, Span};

use super::Read;
use super::schema::{Field, of_value};
use super::shape::{Kinds, Path, Shape, Step};
use super::walk::Walk;

/// What an expression's value is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Its content: it must be there.
    Value,
    /// To loop over it.
    Loop,
    /// Only whether it is there, is true, or else a default: it may be missing.
    Truth,
    /// As [`Use::Truth`], and its content if it is there.
    OrElse,
}

impl Use {
    const fn may_be_missing(self) -> bool {
        matches!(self, Self::Truth | Self::OrElse)
    }
}

impl<'a> Walk<'a> {
    /// Checks an expression and says what its value is.
    pub(super) fn shape(&mut self, expr: &Expr, usage: Use) -> Shape<'a> {
        match &expr.kind {
            ExprKind::Literal(literal) => Shape::of(match literal {
                Literal::None => Kinds::NULL,
                Literal::Bool(_) => Kinds::BOOL,
                Literal::Int(_) | Literal::Float(_) => Kinds::NUMBER,
                Literal::Str(_) => Kinds::TEXT,
            }),
            ExprKind::List(items) => {
                let elements = items.iter().map(|item| self.shape(item, Use::Value));
                let elements = elements.reduce(Shape::either).map(Box::new);
                Shape { elements, ..Shape::of(Kinds::LIST) }
            }
            ExprKind::Var(_) | ExprKind::Attr(..) | ExprKind::Item(..) => self.read(expr, usage),
            ExprKind::Filter(base, filter) => self.filter(base, filter, usage, expr.span),
            ExprKind::Defined { base, .. } => {
                self.shape(base, Use::Truth);
                Shape::of(Kinds::BOOL)
            }
            ExprKind::Not(inner) => {
                self.shape(inner, Use::Truth);
                Shape::of(Kinds::BOOL)
            }
            ExprKind::And(left, right) => self.junction(left, right, true, usage),
            ExprKind::Or(left, right) => self.junction(left, right, false, usage),
            ExprKind::Compare(op, left, right) => {
                let left = self.shape(left, Use::Value);
                let right = self.shape(right, Use::Value);
                self.check_comparison(*op, &left, &right, expr.span);
                Shape::of(Kinds::BOOL)
            }
        }
    }

    /// `and`, `or`: the right side is looked at only if the left came out as `goes_on`.
    fn junction(&mut self, left: &Expr, right: &Expr, goes_on: bool, usage: Use) -> Shape<'a> {
        let left_use = match (usage, goes_on) {
            (Use::Truth, _) => Use::Truth,
            // The left side of `or` is handed out only if it is true, hence there.
            (_, false) => Use::OrElse,
            // The left side of `and` is handed out if it is false: it must be there, unless that does not matter.
            (usage, true) => usage,
        };
        let first = self.shape(left, left_use);
        let mark = self.facts.mark();
        self.assume(left, goes_on);
        let second = self.shape(right, usage);
        self.facts.forget_to(mark);
        let first = if goes_on {
            first
        } else {
            Shape { kinds: first.kinds.without(Kinds::MISSING.or(Kinds::NULL)), ..first }
        };
        first.either(second)
    }

    /// A whole path; noted as one read.
    fn read(&mut self, expr: &Expr, usage: Use) -> Shape<'a> {
        if let ExprKind::Attr(base, name) = &expr.kind
            && let ExprKind::Var(var) = &base.kind
        {
            match &**var {
                "constants" => return self.constant(name, expr.span),
                "loop" => return self.loop_field(name, expr.span),
                _ => {}
            }
        }
        let bare = self.bare(expr);
        let guarded = match &bare.path {
            Some(path) => self.facts.excluded(path),
            None => Kinds::NOTHING,
        };
        let mut shape = Shape { kinds: bare.kinds.without(guarded), ..bare };
        let optional =
            usage.may_be_missing() || (bare.kinds.meets(Kinds::MISSING) && guarded.meets(Kinds::MISSING));
        if let Some(path) = &shape.path {
            let shown = self.show(path);
            if let Some(source) = self.source_of(path) {
                self.covered.push((source, matches!(usage, Use::Value | Use::OrElse)));
            }
            self.note(shown.clone(), optional, expr.span);
            if shape.kinds.meets(Kinds::MISSING) && !usage.may_be_missing() {
                let fix = format!(
                    "Guard it with `{{% if {shown} is defined %}}`, give a `default`, or make it required in `inputs`."
                );
                let fix = if shown.contains("[]") { rules::UNGUARDED.fix } else { &fix };
                self.report_with(&rules::UNGUARDED, expr.span, format!("`{shown}` may be missing here"), fix);
            }
        }
        if !usage.may_be_missing() {
            shape.kinds = shape.kinds.without(Kinds::MISSING);
        }
        shape
    }

    fn note(&mut self, path: String, optional: bool, span: Span) {
        let unit = &self.closure.units[self.unit];
        self.reads.push(Read {
            path,
            optional,
            artifact: self.closure.members[unit.artifact].id.to_string(),
            field: unit.field.clone(),
            line: span.line,
            column: span.column,
        });
    }

    /// A step of a path, without the facts about its last step.
    fn bare(&mut self, expr: &Expr) -> Shape<'a> {
        let (base, step) = match &expr.kind {
            ExprKind::Var(name) => return self.variable(name, expr.span),
            ExprKind::Attr(base, name) | ExprKind::Item(base, Key::Name(name)) => {
                (base, Step::Field(name.to_string()))
            }
            ExprKind::Item(base, Key::Index(index)) => (base, Step::Index(*index)),
            _ => return self.shape(expr, Use::Value),
        };
        let mut holder = self.bare(base);
        if let Some(path) = &holder.path {
            holder.kinds = holder.kinds.without(self.facts.excluded(path));
            if holder.kinds.meets(Kinds::MISSING) {
                let shown = self.show(path);
                let message = format!("`{shown}` may be missing here, and a path leads through it");
                self.report(&rules::UNGUARDED, base.span, message);
                holder.kinds = holder.kinds.without(Kinds::MISSING);
            }
        }
        self.step(&holder, &step, expr.span)
    }

    fn variable(&mut self, name: &str, span: Span) -> Shape<'a> {
        match self.lookup(name) {
            Some(index) => self.bindings[index].shape.clone(),
            None => self.step(&self.bindings[0].shape.clone(), &Step::Field(name.to_owned()), span),
        }
    }

    /// One step further from `holder`.
    fn step(&mut self, holder: &Shape<'a>, step: &Step, span: Span) -> Shape<'a> {
        let needed = if matches!(step, Step::Field(_)) { Kinds::MAP } else { Kinds::LIST };
        let path = holder.path.as_ref().map(|path| path.then(step.clone()));
        let nothing = || Shape { path: path.clone(), ..Shape::unknown() };
        if holder.is_broken() {
            return Shape::broken(path);
        }
        if !holder.kinds.meets(needed) {
            let what = if needed == Kinds::MAP { "fields" } else { "elements" };
            let message = format!("`{}`: {} has no {what}", self.text(span), holder.kinds.describe());
            self.report(&rules::NO_FIELDS, span, message);
            return Shape::broken(path);
        }
        // Anything but an object has no such field: then the value is missing.
        let surely = holder.kinds.without(needed).is_empty();
        let found = match (step, holder.schema) {
            (Step::Field(name), Some(schema)) if holder.declared => match schema.field(name) {
                Field::Declared { schema, required } => {
                    let shape = Shape { path: path.clone(), ..Shape::by(schema, empty()) };
                    if required { shape } else { shape.may_be_missing() }
                }
                Field::Additional(schema) => {
                    Shape { path: path.clone(), ..Shape::by(schema, empty()) }.may_be_missing()
                }
                Field::Free => nothing().may_be_missing(),
                Field::No => {
                    self.undeclared(path.as_ref(), name, &schema.field_names(), span);
                    return Shape::broken(path);
                }
            },
            (Step::Field(name), None) if holder.declared => {
                self.undeclared(path.as_ref(), name, &[], span);
                return Shape::broken(path);
            }
            (Step::Index(index), Some(schema)) => {
                let shape = match schema.items() {
                    Some(items) => Shape { path: path.clone(), ..Shape::by(items, empty()) },
                    None => nothing(),
                };
                if u64::from(*index) < schema.min_items() { shape } else { shape.may_be_missing() }
            }
            _ => nothing().may_be_missing(),
        };
        if surely { found } else { found.may_be_missing() }
    }

    fn undeclared(&mut self, path: Option<&Path>, name: &str, known: &[&str], span: Span) {
        let shown = path.map_or_else(|| name.to_owned(), |path| self.show(path));
        let fix = match nearest(name, known) {
            Some(near) => format!("Did you mean `{near}`? Otherwise declare `{shown}` in `inputs`."),
            None => format!("Declare `{shown}` in `inputs`, or correct the name."),
        };
        self.report_with(&rules::UNDECLARED, span, format!("`{shown}` is not declared"), &fix);
    }

    fn constant(&mut self, name: &str, span: Span) -> Shape<'a> {
        let member = &self.closure.members[self.closure.units[self.unit].artifact];
        let Some(value) = member.constant(name) else {
            let known: Vec<&str> = member.constants.iter().map(|(known, _)| &**known).collect();
            let fix = match nearest(name, &known) {
                Some(near) => format!("Did you mean `constants.{near}`?"),
                None => rules::UNKNOWN_CONSTANT.fix.to_owned(),
            };
            let message = format!("`constants.{name}` is not declared by {}", member.id);
            self.report_with(&rules::UNKNOWN_CONSTANT, span, message, &fix);
            return Shape::broken(None);
        };
        let kinds = of_value(value);
        self.note(format!("constants.{name}"), false, span);
        Shape::of(kinds)
    }

    fn loop_field(&mut self, name: &str, span: Span) -> Shape<'a> {
        if self.loops == 0 && !self.loop_from_outside {
            self.report(&rules::LOOP_VARIABLE, span, format!("`loop.{name}` stands outside of a loop"));
        }
        Shape::of(if matches!(name, "first" | "last") { Kinds::BOOL } else { Kinds::NUMBER })
    }

    fn filter(&mut self, base: &Expr, filter: &Filter, usage: Use, span: Span) -> Shape<'a> {
        if let Filter::Default(argument) = filter {
            let value = self.shape(base, Use::OrElse);
            let other = self.shape(argument, usage);
            let value = Shape { kinds: value.kinds.without(Kinds::MISSING.or(Kinds::NULL)), ..value };
            return value.either(other);
        }
        let value = self.shape(base, Use::Value);
        if let Some(argument) = filter.argument() {
            let separator = self.shape(argument, Use::Value);
            self.expect(&separator, Kinds::TEXT, "the argument of `join`", span);
        }
        let name = format!("`{}`", filter.name());
        match filter {
            Filter::Upper | Filter::Lower | Filter::Trim => {
                self.expect(&value, Kinds::TEXT, &name, span);
                Shape::of(Kinds::TEXT)
            }
            Filter::Join(_) => {
                if self.expect(&value, Kinds::LIST, &name, span) {
                    let elements =
                        match (&value.elements, value.schema.and_then(super::schema::Schema::items)) {
                            (Some(elements), _) => (**elements).clone(),
                            (None, Some(items)) => Shape::by(items, empty()),
                            (None, None) => Shape::unknown(),
                        };
                    self.expect(&elements, Kinds::PLAIN, "every element that `join` meets", span);
                }
                Shape::of(Kinds::TEXT)
            }
            Filter::Length => {
                self.expect(&value, Kinds::LIST.or(Kinds::MAP).or(Kinds::TEXT), &name, span);
                Shape::of(Kinds::NUMBER)
            }
            Filter::Json | Filter::Default(_) => Shape::of(Kinds::TEXT),
        }
    }

    /// Reports a value of kinds that do not fit; kinds that nobody declared only if none fits.
    fn expect(&mut self, value: &Shape<'a>, fitting: Kinds, who: &str, span: Span) -> bool {
        let wrong = value.kinds.without(fitting);
        let fits = value.is_broken() || value.kinds.meets(fitting) && (wrong.is_empty() || !value.declared);
        if !fits {
            let (text, fitting, wrong) = (self.text(span), fitting.describe(), wrong.describe());
            let message = format!("`{text}`: {who} needs {fitting}, but this may be {wrong}");
            self.report(&rules::OPERAND_TYPE, span, message);
        }
        fits
    }

    fn check_comparison(&mut self, op: CompareOp, left: &Shape<'a>, right: &Shape<'a>, span: Span) {
        let sign = format!("`{}`", op.as_str());
        match op {
            CompareOp::Eq | CompareOp::Ne => {}
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
                let orderable = Kinds::NUMBER.or(Kinds::TEXT);
                if !self.expect(left, orderable, &sign, span) || !self.expect(right, orderable, &sign, span) {
                    return;
                }
                if left.is_broken() || right.is_broken() {
                    return;
                }
                let declared = left.declared && right.declared;
                let same =
                    left.kinds == right.kinds && (left.kinds == Kinds::NUMBER || left.kinds == Kinds::TEXT);
                let (a, b) = (left.kinds.and(orderable), right.kinds.and(orderable));
                if (declared && !same) || !a.meets(b) {
                    let message = format!(
                        "`{}` compares {} with {}",
                        self.text(span),
                        left.kinds.describe(),
                        right.kinds.describe()
                    );
                    self.report(&rules::OPERAND_TYPE, span, message);
                }
            }
            CompareOp::In | CompareOp::NotIn => {
                let holders = Kinds::LIST.or(Kinds::TEXT).or(Kinds::MAP);
                let fits = self.expect(right, holders, &format!("the right side of {sign}"), span);
                let texts = Kinds::TEXT.or(Kinds::MAP);
                let only_texts = fits && !right.is_broken() && !right.kinds.meets(Kinds::LIST);
                if only_texts || (right.declared && right.kinds.meets(texts)) {
                    self.expect(left, Kinds::TEXT, &format!("the left side of {sign}"), span);
                }
            }
        }
    }
}

const fn empty() -> Path {
    Path { start: 0, steps: Vec::new() }
}

/// The known name that differs least from `name`, if any is near.
fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    known
        .iter()
        .map(|other| (distance(name, other), *other))
        .filter(|(distance, other)| *distance <= 1 + other.len().min(name.len()) / 4)
        .min()
        .map(|(_, other)| other)
}

/// Levenshtein's distance, on the first 64 bytes.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (&a.as_bytes()[..a.len().min(64)], &b.as_bytes()[..b.len().min(64)]);
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

//! What a condition proves about paths.

use crate::syntax::{CompareOp, Expr, ExprKind, Key, Literal};

use super::shape::{Kinds, Path, Step};

/// Paths and the kinds they are proven not to have.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts(Vec<(Path, Kinds)>);

impl Facts {
    pub(super) fn mark(&self) -> usize {
        self.0.len()
    }

    pub(super) fn forget_to(&mut self, mark: usize) {
        self.0.truncate(mark);
    }

    pub(super) fn learn(&mut self, facts: Vec<(Path, Kinds)>) {
        for (path, excluded) in facts {
            // What has a field is there and is not none.
            for length in 0..path.steps.len() {
                let prefix = Path { start: path.start, steps: path.steps[..length].to_vec() };
                self.0.push((prefix, Kinds::MISSING.or(Kinds::NULL)));
            }
            self.0.push((path, excluded));
        }
    }

    /// The kinds that `path` is proven not to have.
    pub(super) fn excluded(&self, path: &Path) -> Kinds {
        self.0
            .iter()
            .filter(|(known, _)| known == path)
            .fold(Kinds::NOTHING, |sum, (_, kinds)| sum.or(*kinds))
    }
}

/// What holds once `expr` has come out as `outcome`. `start` tells what variable a name stands for.
pub(super) fn proven(expr: &Expr, outcome: bool, start: &dyn Fn(&str) -> Option<Path>) -> Vec<(Path, Kinds)> {
    let one = |expr: &Expr, kinds| path_of(expr, start).map(|path| (path, kinds)).into_iter().collect();
    match (&expr.kind, outcome) {
        (ExprKind::Not(inner), _) => proven(inner, !outcome, start),
        (ExprKind::And(a, b), true) | (ExprKind::Or(a, b), false) => {
            let mut both = proven(a, outcome, start);
            both.extend(proven(b, outcome, start));
            both
        }
        (ExprKind::Defined { base, negated }, _) if outcome != *negated => one(base, Kinds::MISSING),
        (ExprKind::Var(_) | ExprKind::Attr(..) | ExprKind::Item(..), true) => {
            one(expr, Kinds::MISSING.or(Kinds::NULL))
        }
        (ExprKind::Compare(op, a, b), _) => {
            let is_none = |e: &Expr| matches!(e.kind, ExprKind::Literal(Literal::None));
            let other_than_none = |e: &Expr| matches!(e.kind, ExprKind::Literal(_)) && !is_none(e);
            let (side, literal) = match (&a.kind, &b.kind) {
                (ExprKind::Literal(_), _) => (b, a),
                _ => (a, b),
            };
            let excludes_none = match (op, outcome) {
                (CompareOp::Ne, true) | (CompareOp::Eq, false) => is_none(literal),
                (CompareOp::Eq, true) | (CompareOp::Ne, false) => other_than_none(literal),
                _ => false,
            };
            if excludes_none { one(side, Kinds::MISSING.or(Kinds::NULL)) } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

fn path_of(expr: &Expr, start: &dyn Fn(&str) -> Option<Path>) -> Option<Path> {
    match &expr.kind {
        ExprKind::Var(name) => start(name),
        ExprKind::Attr(base, name) | ExprKind::Item(base, Key::Name(name)) => {
            Some(path_of(base, start)?.then(Step::Field(name.to_string())))
        }
        ExprKind::Item(base, Key::Index(index)) => Some(path_of(base, start)?.then(Step::Index(*index))),
        _ => None,
    }
}

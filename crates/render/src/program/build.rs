//! From an artifact to a program.

use std::collections::BTreeSet;
use std::sync::Arc;

use cuelight_artifact::diagnostic::has_errors;
use cuelight_artifact::model::{Message, Role};
use cuelight_artifact::name::Kind;
use cuelight_artifact::rules::template as rules;
use cuelight_artifact::{Artifact, Diagnostic};

use super::source::Sources;
use super::{Lookup, Part, Program, template_name};
use crate::analyse::{Read, analyse_closure};
use crate::engine::{self, Known};
use crate::limits::Limits;
use crate::lower::lower;
use crate::syntax::{Expr, ExprKind, Node, NodeKind};
use crate::unit::{Closure, FragmentSource, load};

/// Parses, checks and compiles an artifact with its fragments.
///
/// # Errors
/// Everything found, warnings among it, if any of it is an error.
pub fn compile(
    artifact: &Artifact,
    fragments: &dyn FragmentSource,
    limits: &Limits,
) -> Result<Program, Vec<Diagnostic>> {
    let (closure, mut found) = load(artifact, fragments, limits);
    if has_errors(&found) {
        return Err(found);
    }
    let analysis = analyse_closure(&closure);
    found.extend(analysis.diagnostics);
    if has_errors(&found) {
        return Err(found);
    }
    build(closure, limits, analysis.reads, found)
}

/// Parses and compiles without checking variables against the input schema: for exploring what has no schema yet.
/// A value that is missing then shows only when rendering.
///
/// # Errors
/// Syntax errors, missing fragments, circles and limits.
pub fn link(
    artifact: &Artifact,
    fragments: &dyn FragmentSource,
    limits: &Limits,
) -> Result<Program, Vec<Diagnostic>> {
    let (closure, found) = load(artifact, fragments, limits);
    if has_errors(&found) {
        return Err(found);
    }
    build(closure, limits, Vec::new(), found)
}

fn build(
    closure: Closure<'_>,
    limits: &Limits,
    reads: Vec<Read>,
    warnings: Vec<Diagnostic>,
) -> Result<Program, Vec<Diagnostic>> {
    let mut engine = engine::environment(limits);
    for unit in closure.roots() {
        if let Err(error) = engine.add_template_owned(template_name(unit), lower(&closure, unit)) {
            let message = format!("the engine refuses what the parser accepts: {error}");
            let diagnostic = Diagnostic::error(&rules::ENGINE, message).fix(rules::ENGINE.fix);
            return Err(vec![closure.at(unit, crate::syntax::Span::START, diagnostic)]);
        }
    }
    let artifact = closure.root;
    let parts: Box<[Part]> = match artifact.kind {
        Kind::Fragment => closure.messages.values().map(|unit| text(Role::System, *unit)).collect(),
        Kind::Prompt => artifact
            .messages
            .iter()
            .enumerate()
            .filter_map(|(index, message)| match message {
                Message::Text { role, .. } => closure.messages.get(&index).map(|unit| text(*role, *unit)),
                Message::Placeholder { name, optional } => {
                    Some(Part::Placeholder { name: name.clone(), optional: *optional })
                }
            })
            .collect(),
    };
    let constants = closure
        .members
        .iter()
        .map(|member| engine::table(member.constants.iter().map(|(name, value)| (&**name, value))))
        .collect();
    let mut wanted = BTreeSet::new();
    for unit in &closure.units {
        names(&unit.template.nodes, &mut wanted);
    }
    let retrieval = artifact.retrieval.as_ref().zip(closure.query).map(|(retrieval, query)| Lookup {
        index: retrieval.index.clone(),
        query,
        top_k: retrieval.top_k,
        min_score: retrieval.min_score,
        filters: closure.filters.iter().map(|(name, unit)| (name.clone(), *unit)).collect(),
        into: retrieval.into.clone(),
    });
    Ok(Program {
        id: artifact.id(),
        limits: *limits,
        engine,
        parts,
        known: Arc::new(Known { wanted: wanted.into_iter().map(Into::into).collect(), constants }),
        retrieval,
        reads,
        warnings,
        sources: Sources::keep(closure),
    })
}

fn text(role: Role, unit: usize) -> Part {
    Part::Text { role, unit, name: template_name(unit) }
}

/// Every variable name in these nodes, loop variables too: a superset of the inputs they read.
fn names<'n>(nodes: &'n [Node], out: &mut BTreeSet<&'n str>) {
    for node in nodes {
        match &node.kind {
            NodeKind::Text(_) | NodeKind::Comment | NodeKind::Raw(_) | NodeKind::Include { .. } => {}
            NodeKind::Output { expr, .. } => names_in(expr, out),
            NodeKind::If { branches, otherwise, .. } => {
                for branch in branches {
                    names_in(&branch.test, out);
                    names(&branch.body, out);
                }
                names(otherwise.as_ref().map_or(&[], |o| &o.body), out);
            }
            NodeKind::For { iter, body, otherwise, .. } => {
                names_in(iter, out);
                names(body, out);
                names(otherwise.as_ref().map_or(&[], |o| &o.body), out);
            }
        }
    }
}

fn names_in<'n>(expr: &'n Expr, out: &mut BTreeSet<&'n str>) {
    match &expr.kind {
        ExprKind::Literal(_) => {}
        ExprKind::Var(name) => {
            out.insert(name);
        }
        ExprKind::List(items) => items.iter().for_each(|item| names_in(item, out)),
        ExprKind::Attr(base, _) | ExprKind::Item(base, _) | ExprKind::Not(base) => names_in(base, out),
        ExprKind::Defined { base, .. } => names_in(base, out),
        ExprKind::Filter(base, filter) => {
            names_in(base, out);
            filter.argument().into_iter().for_each(|argument| names_in(argument, out));
        }
        ExprKind::And(a, b) | ExprKind::Or(a, b) | ExprKind::Compare(_, a, b) => {
            names_in(a, out);
            names_in(b, out);
        }
    }
}

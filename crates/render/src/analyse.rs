//! Proves that what templates read is what the input schema declares. If the check finds nothing and the data fits
//! the schema, rendering never meets a missing value.
//!
//! Every read becomes a path such as `company.name` or `signals[].name`. It is *optional* if the template tolerates
//! that the value is missing: under `is defined`, in a truth test, with `default`, or behind a guard of that kind.
//! A truth test (`{% if x %}`) guards like `is defined` and excludes none as well. Only the last step of a path may
//! be missing in a guard: `a.b is defined` still needs `a`.

mod expression;
mod facts;
mod schema;
mod shape;
mod unused;
mod walk;

use cuelight_artifact::model::Retrieval;
use cuelight_artifact::name::Kind;
use cuelight_artifact::rules::template as rules;
use cuelight_artifact::{Artifact, Diagnostic};
use serde_json::Value;

use crate::limits::Limits;
use crate::unit::{Closure, FragmentSource, includes, load};

use walk::Walk;

/// One place where a template reads a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// What is read, such as `signals[].name` or `constants.limit`.
    pub path: String,
    /// Whether the template tolerates that the value is missing.
    pub optional: bool,
    /// The artifact whose text reads it.
    pub artifact: String,
    /// The field of that artifact, such as `messages[1].text`.
    pub field: String,
    /// Line within that field, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// What the check found.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    /// Every read, in the order of the text; fragments at the place of their inclusion.
    pub reads: Vec<Read>,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks an artifact with its fragments. Syntax errors are among the diagnostics; if there are any, variables are
/// not looked at.
#[must_use]
pub fn analyse(artifact: &Artifact, fragments: &dyn FragmentSource, limits: &Limits) -> Analysis {
    let (closure, found) = load(artifact, fragments, limits);
    if !found.is_empty() {
        return Analysis { reads: Vec::new(), diagnostics: found };
    }
    analyse_closure(&closure)
}

/// Most findings that are reported for one artifact; more help nobody.
const MOST: usize = 100;

pub(crate) fn analyse_closure(closure: &Closure<'_>) -> Analysis {
    let artifact = closure.root;
    let mut out = Analysis::default();
    check_retrieval(artifact, &mut out.diagnostics);
    check_reserved(closure, &mut out.diagnostics);
    let mut covered = unused::Covered::default();
    for unit in closure.messages.values() {
        walk_root(closure, *unit, artifact.retrieval.as_ref(), &mut out, &mut covered);
    }
    for unit in closure.query.iter().chain(closure.filters.values()) {
        walk_root(closure, *unit, None, &mut out, &mut covered);
    }
    check_fragments_alone(closure, &mut out.diagnostics);
    if let Some(inputs) = &artifact.inputs {
        unused::report(inputs, &covered, &artifact.id(), &mut out.diagnostics);
    }
    unused_fragments(closure, &mut out.diagnostics);
    deduplicate(&mut out.diagnostics);
    out.diagnostics.truncate(MOST);
    out
}

fn walk_root(
    closure: &Closure<'_>,
    unit: usize,
    retrieval: Option<&Retrieval>,
    out: &mut Analysis,
    covered: &mut unused::Covered,
) {
    let artifact = closure.root;
    let mut walk = Walk::new(closure, unit, artifact.inputs.as_ref(), retrieval.map(|r| r.into.as_str()));
    walk.loop_from_outside = artifact.kind == Kind::Fragment;
    walk.template();
    covered.extend(walk.covered);
    out.reads.extend(walk.reads);
    out.diagnostics.extend(walk.diagnostics);
}

/// A fragment must also be right by itself: what it reads, its own inputs declare. Its warnings are its own affair.
fn check_fragments_alone(closure: &Closure<'_>, found: &mut Vec<Diagnostic>) {
    for (index, unit) in closure.units.iter().enumerate().filter(|(_, unit)| unit.artifact != 0) {
        let inputs = closure.artifact(unit.artifact).inputs.as_ref();
        let mut walk = Walk::new(closure, index, inputs, None);
        walk.loop_from_outside = true;
        walk.template();
        let errors =
            walk.diagnostics.into_iter().filter(|d| d.severity == cuelight_artifact::Severity::Error);
        found.extend(errors);
    }
}

fn check_retrieval(artifact: &Artifact, found: &mut Vec<Diagnostic>) {
    let Some(retrieval) = &artifact.retrieval else { return };
    let into = retrieval.into.as_str();
    let mut chars = into.chars();
    let is_name = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !into.starts_with("__")
        && !matches!(into, "constants" | "loop");
    let declared = property_names(artifact.inputs.as_ref()).any(|name| name == into);
    let message = if !is_name {
        format!("`{into}` cannot be a variable name")
    } else if declared {
        format!("`{into}` is the name of an input as well")
    } else {
        return;
    };
    let diagnostic = Diagnostic::error(&rules::RETRIEVAL_NAME, message);
    found.push(diagnostic.of(&artifact.id()).on("retrieval.into").fix(rules::RETRIEVAL_NAME.fix));
}

fn property_names(inputs: Option<&Value>) -> impl Iterator<Item = &str> {
    inputs
        .and_then(|schema| schema.get("properties"))
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|properties| properties.keys().map(String::as_str))
}

/// Inputs that no template could ever read.
fn check_reserved(closure: &Closure<'_>, found: &mut Vec<Diagnostic>) {
    let artifact = closure.root;
    for name in property_names(artifact.inputs.as_ref()) {
        if matches!(name, "constants" | "loop") || name.starts_with("__") {
            let message = format!("an input cannot be called `{name}`");
            let diagnostic = Diagnostic::error(&rules::RESERVED_NAME, message);
            let diagnostic = diagnostic.of(&artifact.id()).on(format!("inputs.properties.{name}"));
            found.push(diagnostic.fix(rules::RESERVED_NAME.fix));
        }
    }
}

fn unused_fragments(closure: &Closure<'_>, found: &mut Vec<Diagnostic>) {
    let artifact = closure.root;
    let used: Vec<&str> = closure
        .roots()
        .flat_map(|unit| includes(&closure.units[unit].template.nodes))
        .map(|(alias, ..)| alias)
        .collect();
    for alias in artifact.fragments.keys().filter(|alias| !used.contains(&alias.as_str())) {
        let message = format!("the fragment `{alias}` is declared but never included");
        let diagnostic = Diagnostic::warning(&rules::UNUSED_FRAGMENT, message);
        let diagnostic = diagnostic.of(&artifact.id()).on(format!("fragments.{alias}"));
        found.push(diagnostic.fix(rules::UNUSED_FRAGMENT.fix));
    }
}

/// A fragment included twice has its findings once.
fn deduplicate(found: &mut Vec<Diagnostic>) {
    let mut seen = std::collections::HashSet::new();
    found.retain(|d| {
        seen.insert((d.rule.clone(), d.artifact.clone(), d.path.clone(), d.line, d.column, d.message.clone()))
    });
}

#[cfg(test)]
mod tests;

//! Declared inputs that nothing reads.

use std::collections::BTreeMap;

use cuelight_artifact::rules::template as rules;
use cuelight_artifact::{ArtifactRef, Diagnostic};
use serde_json::Value;

use super::schema::Schema;
use super::shape::Step;

/// The input paths that are read: a tree, in which a node may be read as a whole.
#[derive(Debug, Default)]
pub(super) struct Covered {
    whole: bool,
    below: BTreeMap<Step, Covered>,
}

impl Covered {
    pub(super) fn extend(&mut self, reads: Vec<(Vec<Step>, bool)>) {
        for (steps, whole) in reads {
            let mut node = &mut *self;
            for step in steps {
                node = node.below.entry(step).or_default();
            }
            node.whole |= whole;
        }
    }
}

/// Deepest level of a schema that is looked at; schemas may refer to themselves.
const DEEPEST: usize = 16;

/// Warns of every declared field that nothing reads.
pub(super) fn report(inputs: &Value, covered: &Covered, artifact: &ArtifactRef, found: &mut Vec<Diagnostic>) {
    let mut paths = Vec::new();
    collect(Schema::new(inputs), covered, "", DEEPEST, &mut paths);
    for path in paths {
        let message = format!("the input `{path}` is declared but never read");
        let diagnostic = Diagnostic::warning(&rules::UNUSED_INPUT, message);
        found.push(diagnostic.of(artifact).on("inputs").fix(rules::UNUSED_INPUT.fix));
    }
}

fn collect(schema: Schema<'_>, covered: &Covered, path: &str, levels: usize, out: &mut Vec<String>) {
    if covered.whole || levels == 0 {
        return;
    }
    for (name, field) in schema.fields() {
        let shown = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match covered.below.get(&Step::Field(name.to_owned())) {
            Some(below) => collect(field, below, &shown, levels - 1, out),
            None => out.push(shown),
        }
    }
    // A list that is only counted or tested says nothing about its elements; one that is looped over does.
    if let (Some(items), Some(below)) = (schema.items(), covered.below.get(&Step::Element)) {
        collect(items, below, &format!("{path}[]"), levels - 1, out);
    }
}

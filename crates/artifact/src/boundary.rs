//! Boundary changes: edits that let a prompt do more than it could, each in a sentence for people (CL-B).
//! Tightening is not one. What the text of a prompt lets a model do cannot be computed; only fields are looked at.

mod authority;
mod constant;
mod settings;
pub(crate) mod standing;
mod tool;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Artifact;
use crate::rules::{Rule, boundary as rules};

/// Whether the boundary has moved for sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// It has.
    Certain,
    /// It may have; a person has to read both versions.
    Possible,
}

/// One boundary that moved outwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BoundaryChange {
    /// The rule, such as `CL-B-005`.
    pub rule: String,
    /// The field, such as `authority.forbidden[send-marketing]`.
    pub path: String,
    /// Whether it moved for sure.
    pub certainty: Certainty,
    /// What it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// In plain words, for people who never saw the file.
    pub sentence: String,
}

/// All boundary changes from `old` to `new`, in the order of their rules.
#[must_use]
pub fn boundary(old: &Artifact, new: &Artifact) -> Vec<BoundaryChange> {
    let mut found = Vec::new();
    constant::compare(&old.constants, &new.constants, &mut found);
    authority::compare(&old.authority, &new.authority, &mut found);
    settings::compare(old, new, &mut found);
    tool::compare(old.tools.as_ref(), new.tools.as_ref(), &mut found);
    found.sort_by(|a, b| a.rule.cmp(&b.rule));
    found
}

/// A boundary change under `rule`. `values` are what was and what is.
fn moved(
    rule: &Rule,
    path: impl Into<String>,
    certainty: Certainty,
    values: (Option<Value>, Option<Value>),
    sentence: impl Into<String>,
) -> BoundaryChange {
    BoundaryChange {
        rule: rule.id.to_owned(),
        path: path.into(),
        certainty,
        before: values.0,
        after: values.1,
        sentence: sentence.into(),
    }
}

#[cfg(test)]
mod tests;

//! What differs between two artifacts, field by field, and between two texts, word by word.

mod apply;
mod compare;
mod layout;
mod path;
mod words;

pub use apply::{ApplyError, apply};
pub use words::{WordOp, WordSpan, words};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Artifact;

/// What happened to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It has another value.
    Changed,
    /// A list has the same entries, or those left and added, in another order than adding and removing explain.
    /// `before` and `after` are the keys of all entries in order.
    Moved,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    /// The field: `constants.limit.value`, `messages[0].text`, `tools.crm_lookup.parameters.required`,
    /// `authority.forbidden[send-email]`. Lists go by name (`tests["low score"]`), messages by position: in the
    /// old list when removed, else in the new one. A second entry of the same name has `#2`.
    pub path: String,
    /// What happened to it.
    pub kind: ChangeKind,
    /// The value it had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// All differences, in the order of the fields of an artifact. Empty exactly if both have the same canonical form;
/// [`apply()`] turns `old` into `new` with them.
#[must_use]
pub fn diff(old: &Artifact, new: &Artifact) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    let (old, new) = (as_value(old), as_value(new));
    compare::compare(layout::ARTIFACT, &path::Path::root(), Some(&old), Some(&new), &mut changes);
    changes
}

#[expect(
    clippy::expect_used,
    reason = "all map keys of an artifact are strings, the only way this could fail"
)]
fn as_value(artifact: &Artifact) -> Value {
    serde_json::to_value(artifact).expect("an artifact is JSON")
}

#[cfg(test)]
pub(crate) mod tests;

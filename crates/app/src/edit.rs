//! The editor: a version as form fields, what an edit would do, publishing exactly that, drafts, and carrying an edit
//! over to a newer version. Publishing goes through [`crate::plan`], the same door as files.

mod build;
mod carry;
mod check;
pub(crate) mod draft;
mod fields;
mod open;
mod place;
mod publish;

pub use carry::{Carried, Conflict, carry, carry_over};
pub use check::{Checked, Compared, SampleChoice, check};
pub use draft::{Draft, MAX_DRAFT, MAX_DRAFTS, discard, draft, drafts, save_draft};
pub use fields::Fields;
pub use open::{ConstantInfo, Editing, Shared, Variable, open, variables};
pub use publish::{PublishInput, publish};

use std::collections::BTreeSet;

use cuelight_artifact::ArtifactRef;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::plan::BumpInput;

/// An edit of one artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditInput {
    /// The version the edit began with.
    #[schemars(with = "String")]
    pub base: Version,
    /// Everything that can be edited, as it is to be.
    pub fields: Fields,
    /// For a shared text: who includes it and is to be published with it, with the new text.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(with = "BTreeSet<String>")]
    pub also: BTreeSet<ArtifactRef>,
    /// The kind of change, if the author asks for another than the computed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bump: Option<BumpInput>,
}

//! Who answers for an artifact, how risky it is, and what it may lead to.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The three owners. Each is `user:name` or `team:name`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Owners {
    /// Answers for what the prompt says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business: Option<String>,
    /// Answers for how it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technical: Option<String>,
    /// Takes it back when it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<String>,
}

/// How much harm a mistake can do. Decides how strict the path to production is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// A mistake is an annoyance.
    Low,
    /// A mistake costs money or trust.
    #[default]
    Medium,
    /// A mistake can hurt people or break the law.
    High,
}

impl Risk {
    /// `low`, `medium` or `high`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What the prompt may lead to. Actions are words the team chooses, such as `send-email`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// May happen without a person.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub allowed: BTreeSet<String>,
    /// Must never happen.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub forbidden: BTreeSet<String>,
    /// May happen only after a person approved it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub approval_required: BTreeSet<String>,
    /// When to hand over to a person, and to whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalation: Vec<Escalation>,
}

/// One rule of handing over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// A word that names this rule within the artifact, such as `ambiguous-intent`.
    pub id: String,
    /// The situation, in words.
    pub when: String,
    /// Who takes over, such as `team:sales-desk`.
    pub to: String,
}

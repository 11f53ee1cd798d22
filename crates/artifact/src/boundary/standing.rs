//! What an artifact says about one action.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::Authority;

/// Where an action stands. With several lists naming it, the strictest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Forbidden,
    ApprovalRequired,
    Unlisted,
    Allowed,
}

impl Standing {
    /// Whether an action that stood here has less restraint there. From not being listed to needing approval is not
    /// less: callers do nothing that is not listed.
    pub fn loosened_to(self, there: Self) -> bool {
        match self {
            Self::Forbidden => there != Self::Forbidden,
            Self::ApprovalRequired => matches!(there, Self::Allowed | Self::Unlisted),
            Self::Unlisted => there == Self::Allowed,
            Self::Allowed => false,
        }
    }

    /// The field of the authority that holds such actions.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden",
            Self::ApprovalRequired => "approval_required",
            Self::Unlisted | Self::Allowed => "allowed",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forbidden => "forbidden",
            Self::ApprovalRequired => "possible with approval only",
            Self::Unlisted => "not mentioned",
            Self::Allowed => "allowed",
        })
    }
}

/// Where `action` stands.
pub(crate) fn standing(authority: &Authority, action: &str) -> Standing {
    if authority.forbidden.contains(action) {
        Standing::Forbidden
    } else if authority.approval_required.contains(action) {
        Standing::ApprovalRequired
    } else if authority.allowed.contains(action) {
        Standing::Allowed
    } else {
        Standing::Unlisted
    }
}

/// Every action that either side names.
pub(crate) fn actions<'a>(old: &'a Authority, new: &'a Authority) -> BTreeSet<&'a str> {
    [old, new]
        .into_iter()
        .flat_map(|a| a.forbidden.iter().chain(&a.approval_required).chain(&a.allowed))
        .map(String::as_str)
        .collect()
}

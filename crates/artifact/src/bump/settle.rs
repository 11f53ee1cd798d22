//! Brings together what was computed and what the author asks for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Class, Verdict};

/// What the author asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// At least this class. Asking for more than computed is always fine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Class>,
    /// This class although a higher one was computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_lower: Option<Override>,
}

/// A class lower than computed, with the reason that goes on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The class wanted.
    pub class: Class,
    /// Why the computed class is too high. For people; kept with the version.
    pub reason: String,
}

/// The class a version gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settled {
    /// The class that counts.
    pub class: Class,
    /// Present when the author went below what was computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<Overridden>,
}

/// A record of going below the computed class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Overridden {
    /// What was computed.
    pub computed: Class,
    /// Why it is too high, in the author's words.
    pub reason: String,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettleError {
    /// No reason was given.
    #[error(
        "the differences demand {computed}; {asked} is lower and needs an accepted reason, which is kept with the version"
    )]
    NoReason {
        /// What was computed.
        computed: Class,
        /// What was asked for.
        asked: Class,
    },
    /// Changed content without a new number.
    #[error("the content differs, so it needs a number of its own: ask for at least patch")]
    NoNumber,
    /// Both more and less were asked for.
    #[error("asked for at least {at_least} and for {lower} at once: drop one of the two")]
    Contradiction {
        /// The floor asked for.
        at_least: Class,
        /// The lower class asked for.
        lower: Class,
    },
}

/// The class a version gets. More than computed is given as asked; less only with a reason. Without a difference
/// the class is `none`, whatever was asked: there is nothing to number.
///
/// # Errors
/// When less than computed is asked for without a reason, or without any number, or more and less at once.
pub fn settle(verdict: &Verdict, request: &Request) -> Result<Settled, SettleError> {
    let computed = verdict.class;
    if computed == Class::None {
        return Ok(Settled { class: Class::None, overridden: None });
    }
    let floor = request.at_least.unwrap_or(Class::None);
    let Some(Override { class: asked, reason }) = &request.override_lower else {
        return Ok(Settled { class: computed.max(floor), overridden: None });
    };
    if floor > *asked {
        return Err(SettleError::Contradiction { at_least: floor, lower: *asked });
    }
    if *asked >= computed {
        return Ok(Settled { class: *asked, overridden: None });
    }
    if *asked == Class::None {
        return Err(SettleError::NoNumber);
    }
    if reason.trim().is_empty() {
        return Err(SettleError::NoReason { computed, asked: *asked });
    }
    let overridden = Some(Overridden { computed, reason: reason.trim().to_owned() });
    Ok(Settled { class: *asked, overridden })
}

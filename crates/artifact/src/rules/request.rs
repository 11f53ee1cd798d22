//! What an author asks of a version number (CL-R).

use super::Rule;

/// A class below the computed one.
pub const BUMP_TOO_LOW: Rule = Rule {
    id: "CL-R-001",
    name: "bump-too-low",
    summary: "A version number is never lower than the differences demand, unless a reason is recorded.",
    why: "Callers choose by the number; one that is too low breaks them without warning.",
    fix: "Ask for the computed class or higher, or go below it with `--accept-bump <name>=<class> --reason <text>`.",
};
/// A class for something that is not there.
pub const BUMP_UNKNOWN: Rule = Rule {
    id: "CL-R-002",
    name: "bump-unknown",
    summary: "A version class is asked only for artifacts in the files.",
    why: "A request that meets nothing is a slip of the pen that would otherwise pass in silence.",
    fix: "Correct the name.",
};

/// All rules of this family, in the order of their ids.
pub const ALL: &[&Rule] = &[&BUMP_TOO_LOW, &BUMP_UNKNOWN];

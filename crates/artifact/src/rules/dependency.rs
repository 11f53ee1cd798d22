//! Fragments and their resolution (CL-D).

use super::Rule;

/// A required fragment does not exist.
pub const UNKNOWN_FRAGMENT: Rule = Rule {
    id: "CL-D-001",
    name: "unknown-fragment",
    summary: "Every fragment an artifact uses exists in the workspace or in the registry.",
    why: "A prompt with a missing part cannot be rendered or given a digest.",
    fix: "Create the fragment, correct its name, or remove it from `fragments`.",
};
/// No version satisfies the requirement.
pub const NO_MATCHING_VERSION: Rule = Rule {
    id: "CL-D-002",
    name: "no-matching-version",
    summary: "Some version of the fragment, not yanked, satisfies the requirement.",
    why: "Resolution picks the newest version that matches and refuses to guess beyond it.",
    fix: "Loosen the requirement, or publish a version that satisfies it.",
};
/// Fragments include each other in a circle.
pub const CYCLE: Rule = Rule {
    id: "CL-D-003",
    name: "fragment-cycle",
    summary: "Fragments never include themselves, directly or through others.",
    why: "A circle has no text and no digest.",
    fix: "Break the circle shown in the message, for instance by moving the common part into a third fragment.",
};
/// Too many levels of fragments.
pub const TOO_DEEP: Rule = Rule {
    id: "CL-D-004",
    name: "fragments-too-deep",
    summary: "Fragments are included at most 8 levels deep.",
    why: "Deep nesting hides what a prompt says and costs time at every rendering.",
    fix: "Include the inner fragments directly where they are needed.",
};
/// Two versions of one fragment in a prompt.
pub const TWO_VERSIONS: Rule = Rule {
    id: "CL-D-005",
    name: "two-versions-of-a-fragment",
    summary: "A prompt contains at most one version of a fragment, however it is reached.",
    why: "Two versions of one instruction in a prompt contradict each other sooner or later.",
    fix: "Choose requirements that one version satisfies, or publish the inner fragment's user anew.",
};
/// The lock names a digest that the registry does not have.
pub const LOCK_MISMATCH: Rule = Rule {
    id: "CL-D-006",
    name: "lock-mismatch",
    summary: "The digest in `prompts.lock` is the digest the registry has for that version.",
    why: "A differing digest means that the lockfile was edited or belongs to another registry.",
    fix: "Run `cuelight lock` against the right server and commit the result.",
};

/// All rules of this family, in the order of their ids.
pub const ALL: &[&Rule] =
    &[&UNKNOWN_FRAGMENT, &NO_MATCHING_VERSION, &CYCLE, &TOO_DEEP, &TWO_VERSIONS, &LOCK_MISMATCH];

//! Boundary changes: edits that let a prompt do more than it could (CL-B).

use super::Rule;

/// A constant moved away from its careful direction.
pub const THRESHOLD: Rule = Rule {
    id: "CL-B-001",
    name: "threshold-relaxed",
    summary: "A constant with `stricter` does not move away from that direction unnoticed.",
    why: "Thresholds keep an automatic decision away from doubtful cases.",
    fix: "Move it back, or have the change approved by who answers for the risk.",
};
/// `stricter` was dropped or turned round.
pub const THRESHOLD_UNGUARDED: Rule = Rule {
    id: "CL-B-002",
    name: "threshold-unguarded",
    summary: "A constant's careful direction is not dropped or turned round unnoticed.",
    why: "Later changes of the value would no longer be recognised as relaxing it.",
    fix: "Keep `stricter`, or have the change approved.",
};
/// A threshold or promised constant is gone.
pub const CONSTANT_REMOVED: Rule = Rule {
    id: "CL-B-003",
    name: "threshold-removed",
    summary: "A constant with `stricter` or `contract` is not removed unnoticed.",
    why: "A limit that is not there limits nothing.",
    fix: "Keep the constant, or have its removal approved.",
};
/// A constant is no longer promised.
pub const CONTRACT_DROPPED: Rule = Rule {
    id: "CL-B-004",
    name: "contract-dropped",
    summary: "The promise `contract` of a constant is not dropped unnoticed.",
    why: "Callers that rely on the value would no longer be told of changes.",
    fix: "Keep `contract`, or have the change approved.",
};
/// An action is no longer forbidden.
pub const FORBIDDEN_DROPPED: Rule = Rule {
    id: "CL-B-005",
    name: "prohibition-dropped",
    summary: "A forbidden action does not become possible unnoticed.",
    why: "What must never happen could happen with the next answer.",
    fix: "Forbid it again, or have the change approved.",
};
/// An action no longer needs a person's approval.
pub const APPROVAL_DROPPED: Rule = Rule {
    id: "CL-B-006",
    name: "approval-dropped",
    summary: "An action that needs approval does not lose that need unnoticed.",
    why: "A person who looked before would no longer be asked.",
    fix: "Demand approval again, or have the change approved.",
};
/// An action is newly allowed.
pub const ALLOWED_ADDED: Rule = Rule {
    id: "CL-B-007",
    name: "action-allowed",
    summary: "An action is not newly allowed unnoticed.",
    why: "It may happen without a person from then on.",
    fix: "Put it under `approval_required`, or have the change approved.",
};
/// A rule of handing over is gone.
pub const ESCALATION_REMOVED: Rule = Rule {
    id: "CL-B-008",
    name: "escalation-removed",
    summary: "A rule of handing over to a person is not removed unnoticed.",
    why: "The situation it names would be decided without a person.",
    fix: "Keep the rule, or have its removal approved.",
};
/// The situation for handing over is worded differently.
pub const ESCALATION_CONDITION: Rule = Rule {
    id: "CL-B-009",
    name: "escalation-condition-changed",
    summary: "The situation in which a person takes over does not change unnoticed.",
    why: "Whether the new words cover less cannot be computed, so a person should look.",
    fix: "Compare the two wordings.",
};
/// Somebody else takes over.
pub const ESCALATION_RECEIVER: Rule = Rule {
    id: "CL-B-010",
    name: "escalation-receiver-changed",
    summary: "Who takes over does not change unnoticed.",
    why: "The new receiver may not be there or may not be able to decide.",
    fix: "Make sure the new receiver knows, or keep the old one.",
};
/// Answers are valid that were not.
pub const OUTPUT_LOOSENED: Rule = Rule {
    id: "CL-B-011",
    name: "output-loosened",
    summary: "The output schema does not accept new answers unnoticed.",
    why: "The schema is the last check before an answer is used.",
    fix: "Keep the old limits, or have the change approved.",
};
/// The risk is rated lower.
pub const RISK_LOWERED: Rule = Rule {
    id: "CL-B-012",
    name: "risk-lowered",
    summary: "The risk is not lowered unnoticed.",
    why: "A lower risk makes the path to production shorter.",
    fix: "Say why in `change_intent` and have the change approved.",
};
/// A shared text is no longer included.
pub const FRAGMENT_REMOVED: Rule = Rule {
    id: "CL-B-013",
    name: "fragment-removed",
    summary: "A fragment is not removed unnoticed.",
    why: "Shared texts often carry the rules that keep a prompt safe.",
    fix: "Include it again, or have its removal approved by its owner.",
};
/// Passages of a lower score are let in.
pub const SCORE_LOWERED: Rule = Rule {
    id: "CL-B-014",
    name: "retrieval-score-lowered",
    summary: "`min_score` is not lowered or removed unnoticed.",
    why: "Passages that fit badly become part of what the model believes.",
    fix: "Raise it again, or have the change approved.",
};
/// Passages that were filtered out may be found.
pub const FILTER_DROPPED: Rule = Rule {
    id: "CL-B-015",
    name: "retrieval-filter-dropped",
    summary: "A filter of retrieval is not removed or changed unnoticed.",
    why: "Filters often keep one customer's texts away from another.",
    fix: "Keep the filter, or have the change approved.",
};
/// Nobody is named to take the artifact back.
pub const ROLLBACK_OWNER: Rule = Rule {
    id: "CL-B-016",
    name: "rollback-owner-removed",
    summary: "The rollback owner is not removed unnoticed.",
    why: "When it fails, nobody knows who decides.",
    fix: "Name a rollback owner.",
};
/// The model may see or set an argument that was hidden from it.
pub const HIDDEN_EXPOSED: Rule = Rule {
    id: "CL-B-017",
    name: "hidden-argument-exposed",
    summary: "A hidden argument of a tool is not exposed to the model unnoticed.",
    why: "Hidden arguments, such as a tenant's id, decide whose data a call touches.",
    fix: "Hide it again, or have the change approved.",
};
/// The model may call tools where it could not, or may answer without one where it could not.
pub const CHOICE: Rule = Rule {
    id: "CL-B-018",
    name: "tool-choice-loosened-boundary",
    summary: "The tool choice is not loosened unnoticed.",
    why: "Calls have effects, and a required call is often a required check.",
    fix: "Keep the choice, or have the change approved.",
};
/// The model may call one more tool.
pub const TOOL: Rule = Rule {
    id: "CL-B-019",
    name: "tool-granted",
    summary: "A tool is not added unnoticed.",
    why: "Every tool lets the model do one thing more.",
    fix: "Leave it out, or have the change approved.",
};
/// The model may call a tool with arguments that were refused.
pub const ARGUMENTS: Rule = Rule {
    id: "CL-B-020",
    name: "tool-arguments-loosened",
    summary: "The arguments of a tool are not widened unnoticed.",
    why: "Limits on arguments, such as the highest discount, are limits on what the model can do.",
    fix: "Keep the old limits, or have the change approved.",
};
/// Models are allowed that were not.
pub const MODELS: Rule = Rule {
    id: "CL-B-021",
    name: "allowed-models-widened",
    summary: "The list of allowed models is not widened unnoticed.",
    why: "The evidence for the prompt was gathered with the models it allowed.",
    fix: "Narrow the list, or gather evidence for the new models.",
};
/// Tenants, brands or regions may set a boundary differently.
pub const OVERRIDABLE: Rule = Rule {
    id: "CL-B-022",
    name: "boundary-overridable",
    summary: "A field that carries a boundary does not become overridable unnoticed.",
    why: "Whoever writes an override could relax it without changing the artifact.",
    fix: "Take the path out of `overridable`, or have the change approved.",
};

/// All rules of this family, in the order of their ids.
pub const ALL: &[&Rule] = &[
    &THRESHOLD,
    &THRESHOLD_UNGUARDED,
    &CONSTANT_REMOVED,
    &CONTRACT_DROPPED,
    &FORBIDDEN_DROPPED,
    &APPROVAL_DROPPED,
    &ALLOWED_ADDED,
    &ESCALATION_REMOVED,
    &ESCALATION_CONDITION,
    &ESCALATION_RECEIVER,
    &OUTPUT_LOOSENED,
    &RISK_LOWERED,
    &FRAGMENT_REMOVED,
    &SCORE_LOWERED,
    &FILTER_DROPPED,
    &ROLLBACK_OWNER,
    &HIDDEN_EXPOSED,
    &CHOICE,
    &TOOL,
    &ARGUMENTS,
    &MODELS,
    &OVERRIDABLE,
];

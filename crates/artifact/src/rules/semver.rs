//! What a difference does to the version number (CL-S).

use super::Rule;

/// Kind or name differs: it is another artifact to callers.
pub const IDENTITY: Rule = Rule {
    id: "CL-S-001",
    name: "identity-changed",
    summary: "Two versions of an artifact have the same kind and name.",
    why: "Callers ask for an artifact by its name.",
    fix: "Publish it as a new artifact and keep the old one until its callers have moved.",
};
/// Title, summary, intent, tags, known limitations or `x-` keys differ.
pub const DESCRIPTION: Rule = Rule {
    id: "CL-S-002",
    name: "description-changed",
    summary: "A change of words about the artifact is a patch.",
    why: "Neither the model nor a calling program reads them.",
    fix: "Nothing is needed.",
};
/// The owners differ.
pub const OWNERS: Rule = Rule {
    id: "CL-S-003",
    name: "owners-changed",
    summary: "A change of owners is a patch.",
    why: "Callers notice nothing; who answers for the artifact is recorded all the same.",
    fix: "Nothing is needed.",
};
/// The risk differs.
pub const RISK: Rule = Rule {
    id: "CL-S-004",
    name: "risk-changed",
    summary: "A change of risk is minor.",
    why: "Raising it demands new approval, lowering it is a boundary change; neither breaks a caller.",
    fix: "Nothing is needed; say why in `change_intent`.",
};
/// The model family differs.
pub const FAMILY: Rule = Rule {
    id: "CL-S-005",
    name: "model-family-changed",
    summary: "A change of the model family is major.",
    why: "A prompt written for another family answers differently everywhere, and callers chose their model for the family.",
    fix: "Keep the family, or publish a second artifact for the other one.",
};
/// No model is allowed both before and after.
pub const ALLOWED_DISJOINT: Rule = Rule {
    id: "CL-S-006",
    name: "allowed-models-disjoint",
    summary: "A change after which no formerly allowed model is allowed is major.",
    why: "Every caller has to change the model on the same day.",
    fix: "Allow the old models beside the new ones for a while.",
};
/// Other models are allowed; some still are.
pub const ALLOWED_CHANGED: Rule = Rule {
    id: "CL-S-007",
    name: "allowed-models-changed",
    summary: "A change of the allowed models that leaves some in common is minor.",
    why: "A caller can move without breaking.",
    fix: "Nothing is needed.",
};
/// A sampling parameter differs.
pub const PARAMETER: Rule = Rule {
    id: "CL-S-008",
    name: "model-parameter-changed",
    summary: "A change of a sampling parameter is minor.",
    why: "Answers may differ, their form does not.",
    fix: "Nothing is needed.",
};
/// A constant that callers rely on has another value or type.
pub const CONTRACT_CHANGED: Rule = Rule {
    id: "CL-S-009",
    name: "contract-constant-changed",
    summary: "A change of a constant with `contract: true` is major.",
    why: "Callers were told to rely on the very value.",
    fix: "Set `contract: false` in a major version first if callers need not rely on it.",
};
/// A constant that callers rely on is gone or no longer promised.
pub const CONTRACT_WITHDRAWN: Rule = Rule {
    id: "CL-S-010",
    name: "contract-constant-withdrawn",
    summary: "Removing a constant with `contract: true`, or the promise, is major.",
    why: "Callers were told to rely on it.",
    fix: "Keep the constant until its callers have moved.",
};
/// A constant is newly promised to callers.
pub const CONTRACT_ADDED: Rule = Rule {
    id: "CL-S-011",
    name: "contract-constant-added",
    summary: "Adding a constant with `contract: true`, or the promise to one, is minor.",
    why: "Nobody relied on it before.",
    fix: "Nothing is needed.",
};
/// A constant that callers were not to rely on differs.
pub const CONSTANT: Rule = Rule {
    id: "CL-S-012",
    name: "constant-changed",
    summary: "Adding, removing or changing a constant without `contract` is minor.",
    why: "Text or callers may show it, but nobody was told to rely on it.",
    fix: "Nothing is needed.",
};
/// Only words or the careful direction of a constant differ.
pub const CONSTANT_NOTE: Rule = Rule {
    id: "CL-S-013",
    name: "constant-note-changed",
    summary: "A change of description or `stricter` of a constant is a patch.",
    why: "The value is the same; dropping `stricter` is reported as a boundary change.",
    fix: "Nothing is needed.",
};
/// Inputs that were valid are refused.
pub const INPUTS_NARROWED: Rule = Rule {
    id: "CL-S-014",
    name: "inputs-narrowed",
    summary: "A change after which some formerly valid input is refused is major.",
    why: "A caller that worked yesterday fails today; the message shows a value that would.",
    fix: "Make the new field optional, give it a default in the text, or widen the limit again.",
};
/// More inputs are valid.
pub const INPUTS_WIDENED: Rule = Rule {
    id: "CL-S-015",
    name: "inputs-widened",
    summary: "A change after which all formerly valid inputs are valid, and more, is minor.",
    why: "Every caller keeps working.",
    fix: "Nothing is needed.",
};
/// Whether formerly valid inputs are still valid cannot be decided.
pub const INPUTS_UNDECIDED: Rule = Rule {
    id: "CL-S-016",
    name: "inputs-undecided",
    summary: "A change of inputs whose effect cannot be decided is major.",
    why: "Counting it lower could break callers without notice.",
    fix: "Write the schema within the subset of rules CL-J, or override the class with a reason.",
};
/// A default or format of an input differs.
pub const INPUTS_HINT: Rule = Rule {
    id: "CL-S-017",
    name: "inputs-hint-changed",
    summary: "A change of `default` or `format` in the inputs is minor.",
    why: "They are not enforced, but change what callers send or may leave out.",
    fix: "Nothing is needed.",
};
/// The inputs are written differently and mean the same.
pub const INPUTS_REWORDED: Rule = Rule {
    id: "CL-S-018",
    name: "inputs-reworded",
    summary: "A change of the inputs that changes neither what is valid nor a default is a patch.",
    why: "No caller and no model notices.",
    fix: "Nothing is needed.",
};
/// The answer changes between text and JSON.
pub const OUTPUT_KIND: Rule = Rule {
    id: "CL-S-019",
    name: "output-kind-changed",
    summary: "A change between text and JSON is major.",
    why: "A program that parses one cannot read the other.",
    fix: "Publish a second artifact for the other kind.",
};
/// An answer is possible that readers were promised never to see.
pub const OUTPUT_WIDENED: Rule = Rule {
    id: "CL-S-020",
    name: "output-widened",
    summary: "A change after which the model may give an answer that was invalid is major.",
    why: "Programs that read answers refuse it or misread it; the message shows one.",
    fix: "Keep the old limits, or publish the wider answer under a new field of an open object.",
};
/// Fewer answers are possible.
pub const OUTPUT_NARROWED: Rule = Rule {
    id: "CL-S-021",
    name: "output-narrowed",
    summary: "A change after which all answers were valid before is minor.",
    why: "Every reader keeps working.",
    fix: "Nothing is needed.",
};
/// Whether all answers were valid before cannot be decided.
pub const OUTPUT_UNDECIDED: Rule = Rule {
    id: "CL-S-022",
    name: "output-undecided",
    summary: "A change of the output whose effect cannot be decided is major.",
    why: "Counting it lower could break readers without notice.",
    fix: "Write the schema within the subset of rules CL-J, or override the class with a reason.",
};
/// The output schema is written differently and accepts the same answers.
pub const OUTPUT_REWORDED: Rule = Rule {
    id: "CL-S-023",
    name: "output-reworded",
    summary: "A change of the output schema that changes no valid answer is minor.",
    why: "The model is given the schema, so its answers may differ.",
    fix: "Nothing is needed.",
};
/// A place for the caller's messages is gone.
pub const PLACEHOLDER_REMOVED: Rule = Rule {
    id: "CL-S-024",
    name: "placeholder-removed",
    summary: "Removing or renaming a placeholder is major.",
    why: "Callers fill it by its name.",
    fix: "Keep it, or add the new one as optional beside it.",
};
/// Callers must fill a placeholder that they did not have to fill.
pub const PLACEHOLDER_REQUIRED: Rule = Rule {
    id: "CL-S-025",
    name: "placeholder-required",
    summary: "A newly required placeholder is major.",
    why: "Callers that do not fill it fail.",
    fix: "Make it optional.",
};
/// Callers may fill a placeholder that was not there, or leave out one that was required.
pub const PLACEHOLDER_OPTIONAL: Rule = Rule {
    id: "CL-S-026",
    name: "placeholder-optional",
    summary: "A new optional placeholder, or one made optional, is minor.",
    why: "Every caller keeps working.",
    fix: "Nothing is needed.",
};
/// A message is gone or has another role.
pub const MESSAGE_REMOVED: Rule = Rule {
    id: "CL-S-027",
    name: "message-removed",
    summary: "Removing a message, or changing its role, is major.",
    why: "Callers may pick messages by role or position.",
    fix: "Keep the message.",
};
/// Messages stand in another order.
pub const MESSAGES_REORDERED: Rule = Rule {
    id: "CL-S-028",
    name: "messages-reordered",
    summary: "A change of the order of messages or placeholders is major.",
    why: "Callers may pick messages by position, and models read them in order.",
    fix: "Keep the order.",
};
/// The last message has another role.
pub const ENDS_DIFFERENTLY: Rule = Rule {
    id: "CL-S-029",
    name: "conversation-ends-differently",
    summary: "A change of the role of the last message, optional placeholders aside, is major.",
    why: "Callers add to the end, and some providers refuse certain last roles.",
    fix: "Add messages before the last one.",
};
/// A message is added.
pub const MESSAGE_ADDED: Rule = Rule {
    id: "CL-S-030",
    name: "message-added",
    summary: "Adding a message that changes neither order nor end is minor.",
    why: "Callers pass on what they are given.",
    fix: "Nothing is needed.",
};
/// Text changed, and golden cases render differently.
pub const TEXT_DIFFERS: Rule = Rule {
    id: "CL-S-031",
    name: "text-renders-differently",
    summary: "A change of text after which some golden case renders differently is minor.",
    why: "The model reads something else; the form of inputs and answers is the same.",
    fix: "Nothing is needed.",
};
/// Text changed, and no golden case shows whether that matters.
pub const TEXT_UNPROVED: Rule = Rule {
    id: "CL-S-032",
    name: "text-unproved",
    summary: "A change of text without golden cases is minor.",
    why: "Without a case nothing shows that it renders the same.",
    fix: "Add a golden case under `tests` that covers the text.",
};
/// Text changed, and every golden case renders the same.
pub const TEXT_SAME: Rule = Rule {
    id: "CL-S-033",
    name: "text-renders-identically",
    summary: "A change of text after which every golden case renders the same is a patch.",
    why: "It was moved or commented, not changed.",
    fix: "Nothing is needed.",
};
/// Another version of a fragment is locked.
pub const FRAGMENT_UPGRADED: Rule = Rule {
    id: "CL-S-034",
    name: "fragment-upgraded",
    summary: "A change of the locked version of a fragment counts as the distance between the versions; going back by more than a patch is major.",
    why: "The version of a fragment already says how much it changed.",
    fix: "Nothing is needed.",
};
/// Only the requirement on a fragment differs.
pub const FRAGMENT_REQUIREMENT: Rule = Rule {
    id: "CL-S-035",
    name: "fragment-requirement-changed",
    summary: "A change of a requirement that locks the same version is a patch.",
    why: "The text is the same.",
    fix: "Nothing is needed.",
};
/// How much a fragment changed cannot be told from its versions.
pub const FRAGMENT_UNDECIDED: Rule = Rule {
    id: "CL-S-036",
    name: "fragment-undecided",
    summary: "A fragment that is not locked on both sides, is locked to a pre-release, or has two contents under one number, is major.",
    why: "Counting it lower could break callers without notice.",
    fix: "Run `cuelight lock`, and release with released fragments.",
};
/// The model may call a tool that callers do not know.
pub const TOOL_ADDED: Rule = Rule {
    id: "CL-S-037",
    name: "tool-added",
    summary: "Adding a tool that the caller carries out is major.",
    why: "A caller that cannot carry out a call leaves the model without an answer.",
    fix: "Let the platform carry it out, or publish it in a new major version.",
};
/// A tool that callers carry out is gone.
pub const TOOL_REMOVED: Rule = Rule {
    id: "CL-S-038",
    name: "tool-removed",
    summary: "Removing or renaming a tool that the caller carries out, or giving it to the platform, is major.",
    why: "Callers were built around these calls.",
    fix: "Keep the tool.",
};
/// The model may send arguments that callers refuse.
pub const ARGUMENTS_WIDENED: Rule = Rule {
    id: "CL-S-039",
    name: "tool-arguments-widened",
    summary: "A change after which a tool's arguments may take a value that was invalid is major.",
    why: "The program that carries out the call refuses or misreads it; the message shows one.",
    fix: "Keep the old limits, or add a second tool.",
};
/// The model may send fewer arguments.
pub const ARGUMENTS_NARROWED: Rule = Rule {
    id: "CL-S-040",
    name: "tool-arguments-narrowed",
    summary: "A change after which all of a tool's arguments were valid before is minor.",
    why: "Every program that carries out the call keeps working.",
    fix: "Nothing is needed.",
};
/// Whether a tool's arguments were all valid before cannot be decided.
pub const ARGUMENTS_UNDECIDED: Rule = Rule {
    id: "CL-S-041",
    name: "tool-arguments-undecided",
    summary: "A change of a tool's arguments whose effect cannot be decided is major.",
    why: "Counting it lower could break callers without notice.",
    fix: "Write the schema within the subset of rules CL-J, or override the class with a reason.",
};
/// Callers must add an argument that they did not add.
pub const HIDDEN_ADDED: Rule = Rule {
    id: "CL-S-042",
    name: "tool-hidden-argument-added",
    summary: "A new hidden argument of a tool that the caller carries out is major.",
    why: "The application adds hidden arguments; one that does not know of it leaves it out.",
    fix: "Let the platform add it.",
};
/// Answers of a form are possible that were impossible before.
pub const CHOICE_LOOSENED: Rule = Rule {
    id: "CL-S-043",
    name: "tool-choice-loosened",
    summary: "A change of `choice` after which a call or a text is possible where there was none is major.",
    why: "A caller that never got a tool call, or never got text, does not expect it.",
    fix: "Keep the choice.",
};
/// The breaking part of the tools' `schema_version` differs.
pub const TOOLS_VERSION: Rule = Rule {
    id: "CL-S-044",
    name: "tool-contract-broken",
    summary: "A change of the breaking part of `schema_version` is major.",
    why: "Whoever carries the tools out said that the contract is another one.",
    fix: "Raise the minor part if the contract still holds.",
};
/// What the model is told about tools differs; callers need nothing new.
pub const TOOL_CHANGED: Rule = Rule {
    id: "CL-S-045",
    name: "tool-changed",
    summary: "A change of a tool's words, of the order of tools, of a stricter choice, or of the minor part of `schema_version`, is minor; of its last part alone, a patch.",
    why: "The model may call tools at other times, in the form callers know.",
    fix: "Nothing is needed.",
};
/// A tool that the platform carries out differs.
pub const PLATFORM_TOOL: Rule = Rule {
    id: "CL-S-046",
    name: "platform-tool-changed",
    summary: "Adding, removing or changing a tool that the platform carries out is minor.",
    why: "Callers never see its calls.",
    fix: "Nothing is needed.",
};
/// Passages must be given that were not asked for, or under another name.
pub const RETRIEVAL_REQUIRED: Rule = Rule {
    id: "CL-S-047",
    name: "retrieval-required",
    summary: "Adding retrieval, or renaming its variable, is major.",
    why: "Who renders the prompt without them gets an error or an empty place.",
    fix: "Keep the variable's name; guard the text with `is defined`.",
};
/// Other passages may be found.
pub const RETRIEVAL_CHANGED: Rule = Rule {
    id: "CL-S-048",
    name: "retrieval-changed",
    summary: "A change of index, query, number, score or filters of retrieval, or its removal, is minor.",
    why: "What is found may differ; how it is handed over does not.",
    fix: "Nothing is needed.",
};
/// An action may happen that could not, or with less approval.
pub const AUTHORITY_LOOSENED: Rule = Rule {
    id: "CL-S-049",
    name: "authority-loosened",
    summary: "Allowing an action, or dropping a prohibition or the need for approval, is major.",
    why: "Callers enforce these lists; one that follows the new version would act alone where a person decided before.",
    fix: "Keep the prohibition; callers that may go further can have an artifact of their own.",
};
/// An action needs approval or is forbidden that was not, or is allowed no longer.
pub const AUTHORITY_TIGHTENED: Rule = Rule {
    id: "CL-S-050",
    name: "authority-tightened",
    summary: "Forbidding an action, demanding approval, or no longer allowing it, is minor.",
    why: "Callers that follow the lists do less, and nothing unsafe.",
    fix: "Nothing is needed.",
};
/// When or to whom to hand over differs.
pub const ESCALATION: Rule = Rule {
    id: "CL-S-051",
    name: "escalation-changed",
    summary: "A change of escalation is minor.",
    why: "People are called in other situations; programs keep working.",
    fix: "Nothing is needed.",
};
/// A setting that callers read is gone or different.
pub const INTEGRATION_BROKEN: Rule = Rule {
    id: "CL-S-052",
    name: "integration-broken",
    summary: "Removing or changing a key of `integration` is major.",
    why: "The systems around the prompt read these settings by key.",
    fix: "Add a new key and keep the old one until its readers have moved.",
};
/// A setting is added.
pub const INTEGRATION_ADDED: Rule = Rule {
    id: "CL-S-053",
    name: "integration-added",
    summary: "Adding a key to `integration` is minor.",
    why: "Nobody read it before.",
    fix: "Nothing is needed.",
};
/// A field may no longer be set differently.
pub const OVERRIDE_WITHDRAWN: Rule = Rule {
    id: "CL-S-054",
    name: "override-withdrawn",
    summary: "Removing a path from `overridable` is major.",
    why: "Overrides that exist stop applying.",
    fix: "Keep the path until no override uses it.",
};
/// A field may be set differently.
pub const OVERRIDE_ADDED: Rule = Rule {
    id: "CL-S-055",
    name: "override-added",
    summary: "Adding a path to `overridable` is minor.",
    why: "Nobody set it before.",
    fix: "Nothing is needed.",
};
/// Golden cases differ.
pub const TESTS: Rule = Rule {
    id: "CL-S-056",
    name: "tests-changed",
    summary: "A change of golden cases alone is a patch.",
    why: "They are evidence about the prompt, not part of what it does.",
    fix: "Nothing is needed.",
};
/// The content is arranged differently and means the same.
pub const REWRITTEN: Rule = Rule {
    id: "CL-S-057",
    name: "rewritten",
    summary: "A change of order or form that says nothing is a patch.",
    why: "Different content needs a different number, however small the difference.",
    fix: "Nothing is needed.",
};

/// All rules of this family, in the order of their ids.
pub const ALL: &[&Rule] = &[
    &IDENTITY,
    &DESCRIPTION,
    &OWNERS,
    &RISK,
    &FAMILY,
    &ALLOWED_DISJOINT,
    &ALLOWED_CHANGED,
    &PARAMETER,
    &CONTRACT_CHANGED,
    &CONTRACT_WITHDRAWN,
    &CONTRACT_ADDED,
    &CONSTANT,
    &CONSTANT_NOTE,
    &INPUTS_NARROWED,
    &INPUTS_WIDENED,
    &INPUTS_UNDECIDED,
    &INPUTS_HINT,
    &INPUTS_REWORDED,
    &OUTPUT_KIND,
    &OUTPUT_WIDENED,
    &OUTPUT_NARROWED,
    &OUTPUT_UNDECIDED,
    &OUTPUT_REWORDED,
    &PLACEHOLDER_REMOVED,
    &PLACEHOLDER_REQUIRED,
    &PLACEHOLDER_OPTIONAL,
    &MESSAGE_REMOVED,
    &MESSAGES_REORDERED,
    &ENDS_DIFFERENTLY,
    &MESSAGE_ADDED,
    &TEXT_DIFFERS,
    &TEXT_UNPROVED,
    &TEXT_SAME,
    &FRAGMENT_UPGRADED,
    &FRAGMENT_REQUIREMENT,
    &FRAGMENT_UNDECIDED,
    &TOOL_ADDED,
    &TOOL_REMOVED,
    &ARGUMENTS_WIDENED,
    &ARGUMENTS_NARROWED,
    &ARGUMENTS_UNDECIDED,
    &HIDDEN_ADDED,
    &CHOICE_LOOSENED,
    &TOOLS_VERSION,
    &TOOL_CHANGED,
    &PLATFORM_TOOL,
    &RETRIEVAL_REQUIRED,
    &RETRIEVAL_CHANGED,
    &AUTHORITY_LOOSENED,
    &AUTHORITY_TIGHTENED,
    &ESCALATION,
    &INTEGRATION_BROKEN,
    &INTEGRATION_ADDED,
    &OVERRIDE_WITHDRAWN,
    &OVERRIDE_ADDED,
    &TESTS,
    &REWRITTEN,
];

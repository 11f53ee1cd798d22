//! JSON Schemas within artifacts (CL-J).

use super::Rule;

/// A schema is not an object.
pub const NOT_A_SCHEMA: Rule = Rule {
    id: "CL-J-001",
    name: "not-a-schema",
    summary: "A JSON Schema is written as an object of keywords.",
    why: "`true` and `false` are schemas in the standard, but hide what is meant.",
    fix: "Write `{}` for any value; leave a field out, under `additionalProperties: false`, to refuse it.",
};
/// A keyword that JSON Schema does not have.
pub const UNKNOWN_KEYWORD: Rule = Rule {
    id: "CL-J-002",
    name: "unknown-schema-keyword",
    summary: "Every keyword of a schema is one that JSON Schema 2020-12 defines.",
    why: "A misspelt keyword limits nothing, and nobody notices.",
    fix: "Correct the keyword, or move the remark to `description`.",
};
/// A keyword outside the subset.
pub const UNSUPPORTED_KEYWORD: Rule = Rule {
    id: "CL-J-003",
    name: "unsupported-schema-keyword",
    summary: "A schema stays within the subset in which compatibility can be decided.",
    why: "Version numbers are computed by proving that one schema includes another; with `pattern`, `not` or recursion \
          that cannot be proved.",
    fix: "Use the replacement named in the message, often `enum`, `anyOf` or `maxLength`.",
};
/// A keyword with a value it cannot have.
pub const KEYWORD_VALUE: Rule = Rule {
    id: "CL-J-004",
    name: "schema-keyword-value",
    summary: "Every keyword of a schema has a value of the right kind and size, and stands where it may.",
    why: "A limit that is not a number limits nothing; numbers beyond 10^15 are too coarse to compare exactly.",
    fix: "Write the value the message demands.",
};
/// Keywords that contradict each other.
pub const ACCEPTS_NOTHING: Rule = Rule {
    id: "CL-J-005",
    name: "schema-accepts-nothing",
    summary: "Every schema, and every schema within one, accepts some value.",
    why: "A contradiction, such as a minimum above the maximum, refuses every caller.",
    fix: "Correct the limits, or remove what contradicts them.",
};
/// A reference to nothing.
pub const UNKNOWN_REFERENCE: Rule = Rule {
    id: "CL-J-006",
    name: "unknown-schema-reference",
    summary: "`$ref` names a schema under `$defs` of the same schema.",
    why: "An artifact is whole in itself; nothing is fetched to understand it.",
    fix: "Define the schema under `$defs` and refer to `#/$defs/name`.",
};
/// A definition that contains itself.
pub const RECURSIVE_REFERENCE: Rule = Rule {
    id: "CL-J-007",
    name: "recursive-schema-reference",
    summary: "No definition contains itself.",
    why: "Inclusion of recursive schemas cannot be decided here, and models answer them badly.",
    fix: "Write the levels that are needed, or use a flat list with parent ids.",
};
/// Alternatives of `oneOf` that overlap.
pub const ONE_OF_OVERLAPS: Rule = Rule {
    id: "CL-J-008",
    name: "one-of-overlaps",
    summary: "No value satisfies two alternatives of a `oneOf`.",
    why: "A value that satisfies two is refused by the standard, which hardly anyone intends.",
    fix: "Use `anyOf`, or tell the alternatives apart by a required `const` field.",
};
/// Too many levels.
pub const TOO_DEEP: Rule = Rule {
    id: "CL-J-009",
    name: "schema-too-deep",
    summary: "Schemas are nested at most 32 levels deep.",
    why: "Deeper structures are mistakes or attacks.",
    fix: "Flatten the structure.",
};
/// Too many parts.
pub const TOO_LARGE: Rule = Rule {
    id: "CL-J-010",
    name: "schema-too-large",
    summary: "A schema has at most 256 KiB and 4000 parts, references and combinations of alternatives expanded.",
    why: "Everything that reads schemas must stay quick.",
    fix: "Leave out detail that nobody checks, or split the prompt.",
};
/// A required field nobody declared.
pub const REQUIRED_UNDECLARED: Rule = Rule {
    id: "CL-J-011",
    name: "required-field-undeclared",
    summary: "Every name under `required` is declared under `properties`.",
    why: "Most often it is a misspelling, and then no caller can satisfy it.",
    fix: "Declare the field, or correct its name.",
};
/// A default or example that the schema refuses.
pub const SAMPLE_INVALID: Rule = Rule {
    id: "CL-J-012",
    name: "schema-sample-invalid",
    summary: "Defaults and examples are valid where they stand.",
    why: "A default that is not valid fails exactly when somebody relies on it.",
    fix: "Correct the value, or the schema around it.",
};
/// A keyword that limits nothing.
pub const WITHOUT_EFFECT: Rule = Rule {
    id: "CL-J-013",
    name: "schema-keyword-without-effect",
    summary: "Every limit applies to the type beside it.",
    why: "In JSON Schema `maxLength` lets every number through; without `type: string` it is not the limit it seems.",
    fix: "Name the type, or remove the keyword.",
};
/// An object that does not say whether other fields may come.
pub const OPEN_OBJECT: Rule = Rule {
    id: "CL-J-014",
    name: "open-object",
    summary: "An object with declared fields says whether others are accepted.",
    why: "JSON Schema accepts them by default; a caller may then already send a field that a later version declares \
          with another type, so that declaring it is a major change.",
    fix: "Add `additionalProperties: false`, or `true` if other fields are welcome.",
};
/// Inputs or arguments that are not an object.
pub const NOT_AN_OBJECT: Rule = Rule {
    id: "CL-J-015",
    name: "inputs-not-an-object",
    summary: "Inputs and tool arguments are objects: values by name.",
    why: "Templates and tools use values by name.",
    fix: "Write `type: object` with the fields under `properties`.",
};

/// All rules of this family, in the order of their ids.
pub const ALL: &[&Rule] = &[
    &NOT_A_SCHEMA,
    &UNKNOWN_KEYWORD,
    &UNSUPPORTED_KEYWORD,
    &KEYWORD_VALUE,
    &ACCEPTS_NOTHING,
    &UNKNOWN_REFERENCE,
    &RECURSIVE_REFERENCE,
    &ONE_OF_OVERLAPS,
    &TOO_DEEP,
    &TOO_LARGE,
    &REQUIRED_UNDECLARED,
    &SAMPLE_INVALID,
    &WITHOUT_EFFECT,
    &OPEN_OBJECT,
    &NOT_AN_OBJECT,
];

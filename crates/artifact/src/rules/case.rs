//! Golden cases (CL-C).

use super::Rule;

/// A case's inputs do not fit the schema.
pub const CASE_INPUTS: Rule = Rule {
    id: "CL-C-001",
    name: "case-inputs",
    summary: "The inputs of a golden case fit the prompt's input schema.",
    why: "A case that no caller could send shows nothing about what callers get.",
    fix: "Correct the inputs of the case, or the schema.",
};
/// A case cannot be rendered.
pub const CASE_RENDERS: Rule = Rule {
    id: "CL-C-002",
    name: "case-renders",
    summary: "Every golden case can be rendered.",
    why: "A prompt that cannot be rendered for its own examples cannot be rendered for its callers.",
    fix: "Mend the template at the place shown, or give the case what it lacks.",
};
/// A rendered case does not hold what it should.
pub const CASE_HOLDS: Rule = Rule {
    id: "CL-C-003",
    name: "case-holds",
    summary: "What a golden case expects of the rendered prompt is so.",
    why: "An expectation that fails means that the wording or the case is out of date.",
    fix: "Restore the wording, or change the expectation if the new wording is meant.",
};
/// An expectation nobody knows.
pub const CASE_EXPECTATION: Rule = Rule {
    id: "CL-C-004",
    name: "case-expectation",
    summary: "An expectation is `rendered_contains`, `rendered_excludes` or `output`.",
    why: "An expectation that nothing checks gives false confidence.",
    fix: "Correct the name; `rendered_contains` and `rendered_excludes` take a list of texts.",
};
/// High risk and no case.
pub const CASES_MISSING: Rule = Rule {
    id: "CL-C-005",
    name: "cases-missing",
    summary: "A prompt of high risk has golden cases.",
    why: "Without cases nobody sees what a small change of wording does.",
    fix: "Add `tests.yaml` with normal, edge and refusal cases.",
};

/// All rules of this family, in the order of their ids.
pub const ALL: &[&Rule] = &[&CASE_INPUTS, &CASE_RENDERS, &CASE_HOLDS, &CASE_EXPECTATION, &CASES_MISSING];

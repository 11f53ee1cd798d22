//! Templates and their variables (CL-T). 001-034: what the parser refuses; 040-052: what the check of variables
//! finds; 060-065: what rendering refuses.

use super::Rule;

/// A template beyond the size limit.
pub const TOO_LARGE: Rule = Rule {
    id: "CL-T-001",
    name: "template-too-large",
    summary: "A template has at most 256 KiB and 20,000 parts, fragments included.",
    why: "Every rendering pays for the size of a template, and no instruction of that length is read by anyone.",
    fix: "Move data into inputs or retrieval, and remove what the model does not need.",
};
/// Nesting beyond the limit.
pub const TOO_DEEP: Rule = Rule {
    id: "CL-T-002",
    name: "template-too-deep",
    summary: "Blocks, brackets, chains of operators and included fragments nest at most 64 levels deep.",
    why: "Deep nesting hides what a prompt says, and unbounded nesting could exhaust the stack.",
    fix: "Split the expression or the block; long chains of `elif` read better as several `if` blocks.",
};
/// Something the grammar has no place for.
pub const SYNTAX: Rule = Rule {
    id: "CL-T-003",
    name: "template-syntax",
    summary: "Text between `{{ }}` or `{% %}` follows the template grammar.",
    why: "What cannot be read with certainty cannot be checked or rendered.",
    fix: "Correct the place shown; to print braces literally, put them between `{% raw %}` and `{% endraw %}`.",
};
/// A block, tag, comment or text that never ends.
pub const UNCLOSED: Rule = Rule {
    id: "CL-T-004",
    name: "unclosed-block",
    summary: "Every `{{`, `{%`, `{#`, quote, bracket and block is closed.",
    why: "An open block swallows the rest of the message.",
    fix: "Add the missing end, such as `}}`, `{% endif %}` or `{% endfor %}`.",
};
/// An end or middle tag without its beginning.
pub const STRAY_TAG: Rule = Rule {
    id: "CL-T-005",
    name: "stray-tag",
    summary: "`elif`, `else`, `endif`, `endfor` and `endraw` stand only inside the block they belong to.",
    why: "A stray tag means that a block was opened or closed in the wrong place.",
    fix: "Remove the tag or add the block it belongs to.",
};
/// `{% set %}`.
pub const NO_SET: Rule = Rule {
    id: "CL-T-006",
    name: "no-set",
    summary: "Templates do not assign variables.",
    why: "Assignments make the meaning of a line depend on lines elsewhere, and repeated doubling of a variable can fill the memory.",
    fix: "Compute the value in the application and pass it as an input, or declare it under `constants`.",
};
/// `{% macro %}` and `{% call %}`.
pub const NO_MACRO: Rule = Rule {
    id: "CL-T-007",
    name: "no-macro",
    summary: "Templates define and call no macros.",
    why: "Macros are programs; a prompt is text that people review.",
    fix: "Write the text where it is needed, or share it as a fragment with `{% include %}`.",
};
/// `{% import %}` and `{% from %}`.
pub const NO_IMPORT: Rule = Rule {
    id: "CL-T-008",
    name: "no-import",
    summary: "Templates import nothing.",
    why: "What a prompt consists of is declared under `fragments`, so that it can be locked and reviewed.",
    fix: "Declare a fragment and use `{% include \"alias\" %}`.",
};
/// `{% extends %}` and `{% block %}`.
pub const NO_INHERITANCE: Rule = Rule {
    id: "CL-T-009",
    name: "no-inheritance",
    summary: "Templates do not inherit from each other.",
    why: "With inheritance no single file says what the prompt is.",
    fix: "Put the common part into a fragment and include it.",
};
/// `{% do %}`.
pub const NO_DO: Rule = Rule {
    id: "CL-T-010",
    name: "no-do",
    summary: "Templates run no statements for their side effects.",
    why: "Rendering has no side effects.",
    fix: "Remove the statement.",
};
/// `{% filter %}`.
pub const NO_FILTER_BLOCK: Rule = Rule {
    id: "CL-T-011",
    name: "no-filter-block",
    summary: "Filters apply to values, not to blocks of text.",
    why: "A filter over a block changes text that a reviewer reads as literal.",
    fix: "Apply the filter to each value: `{{ name | upper }}`.",
};
/// `{% with %}`.
pub const NO_WITH: Rule = Rule {
    id: "CL-T-012",
    name: "no-with",
    summary: "Templates open no scopes of their own.",
    why: "A second name for a value hides which input a line reads.",
    fix: "Use the input's full path.",
};
/// `{% autoescape %}`.
pub const NO_AUTOESCAPE: Rule = Rule {
    id: "CL-T-013",
    name: "no-autoescape",
    summary: "Output is never escaped.",
    why: "A prompt is text for a model, not HTML; escaping would change what the model reads.",
    fix: "Remove the block.",
};
/// A tag that is none of the known ones.
pub const UNKNOWN_STATEMENT: Rule = Rule {
    id: "CL-T-014",
    name: "unknown-statement",
    summary: "The statements are `if`, `for`, `include` and `raw`.",
    why: "An unknown tag is a typing error or belongs to another template language.",
    fix: "Use `if`, `for`, `include` or `raw`.",
};
/// A call of a function.
pub const NO_CALL: Rule = Rule {
    id: "CL-T-015",
    name: "no-function-call",
    summary: "Templates call no functions.",
    why: "Functions could do anything; the only operations are filters and tests that are listed.",
    fix: "Use a filter, or compute the value in the application and pass it as an input.",
};
/// `range()`.
pub const NO_RANGE: Rule = Rule {
    id: "CL-T-016",
    name: "no-range",
    summary: "`range` does not exist.",
    why: "It makes loops whose length no input bounds.",
    fix: "Loop over a list input, or over a literal list such as `[1, 2, 3]`.",
};
/// `namespace()`.
pub const NO_NAMESPACE: Rule = Rule {
    id: "CL-T-017",
    name: "no-namespace",
    summary: "`namespace` does not exist.",
    why: "It carries values out of loops, with which a short template can fill the memory.",
    fix: "Compute the value in the application and pass it as an input.",
};
/// A call of a method.
pub const NO_METHOD_CALL: Rule = Rule {
    id: "CL-T-018",
    name: "no-method-call",
    summary: "Values have no methods.",
    why: "Methods differ between template engines and hide what is computed.",
    fix: "Use a filter: `name | upper` instead of `name.upper()`.",
};
/// `+`, `-`, `/`, `//`, `%`, `**` and the sign of a variable.
pub const NO_ARITHMETIC: Rule = Rule {
    id: "CL-T-019",
    name: "no-arithmetic",
    summary: "Templates do not calculate.",
    why: "A number in a prompt comes from a declared input or constant, so that a reviewer can find it.",
    fix: "Compute the value in the application and pass it as an input.",
};
/// `*`.
pub const NO_REPETITION: Rule = Rule {
    id: "CL-T-020",
    name: "no-repetition",
    summary: "`*` does not exist.",
    why: "Repeating text can fill the memory: `\"x\" * 100000000`.",
    fix: "Write the text out, or pass it as an input.",
};
/// `~`.
pub const NO_CONCATENATION: Rule = Rule {
    id: "CL-T-021",
    name: "no-concatenation",
    summary: "`~` does not exist.",
    why: "Text is joined by writing it side by side.",
    fix: "Write `{{ a }}{{ b }}`, or use `join` on a list.",
};
/// `[a:b]`.
pub const NO_SLICE: Rule = Rule {
    id: "CL-T-022",
    name: "no-slice",
    summary: "Lists and texts are not sliced.",
    why: "What is cut off is a decision the application should make where it can be seen and tested.",
    fix: "Pass the part you need as an input.",
};
/// An index that is not a literal.
pub const NO_COMPUTED_INDEX: Rule = Rule {
    id: "CL-T-023",
    name: "no-computed-index",
    summary: "An index is a whole number from 0 or a text, written out.",
    why: "With a computed index it cannot be told which input a template reads.",
    fix: "Write `[0]` or `[\"key\"]`, or loop over the list.",
};
/// A filter that is none of the known ones.
pub const UNKNOWN_FILTER: Rule = Rule {
    id: "CL-T-024",
    name: "unknown-filter",
    summary: "The filters are `default`, `upper`, `lower`, `trim`, `join`, `length` and `json`.",
    why: "Only these behave the same everywhere and have a bounded cost.",
    fix: "Use `default`, `upper`, `lower`, `trim`, `join`, `length` or `json`, or compute the value in the application.",
};
/// A wrong number of filter arguments.
pub const FILTER_ARGUMENTS: Rule = Rule {
    id: "CL-T-025",
    name: "filter-arguments",
    summary: "`default` takes one argument, `join` at most one, the other filters none; none is named.",
    why: "A superfluous argument would be ignored, a missing one guessed.",
    fix: "Give the arguments the filter takes: `default(\"none\")`, `join(\", \")`.",
};
/// A test that is none of the known ones.
pub const UNKNOWN_TEST: Rule = Rule {
    id: "CL-T-026",
    name: "unknown-test",
    summary: "The tests are `is defined` and `is not defined`.",
    why: "Only these behave the same everywhere; the rest can be said with comparisons.",
    fix: "Use a comparison, for instance `x == none` instead of `x is none`.",
};
/// An include whose fragment is not a fixed text.
pub const DYNAMIC_INCLUDE: Rule = Rule {
    id: "CL-T-027",
    name: "dynamic-include",
    summary: "`include` names one alias as a text: `{% include \"safety\" %}`.",
    why: "Which fragments a prompt consists of is decided when it is released, not when it is rendered.",
    fix: "Write the alias in quotes; choose between fragments with `if`.",
};
/// `a if b else c`.
pub const NO_INLINE_IF: Rule = Rule {
    id: "CL-T-028",
    name: "no-inline-if",
    summary: "`if` is a block, not an operator.",
    why: "One way to write a condition is enough, and blocks are easier to review.",
    fix: "Write `{% if b %}{{ a }}{% else %}{{ c }}{% endif %}`.",
};
/// A loop in a form that is not supported.
pub const LOOP_FORM: Rule = Rule {
    id: "CL-T-029",
    name: "loop-form",
    summary: "A loop is `{% for name in list %}`: one name, no condition, not recursive.",
    why: "The other forms differ between engines.",
    fix: "Use one name and an `{% if %}` inside the loop.",
};
/// A name that is taken.
pub const RESERVED_NAME: Rule = Rule {
    id: "CL-T-030",
    name: "reserved-name",
    summary: "`constants`, `loop`, the words of the language and names that begin with `__` are not used for inputs or loop variables.",
    why: "The same word would mean two things.",
    fix: "Choose another name.",
};
/// A literal in a form that is not supported.
pub const LITERAL: Rule = Rule {
    id: "CL-T-031",
    name: "literal-form",
    summary: "Numbers are decimal (`12`, `0.5`), texts use the escapes `\\ \" \\' \\n \\t \\r`, and the words are `true`, `false`, `none`.",
    why: "Other forms are read differently by different engines.",
    fix: "Write numbers as `12` or `0.5`, texts in quotes, and `true`, `false` or `none`.",
};
/// A literal object or tuple.
pub const NO_MAP_LITERAL: Rule = Rule {
    id: "CL-T-032",
    name: "no-map-or-tuple",
    summary: "The only composite literal is a list: `[1, 2]`.",
    why: "Structured data belongs into inputs.",
    fix: "Use a list, or pass the value as an input.",
};
/// `a < b < c`.
pub const CHAINED_COMPARISON: Rule = Rule {
    id: "CL-T-033",
    name: "chained-comparison",
    summary: "A comparison has two sides.",
    why: "`a < b < c` means different things in different languages.",
    fix: "Write `a < b and b < c`.",
};
/// `{%+` and `+%}`.
pub const MARKER: Rule = Rule {
    id: "CL-T-034",
    name: "whitespace-marker",
    summary: "The only whitespace marker is `-`, as in `{%- if x -%}`.",
    why: "`+` switches off a trimming that does not happen here.",
    fix: "Remove the `+`.",
};
/// A read that no declaration covers.
pub const UNDECLARED: Rule = Rule {
    id: "CL-T-040",
    name: "undeclared-variable",
    summary: "Every variable and field that a template reads is declared in `inputs`.",
    why: "The declared inputs are the contract with callers; what is read but not declared is missing at the worst moment.",
    fix: "Declare it in `inputs`, or correct the name.",
};
/// A declared input that is never read.
pub const UNUSED_INPUT: Rule = Rule {
    id: "CL-T-041",
    name: "unused-input",
    summary: "Every declared input is read by a message, a fragment or the retrieval.",
    why: "Callers go to the trouble of giving a value that changes nothing.",
    fix: "Remove the input, or use it.",
};
/// A value that may be missing, read without a guard.
pub const UNGUARDED: Rule = Rule {
    id: "CL-T-042",
    name: "unguarded-optional",
    summary: "What may be missing is read only after `is defined` or a truth test, or with `default`.",
    why: "Rendering fails when the value is missing.",
    fix: "Guard the read with `{% if x is defined %}`, give a `default`, or make the input required.",
};
/// A loop over something that is not a list.
pub const LOOP_OVER_OTHER: Rule = Rule {
    id: "CL-T-043",
    name: "loop-over-non-list",
    summary: "`for` loops over lists.",
    why: "Objects have no order and texts no elements, so that engines disagree on what the loop does.",
    fix: "Loop over an input of type `array`.",
};
/// A list or object printed as it is.
pub const PRINTS_STRUCTURE: Rule = Rule {
    id: "CL-T-044",
    name: "prints-structure",
    summary: "Lists and objects are printed with `json` or `join`, or by a loop.",
    why: "Their plain form differs between engines and is not meant for readers.",
    fix: "Write `{{ x | json }}`, `{{ x | join(\", \") }}`, or a loop.",
};
/// A path into a value that has no fields or elements.
pub const NO_FIELDS: Rule = Rule {
    id: "CL-T-045",
    name: "no-such-field",
    summary: "`a.b` needs an object `a`, and `a[0]` a list.",
    why: "The path can never lead to a value.",
    fix: "Correct the path or the declared type.",
};
/// A constant that is not declared.
pub const UNKNOWN_CONSTANT: Rule = Rule {
    id: "CL-T-046",
    name: "unknown-constant",
    summary: "`constants.name` names a constant declared by the same artifact.",
    why: "A missing constant leaves a hole in the instruction.",
    fix: "Declare it under `constants`, or correct the name.",
};
/// An include of an alias that is not declared.
pub const UNKNOWN_ALIAS: Rule = Rule {
    id: "CL-T-047",
    name: "unknown-alias",
    summary: "The alias in `include` is declared under `fragments` of the same artifact.",
    why: "Only declared fragments are locked and reviewed.",
    fix: "Declare the fragment under this alias, or correct the alias.",
};
/// A declared fragment that is never included.
pub const UNUSED_FRAGMENT: Rule = Rule {
    id: "CL-T-048",
    name: "unused-fragment",
    summary: "Every declared fragment is included somewhere.",
    why: "People will believe that its text is part of the prompt.",
    fix: "Include it, or remove it from `fragments`.",
};
/// `loop` outside a loop or with an unknown field.
pub const LOOP_VARIABLE: Rule = Rule {
    id: "CL-T-049",
    name: "loop-variable",
    summary: "`loop` is used inside a `for`, with `index`, `index0`, `first`, `last` or `length`.",
    why: "Other fields differ between engines.",
    fix: "Use one of these fields inside a loop.",
};
/// A filter or comparison on a value of the wrong type.
pub const OPERAND_TYPE: Rule = Rule {
    id: "CL-T-050",
    name: "operand-type",
    summary: "`upper`, `lower` and `trim` take a text; `join` a list of plain values; `length` a list, object or text; `<` two numbers or two texts; `in` a list, text or object on its right.",
    why: "Rendering fails on a value of another type.",
    fix: "Correct the declared type, or guard against `none` first.",
};
/// A loop variable with the name of an input.
pub const SHADOWED: Rule = Rule {
    id: "CL-T-051",
    name: "shadowed-name",
    summary: "A loop variable has a name of its own.",
    why: "Within the loop the input of the same name cannot be read, which is easily overlooked.",
    fix: "Choose another name for the loop variable.",
};
/// `retrieval.into` is not a free variable name.
pub const RETRIEVAL_NAME: Rule = Rule {
    id: "CL-T-052",
    name: "retrieval-name",
    summary: "`retrieval.into` is a variable name that no input has.",
    why: "Templates could not tell passages from the input.",
    fix: "Choose another name for `retrieval.into`.",
};
/// A value that was missing while rendering.
pub const NOT_GIVEN: Rule = Rule {
    id: "CL-T-060",
    name: "value-not-given",
    summary: "Every value that rendering reads is given.",
    why: "An instruction with a hole in it must not reach a model.",
    fix: "Give the value, or let the template guard it with `is defined` or `default`.",
};
/// A value of the wrong type while rendering.
pub const WRONG_TYPE: Rule = Rule {
    id: "CL-T-061",
    name: "value-of-wrong-type",
    summary: "Values have the type that the template needs.",
    why: "The result would be nonsense.",
    fix: "Give a value as the input schema declares it.",
};
/// A limit reached while rendering.
pub const LIMIT: Rule = Rule {
    id: "CL-T-062",
    name: "render-limit",
    summary: "Rendering stays within its limits on inputs, iterations, steps, work, output and time.",
    why: "A template or its data must not be able to slow down or fill the server.",
    fix: "Give less data, or simplify the template.",
};
/// Messages for a placeholder that is missing or unknown.
pub const PLACEHOLDER: Rule = Rule {
    id: "CL-T-063",
    name: "placeholder-mismatch",
    summary: "The caller gives messages for every placeholder that is not optional, and for no other name.",
    why: "A conversation without its history, or with history that is dropped, misleads the model.",
    fix: "Give the messages under the placeholder's name.",
};
/// Inputs or passages that are not in the expected form.
pub const RENDER_INPUT: Rule = Rule {
    id: "CL-T-064",
    name: "render-input",
    summary: "Inputs are one JSON object; passages are objects with the texts `id` and `text` and optionally the number `score`.",
    why: "Templates read inputs and passages by field.",
    fix: "Give inputs and passages in this form.",
};
/// The two renderers disagree.
pub const ENGINE: Rule = Rule {
    id: "CL-T-065",
    name: "engine-disagreement",
    summary: "The template engine and the reference renderer come to the same result.",
    why: "A disagreement is a fault in Cuelight, and text that only one of them would produce is not served.",
    fix: "Report the template and the data.",
};

/// All rules of this family, in the order of their ids.
pub const ALL: &[&Rule] = &[
    &TOO_LARGE,
    &TOO_DEEP,
    &SYNTAX,
    &UNCLOSED,
    &STRAY_TAG,
    &NO_SET,
    &NO_MACRO,
    &NO_IMPORT,
    &NO_INHERITANCE,
    &NO_DO,
    &NO_FILTER_BLOCK,
    &NO_WITH,
    &NO_AUTOESCAPE,
    &UNKNOWN_STATEMENT,
    &NO_CALL,
    &NO_RANGE,
    &NO_NAMESPACE,
    &NO_METHOD_CALL,
    &NO_ARITHMETIC,
    &NO_REPETITION,
    &NO_CONCATENATION,
    &NO_SLICE,
    &NO_COMPUTED_INDEX,
    &UNKNOWN_FILTER,
    &FILTER_ARGUMENTS,
    &UNKNOWN_TEST,
    &DYNAMIC_INCLUDE,
    &NO_INLINE_IF,
    &LOOP_FORM,
    &RESERVED_NAME,
    &LITERAL,
    &NO_MAP_LITERAL,
    &CHAINED_COMPARISON,
    &MARKER,
    &UNDECLARED,
    &UNUSED_INPUT,
    &UNGUARDED,
    &LOOP_OVER_OTHER,
    &PRINTS_STRUCTURE,
    &NO_FIELDS,
    &UNKNOWN_CONSTANT,
    &UNKNOWN_ALIAS,
    &UNUSED_FRAGMENT,
    &LOOP_VARIABLE,
    &OPERAND_TYPE,
    &SHADOWED,
    &RETRIEVAL_NAME,
    &NOT_GIVEN,
    &WRONG_TYPE,
    &LIMIT,
    &PLACEHOLDER,
    &RENDER_INPUT,
    &ENGINE,
];

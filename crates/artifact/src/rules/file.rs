//! Files: YAML, fields, text (CL-F).

use super::Rule;

/// The bytes are not plain UTF-8.
pub const ENCODING: Rule = Rule {
    id: "CL-F-001",
    name: "encoding",
    summary: "Every file is UTF-8 without a byte order mark.",
    why: "The same bytes must mean the same text everywhere; a byte order mark is an invisible character.",
    fix: "Save the file as UTF-8 without a byte order mark.",
};
/// The YAML does not parse.
pub const YAML_SYNTAX: Rule = Rule {
    id: "CL-F-002",
    name: "yaml-syntax",
    summary: "A YAML file parses as YAML 1.2.",
    why: "What cannot be read cannot be checked or published.",
    fix: "Mend the YAML at the place shown.",
};
/// YAML that is legal but refused here.
pub const YAML_SUBSET: Rule = Rule {
    id: "CL-F-003",
    name: "yaml-subset",
    summary: "YAML is written without anchors, aliases, merge keys, tags, directives, several documents or keys that are not text.",
    why: "They let one place change another far away, expand without bound, and differ between parsers.",
    fix: "Write the value out in full where it is used.",
};
/// A tab outside quoted or block text.
pub const TAB: Rule = Rule {
    id: "CL-F-004",
    name: "tab",
    summary: "YAML is indented and separated with spaces, never with tabs.",
    why: "How wide a tab is differs between editors, so the structure would too.",
    fix: "Replace the tab with spaces, two for each level.",
};
/// A plain value that YAML parsers read differently.
pub const AMBIGUOUS_VALUE: Rule = Rule {
    id: "CL-F-005",
    name: "ambiguous-value",
    summary: "Numbers and truth values are written as JSON writes them: no leading zero, no `0x`, no `+`, no `.5`, `true` in lower case.",
    why: "Parsers disagree about the rest: `007` is 7, 7 in octal, or a text.",
    fix: "Put it in quotes if it is a text; otherwise write it as JSON does.",
};
/// One key twice in a mapping.
pub const DUPLICATE_KEY: Rule = Rule {
    id: "CL-F-006",
    name: "duplicate-key",
    summary: "No mapping has the same key twice.",
    why: "Parsers keep the first or the last one, and a reader cannot tell which.",
    fix: "Delete one of the two.",
};
/// The JSON does not parse.
pub const JSON_SYNTAX: Rule = Rule {
    id: "CL-F-007",
    name: "json-syntax",
    summary: "A `.json` file is JSON (RFC 8259), without comments.",
    why: "Other tools read these files too.",
    fix: "Mend the JSON at the place shown.",
};
/// A limit of size, number or depth.
pub const TOO_LARGE: Rule = Rule {
    id: "CL-F-008",
    name: "too-large",
    summary: "A file has at most 1 MiB, a message 256 KiB, a workspace 20,000 files, and YAML or JSON 64 levels and 50,000 values.",
    why: "Limits keep a hostile or mistaken upload from taking the server's memory and time.",
    fix: "Split it, or move data that is not part of the prompt elsewhere.",
};
/// A path that could leave its folder.
pub const UNSAFE_PATH: Rule = Rule {
    id: "CL-F-009",
    name: "unsafe-path",
    summary: "Paths are relative, use `/`, and never contain `..`, a backslash, a colon or a hidden part; a prompt refers only to files in its own folder.",
    why: "Otherwise an upload or an export could read or write elsewhere.",
    fix: "Move the file into the folder of the prompt and refer to it by its name.",
};
/// A file that is referred to is not there.
pub const MISSING_FILE: Rule = Rule {
    id: "CL-F-010",
    name: "missing-file",
    summary: "Every file an artifact refers to exists.",
    why: "A prompt with a missing part cannot be rendered or given a digest.",
    fix: "Create the file or correct its name.",
};
/// A file that nothing refers to.
pub const UNUSED_FILE: Rule = Rule {
    id: "CL-F-011",
    name: "unused-file",
    summary: "Every file in `prompts/` and `fragments/` belongs to an artifact that refers to it.",
    why: "A forgotten file looks like part of the prompt but changes nothing.",
    fix: "Refer to it, delete it, or move it out of the folder (`README.md` may stay).",
};
/// Name and folder differ, or the name is not one.
pub const NAME: Rule = Rule {
    id: "CL-F-012",
    name: "name-and-folder",
    summary: "An artifact's name is the path of its folder below `prompts/` or `fragments/`, in lower-case letters, digits and hyphens.",
    why: "Names are identities: one artifact, one place, no look-alikes.",
    fix: "Make name and folder agree: correct `name`, leave it out (the folder gives it), or rename the folder.",
};
/// A key that means nothing here.
pub const UNKNOWN_KEY: Rule = Rule {
    id: "CL-F-013",
    name: "unknown-key",
    summary: "Every key is one the format knows, or starts with `x-` at the top level.",
    why: "A misspelt key would silently do nothing.",
    fix: "Correct the key, delete it, or keep it under a name that starts with `x-`.",
};
/// A required key is absent.
pub const MISSING_KEY: Rule = Rule {
    id: "CL-F-014",
    name: "missing-key",
    summary: "Required keys are present.",
    why: "Without it the meaning would depend on a guess.",
    fix: "Add the key.",
};
/// A value of another type than the key wants.
pub const WRONG_TYPE: Rule = Rule {
    id: "CL-F-015",
    name: "wrong-type",
    summary: "Every value has the type its key wants.",
    why: "A number read as text, or the reverse, changes what the model and callers see.",
    fix: "Write the value in the type shown.",
};
/// A value of the right type that is not allowed.
pub const BAD_VALUE: Rule = Rule {
    id: "CL-F-016",
    name: "bad-value",
    summary: "Values that follow a pattern (owners, versions, requirements, roles) follow it.",
    why: "A value that means nothing would fail later, further from its cause.",
    fix: "Write one of the values the message allows.",
};
/// A version number in a file.
pub const VERSION_IN_FILE: Rule = Rule {
    id: "CL-F-017",
    name: "version-in-file",
    summary: "Files carry no version number of the artifact.",
    why: "`cuelight plan` computes the number from what changed; a number kept by hand is wrong sooner or later and conflicts in every merge.",
    fix: "Delete the key; run `cuelight plan` to see the version the change will get.",
};
/// The format number is not known.
pub const UNSUPPORTED_FORMAT: Rule = Rule {
    id: "CL-F-018",
    name: "unsupported-format",
    summary: "`format` is 1.",
    why: "A later format may mean something else by the same keys.",
    fix: "Write `format: 1`, or use a Cuelight that knows the later format.",
};
/// A number that JSON programs do not hold exactly.
pub const NUMBER_RANGE: Rule = Rule {
    id: "CL-F-019",
    name: "number-range",
    summary: "Integers lie between -(2^53-1) and 2^53-1; numbers are finite.",
    why: "Beyond that, JavaScript and other readers see a different number, and so would the digest.",
    fix: "Write it as a text in quotes, or use a smaller number.",
};
/// An invisible or direction-changing character.
pub const HIDDEN_CHARACTER: Rule = Rule {
    id: "CL-F-020",
    name: "hidden-character",
    summary: "Text has no control characters but line feed and tab, and no invisible or direction-changing characters; joiners only between letters that need them.",
    why: "What a reviewer cannot see can still instruct the model.",
    fix: "Delete the character.",
};
/// A word that mixes look-alike letters.
pub const MIXED_SCRIPT: Rule = Rule {
    id: "CL-F-021",
    name: "mixed-script",
    summary: "A word is written in one script.",
    why: "A Cyrillic letter in a Latin word looks right and is another word to model and search.",
    fix: "Type the word again in one script.",
};
/// Something that looks like a secret.
pub const SECRET: Rule = Rule {
    id: "CL-F-022",
    name: "secret",
    summary: "Files hold no keys, tokens or passwords.",
    why: "A prompt is read by many people and systems, kept for ever, and sent to model providers.",
    fix: "Remove it, revoke it where it was issued, and hand it to the application that needs it.",
};
/// A name that templates or models could not use.
pub const IDENTIFIER: Rule = Rule {
    id: "CL-F-023",
    name: "identifier",
    summary: "Names of constants, aliases, tools and placeholders are lower-case letters, digits and underscores, starting with a letter.",
    why: "They are used as words in templates and in calls by the model.",
    fix: "Rename it, for instance `disqualify_below`.",
};
/// Two things of one name.
pub const DUPLICATE_NAME: Rule = Rule {
    id: "CL-F-024",
    name: "duplicate-name",
    summary: "Names of tools, tests, placeholders and escalation rules are unique within an artifact.",
    why: "A reference, a report line or a merge could mean either.",
    fix: "Rename one of the two.",
};
/// A constant whose value is not of its type.
pub const CONSTANT_TYPE: Rule = Rule {
    id: "CL-F-025",
    name: "constant-type",
    summary: "The value of a constant has the type the constant declares.",
    why: "Callers and templates rely on the declared type.",
    fix: "Change the value or the type.",
};
/// A JSON output without a schema, or a text output with one.
pub const OUTPUT_SCHEMA: Rule = Rule {
    id: "CL-F-026",
    name: "output-schema",
    summary: "An output of kind `json` has a schema, and only such an output.",
    why: "Without a schema nobody is told when the answer's shape changes.",
    fix: "Add `schema`, or set `kind` to what the output is.",
};
/// An override of something that is absent or may not be overridden.
pub const NOT_OVERRIDABLE: Rule = Rule {
    id: "CL-F-027",
    name: "not-overridable",
    summary: "`overridable` lists fields that exist and may differ: title, constants, model.allow, model.params, retrieval, integration, message texts, body.",
    why: "Everything else is the contract, which is the same for everyone.",
    fix: "Correct the path, such as `constants.tone`, or delete it.",
};
/// One action in two lists.
pub const AUTHORITY_CONFLICT: Rule = Rule {
    id: "CL-F-028",
    name: "authority-conflict",
    summary: "An action is in one of `allowed`, `forbidden` and `approval_required`.",
    why: "Two answers to the question whether the prompt may do it are none.",
    fix: "Keep the action in one list.",
};
/// A high-risk artifact without its owners.
pub const MISSING_OWNER: Rule = Rule {
    id: "CL-F-029",
    name: "missing-owner",
    summary: "An artifact of high risk names its owners, above all who takes it back.",
    why: "When it fails, somebody must be allowed and expected to act.",
    fix: "Add the owner under `owners`, such as `team:revenue-ops`.",
};
/// No reason given for the change.
pub const CHANGE_INTENT: Rule = Rule {
    id: "CL-F-030",
    name: "change-intent",
    summary: "`change_intent` says why this version differs.",
    why: "It becomes the release note, and the first thing read when something breaks.",
    fix: "Say what should become better, for instance \"Raise the bar for leads without a budget signal\".",
};
/// A prompt without messages or a fragment without body.
pub const NOTHING_TO_SAY: Rule = Rule {
    id: "CL-F-031",
    name: "nothing-to-say",
    summary: "A prompt has at least one message that is not a placeholder; a fragment has a body.",
    why: "There would be nothing to send to a model.",
    fix: "Add a message or a body.",
};
/// A message or body without text.
pub const EMPTY_TEXT: Rule = Rule {
    id: "CL-F-032",
    name: "empty-text",
    summary: "Messages and bodies have text.",
    why: "Providers refuse empty messages, and a reader cannot tell a gap from a mistake.",
    fix: "Write the text, or delete the entry.",
};
/// A system message after others.
pub const SYSTEM_FIRST: Rule = Rule {
    id: "CL-F-033",
    name: "system-first",
    summary: "The system message comes first.",
    why: "Many providers accept it only there, or move it silently.",
    fix: "Move the system message to the top.",
};
/// Both or neither of two ways to give a thing.
pub const TEXT_OR_FILE: Rule = Rule {
    id: "CL-F-034",
    name: "text-or-file",
    summary: "A text or list is given in exactly one way: in place, or by the name of a file.",
    why: "With two sources a reader cannot tell which one counts.",
    fix: "Keep one of the two.",
};
/// A file left unformatted for the sake of its comments.
pub const COMMENT_KEPT: Rule = Rule {
    id: "CL-F-035",
    name: "comment-not-kept",
    summary: "Formatting keeps every comment with its key; a file where it cannot is left as it is.",
    why: "A lost comment is lost knowledge.",
    fix: "Move the comment to a line of its own above a key, then format again.",
};
/// The lockfile is not one that `cuelight lock` wrote.
pub const LOCKFILE: Rule = Rule {
    id: "CL-F-036",
    name: "lockfile",
    summary: "`prompts.lock` is complete and consistent: each entry once, each fragment it names with an entry.",
    why: "Resolution trusts it; a damaged lock would pick other texts than were reviewed.",
    fix: "Run `cuelight lock` again instead of editing the file.",
};

/// All rules of this family, in the order of their ids.
pub const ALL: &[&Rule] = &[
    &ENCODING,
    &YAML_SYNTAX,
    &YAML_SUBSET,
    &TAB,
    &AMBIGUOUS_VALUE,
    &DUPLICATE_KEY,
    &JSON_SYNTAX,
    &TOO_LARGE,
    &UNSAFE_PATH,
    &MISSING_FILE,
    &UNUSED_FILE,
    &NAME,
    &UNKNOWN_KEY,
    &MISSING_KEY,
    &WRONG_TYPE,
    &BAD_VALUE,
    &VERSION_IN_FILE,
    &UNSUPPORTED_FORMAT,
    &NUMBER_RANGE,
    &HIDDEN_CHARACTER,
    &MIXED_SCRIPT,
    &SECRET,
    &IDENTIFIER,
    &DUPLICATE_NAME,
    &CONSTANT_TYPE,
    &OUTPUT_SCHEMA,
    &NOT_OVERRIDABLE,
    &AUTHORITY_CONFLICT,
    &MISSING_OWNER,
    &CHANGE_INTENT,
    &NOTHING_TO_SAY,
    &EMPTY_TEXT,
    &SYSTEM_FIRST,
    &TEXT_OR_FILE,
    &COMMENT_KEPT,
    &LOCKFILE,
];

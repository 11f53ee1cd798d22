//! The keys of every file, in canonical order. Reader, formatter and JSON Schemas all follow these tables.

use super::shape::{Form, Key, Object, Shape, key};

const FORMAT: Key = key("format", Shape::Format, "The format of this file: 1.").required();
const NAME: Key =
    key("name", Shape::Text(Form::ArtifactName), "The name; the path of the folder. May be left out.");
const TITLE: Key = key("title", Shape::Text(Form::Free), "Name for people.");
const SUMMARY: Key = key("summary", Shape::Text(Form::Free), "What it does, in a sentence or two.");
const INTENT: Key =
    key("intent", Shape::Text(Form::Free), "What it is for; stays while versions come and go.");
const CHANGE_INTENT: Key =
    key("change_intent", Shape::Text(Form::Free), "Why this version differs from the one before.");
const OWNERS_KEY: Key = key("owners", Shape::Object(&OWNERS), "Who answers for it.");
const RISK: Key =
    key("risk", Shape::Word(&["low", "medium", "high"]), "How much harm a mistake can do. Default: medium.");
const TAGS: Key = key("tags", Shape::List(&Shape::Text(Form::Free)), "Words to find it by.");
const KNOWN_LIMITATIONS: Key =
    key("known_limitations", Shape::List(&Shape::Text(Form::Free)), "What it is known to do badly.");
const CONSTANTS: Key = key(
    "constants",
    Shape::Map(Form::Identifier, &CONSTANT_SHAPE),
    "Named values used in texts as `constants.name` and handed to callers.",
);
const INPUTS: Key = key(
    "inputs",
    Shape::FileOr(&JSON_SCHEMA),
    "JSON Schema of what a caller gives, or the name of a file that holds it.",
);
const FRAGMENTS: Key = key(
    "fragments",
    Shape::Map(Form::Identifier, &Shape::Text(Form::Requirement)),
    "Fragments by the alias that texts include, such as `safety: safety/no-personal-data@^1.2`.",
);
const TESTS_KEY: Key =
    key("tests", Shape::FileOr(&TESTS), "Golden cases, or the name of a file that holds them.");

static CONSTANT_SHAPE: Shape = Shape::Object(&CONSTANT);
static ESCALATION_SHAPE: Shape = Shape::Object(&ESCALATION);
static LOCK_ENTRY_SHAPE: Shape = Shape::Object(&LOCK_ENTRY);
static MESSAGE_SHAPE: Shape = Shape::Object(&MESSAGE);
static TEST_SHAPE: Shape = Shape::Object(&TEST);
static TOOL_SHAPE: Shape = Shape::Object(&TOOL);

const JSON_SCHEMA: Shape = Shape::Map(Form::Free, &Shape::Any);

/// `prompts/<area>/<name>/prompt.yaml`
pub(crate) static PROMPT: Object = Object {
    what: "a prompt",
    extensions: true,
    keys: &[
        FORMAT,
        NAME,
        TITLE,
        SUMMARY,
        INTENT,
        CHANGE_INTENT,
        OWNERS_KEY,
        RISK,
        TAGS,
        KNOWN_LIMITATIONS,
        key("model", Shape::Object(&MODEL), "Model family, allowed models and parameters."),
        CONSTANTS,
        INPUTS,
        FRAGMENTS,
        key("messages", Shape::List(&MESSAGE_SHAPE), "The messages, in order.").required(),
        key("output", Shape::Object(&OUTPUT), "What the model is to answer. Default: text."),
        key("tools", Shape::Object(&TOOLS), "Tools the model may call."),
        key("retrieval", Shape::Object(&RETRIEVAL), "What is looked up before rendering."),
        key("authority", Shape::Object(&AUTHORITY), "What the prompt may and may never lead to."),
        key(
            "integration",
            Shape::Map(Form::Free, &Shape::Any),
            "Settings for the systems around the prompt, such as a CRM's field map.",
        ),
        key(
            "overridable",
            Shape::List(&Shape::Text(Form::Free)),
            "Fields that a tenant, brand or region may set differently, such as `constants.tone`.",
        ),
        TESTS_KEY,
    ],
};

/// `fragments/<area>/<name>/fragment.yaml`
pub(crate) static FRAGMENT: Object = Object {
    what: "a fragment",
    extensions: true,
    keys: &[
        FORMAT,
        NAME,
        TITLE,
        SUMMARY,
        INTENT,
        CHANGE_INTENT,
        OWNERS_KEY,
        RISK,
        TAGS,
        KNOWN_LIMITATIONS,
        CONSTANTS,
        INPUTS,
        FRAGMENTS,
        key("body", Shape::Object(&BODY), "The text, in place or in a file.").required(),
        TESTS_KEY,
    ],
};

/// `prompts.yaml`
pub(crate) static MANIFEST: Object = Object {
    what: "prompts.yaml",
    extensions: true,
    keys: &[
        FORMAT,
        key("project", Shape::Text(Form::Project), "The project on the server."),
        key("server", Shape::Text(Form::Server), "The server's address, without a password or token."),
    ],
};

/// `prompts.lock`
pub(crate) static LOCK: Object = Object {
    what: "prompts.lock",
    extensions: false,
    keys: &[
        key("lock", Shape::Format, "The format of this file: 1.").required(),
        key("entries", Shape::List(&LOCK_ENTRY_SHAPE), "What was chosen, by name.").required(),
    ],
};

static LOCK_ENTRY: Object = Object {
    what: "an entry",
    extensions: false,
    keys: &[
        key("name", Shape::Text(Form::LockName), "`prompt:area/name` or `fragment:area/name`.").required(),
        key("version", Shape::Text(Form::Version), "The version.").required(),
        key("digest", Shape::Text(Form::Digest), "The digest of that version.").required(),
        key("surface", Shape::Text(Form::Digest), "The digest of the contract callers see."),
        key(
            "fragments",
            Shape::List(&Shape::Text(Form::LockedFragment)),
            "The fragments it uses itself, as `area/name@1.2.3`.",
        ),
    ],
};

static OWNERS: Object = Object {
    what: "`owners`",
    extensions: false,
    keys: &[
        key("business", Shape::Text(Form::Owner), "Answers for what it says."),
        key("technical", Shape::Text(Form::Owner), "Answers for how it works."),
        key("rollback", Shape::Text(Form::Owner), "Takes it back when it fails."),
    ],
};

static MODEL: Object = Object {
    what: "`model`",
    extensions: false,
    keys: &[
        key("family", Shape::Text(Form::Free), "The family the prompt was written for.").required(),
        key(
            "allow",
            Shape::List(&Shape::Text(Form::Free)),
            "Models that may run it, as exact ids or with `*`.",
        ),
        key(
            "params",
            Shape::Map(Form::Free, &Shape::Any),
            "Sampling parameters by name, such as `temperature`.",
        ),
    ],
};

static CONSTANT: Object = Object {
    what: "a constant",
    extensions: false,
    keys: &[
        key("type", Shape::Word(&["integer", "number", "string", "boolean"]), "The type of the value.")
            .required(),
        key("value", Shape::Scalar, "The value.").required(),
        key("description", Shape::Text(Form::Free), "What it means, with its unit."),
        key("contract", Shape::Flag, "Whether callers rely on the value. Default: false."),
        key(
            "stricter",
            Shape::Word(&["higher", "lower"]),
            "Which direction of a threshold is the careful one.",
        ),
    ],
};

static MESSAGE: Object = Object {
    what: "a message",
    extensions: false,
    keys: &[
        key("role", Shape::Word(&["system", "user", "assistant", "placeholder"]), "Who speaks.").required(),
        key("file", Shape::Text(Form::File), "The file that holds the text."),
        key("text", Shape::Text(Form::Free), "The text."),
        key("name", Shape::Text(Form::Identifier), "The name of a placeholder."),
        key("optional", Shape::Flag, "Whether a placeholder may stay empty. Default: false."),
    ],
};

static BODY: Object = Object {
    what: "`body`",
    extensions: false,
    keys: &[
        key("file", Shape::Text(Form::File), "The file that holds the text."),
        key("text", Shape::Text(Form::Free), "The text."),
    ],
};

static OUTPUT: Object = Object {
    what: "`output`",
    extensions: false,
    keys: &[
        key("kind", Shape::Word(&["text", "json"]), "Text or JSON. Default: text."),
        key(
            "schema",
            Shape::FileOr(&JSON_SCHEMA),
            "JSON Schema of the answer, or the name of a file that holds it.",
        ),
    ],
};

static TOOLS: Object = Object {
    what: "`tools`",
    extensions: false,
    keys: &[
        key("file", Shape::Text(Form::File), "The file that holds the list of tools."),
        key("list", TOOL_LIST, "The tools."),
        key("schema_version", Shape::Text(Form::Version), "Version of the tool contract, such as \"2.1.0\".")
            .required(),
        key(
            "choice",
            Shape::Word(&["auto", "none", "required"]),
            "Whether the model must, may or must not call one. Default: auto.",
        ),
    ],
};

/// `tools.yaml`
pub(crate) const TOOL_LIST: Shape = Shape::List(&TOOL_SHAPE);

static TOOL: Object = Object {
    what: "a tool",
    extensions: false,
    keys: &[
        key("name", Shape::Text(Form::Identifier), "Its name.").required(),
        key("description", Shape::Text(Form::Free), "What the model is told about it."),
        key("executed_by", Shape::Word(&["caller", "platform"]), "Who carries it out. Default: caller."),
        key("parameters", JSON_SCHEMA, "JSON Schema of its arguments."),
        key(
            "hidden",
            Shape::List(&Shape::Text(Form::Free)),
            "Arguments that the application adds and the model never sees.",
        ),
    ],
};

static RETRIEVAL: Object = Object {
    what: "`retrieval`",
    extensions: false,
    keys: &[
        key("index", Shape::Text(Form::Free), "Which index.").required(),
        key("query", Shape::Text(Form::Free), "The query, a template over the inputs.").required(),
        key("top_k", Shape::Count, "How many passages at most.").required(),
        key("min_score", Shape::Number, "Passages scoring lower are left out."),
        key(
            "filters",
            Shape::Map(Form::Free, &Shape::Text(Form::Free)),
            "Filters by field; values are templates.",
        ),
        key("into", Shape::Text(Form::Identifier), "The variable that texts find the passages under.")
            .required(),
    ],
};

static AUTHORITY: Object = Object {
    what: "`authority`",
    extensions: false,
    keys: &[
        key("allowed", Shape::List(&Shape::Text(Form::Free)), "May happen without a person."),
        key("forbidden", Shape::List(&Shape::Text(Form::Free)), "Must never happen."),
        key(
            "approval_required",
            Shape::List(&Shape::Text(Form::Free)),
            "May happen only after a person approved it.",
        ),
        key("escalation", Shape::List(&ESCALATION_SHAPE), "When to hand over to a person, and to whom."),
    ],
};

static ESCALATION: Object = Object {
    what: "an escalation rule",
    extensions: false,
    keys: &[
        key("id", Shape::Text(Form::Free), "A word that names this rule.").required(),
        key("when", Shape::Text(Form::Free), "The situation, in words.").required(),
        key("to", Shape::Text(Form::Free), "Who takes over, such as `team:sales-desk`.").required(),
    ],
};

/// `tests.yaml`
pub(crate) const TESTS: Shape = Shape::List(&TEST_SHAPE);

static TEST: Object = Object {
    what: "a test",
    extensions: false,
    keys: &[
        key("name", Shape::Text(Form::Free), "What it shows.").required(),
        key("inputs", Shape::Map(Form::Free, &Shape::Any), "The inputs to render with."),
        key("retrieval", Shape::List(&Shape::Any), "Passages as retrieval would have found them."),
        key(
            "expect",
            Shape::Map(Form::Free, &Shape::Any),
            "What must hold: `rendered_contains`, `rendered_excludes`, `output` and others.",
        ),
    ],
};

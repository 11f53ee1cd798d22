//! Which parts of an artifact are compared how: field by field, as a set, as a list with keys, or whole.
//!
//! A field missing in these tables is compared whole, so nothing can be overlooked.

/// How one part is compared.
#[derive(Debug, Clone, Copy)]
pub(super) enum Layout {
    /// Whole.
    Leaf,
    /// Objects by key at every level, everything else whole.
    Json,
    /// By the fields listed; any other field whole.
    Struct(&'static [Field]),
    /// By key.
    Map(&'static Layout),
    /// Texts without order.
    Set,
    /// Entries with keys, in order.
    List(List),
    /// The tools: the fields of the struct, and under each tool's name its fields.
    Tools(&'static [Field], List),
}

/// One field of a struct.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub name: &'static str,
    pub layout: Layout,
    /// What absence means, as JSON.
    pub absent: Option<&'static str>,
}

/// A list whose entries have keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    pub key: Key,
    pub item: &'static Layout,
}

/// Where the key of an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Key {
    /// A field of it.
    Field(&'static str),
    /// The entry is a text and its own key.
    Itself,
    /// Role and how many of that role came before; shown as the position.
    Message,
}

const fn field(name: &'static str, layout: Layout) -> Field {
    Field { name, layout, absent: None }
}

const fn or(name: &'static str, layout: Layout, absent: &'static str) -> Field {
    Field { name, layout, absent: Some(absent) }
}

const TEXTS: Layout = Layout::List(List { key: Key::Itself, item: &Layout::Leaf });
const CONSTANT: Layout = Layout::Struct(&[or("contract", Layout::Leaf, "false")]);
const MESSAGE: Layout = Layout::Struct(&[or("optional", Layout::Leaf, "false")]);
const FRAGMENT: Layout = Layout::Struct(&[]);
const ESCALATION: Layout = Layout::Struct(&[]);
const TEST: Layout =
    Layout::Struct(&[field("inputs", Layout::Json), or("expect", Layout::Map(&Layout::Json), "{}")]);
const TOOL: Layout = Layout::Struct(&[
    or("executed_by", Layout::Leaf, "\"caller\""),
    field("parameters", Layout::Json),
    or("hidden", TEXTS, "[]"),
]);

/// The whole artifact. Where it is silent about a field, that field is compared whole.
pub(super) const ARTIFACT: Layout = Layout::Struct(&[
    or("owners", Layout::Struct(&[]), "{}"),
    or("risk", Layout::Leaf, "\"medium\""),
    or("tags", Layout::Set, "[]"),
    or("known_limitations", TEXTS, "[]"),
    field(
        "model",
        Layout::Struct(&[or("allow", TEXTS, "[]"), or("params", Layout::Map(&Layout::Json), "{}")]),
    ),
    or("constants", Layout::Map(&CONSTANT), "{}"),
    field("inputs", Layout::Json),
    or("messages", Layout::List(List { key: Key::Message, item: &MESSAGE }), "[]"),
    or("fragments", Layout::Map(&FRAGMENT), "{}"),
    or(
        "output",
        Layout::Struct(&[or("kind", Layout::Leaf, "\"text\""), field("schema", Layout::Json)]),
        "{}",
    ),
    field(
        "tools",
        Layout::Tools(
            &[field("schema_version", Layout::Leaf), or("choice", Layout::Leaf, "\"auto\"")],
            List { key: Key::Field("name"), item: &TOOL },
        ),
    ),
    field("retrieval", Layout::Struct(&[or("filters", Layout::Map(&Layout::Leaf), "{}")])),
    or(
        "authority",
        Layout::Struct(&[
            or("allowed", Layout::Set, "[]"),
            or("forbidden", Layout::Set, "[]"),
            or("approval_required", Layout::Set, "[]"),
            or("escalation", Layout::List(List { key: Key::Field("id"), item: &ESCALATION }), "[]"),
        ]),
        "{}",
    ),
    or("integration", Layout::Map(&Layout::Json), "{}"),
    or("overridable", Layout::Set, "[]"),
    or("tests", Layout::List(List { key: Key::Field("name"), item: &TEST }), "[]"),
    or("extensions", Layout::Map(&Layout::Json), "{}"),
]);

/// The field of that name, whole if it is not in the table.
pub(super) fn of(fields: &[Field], name: &str) -> (Layout, Option<serde_json::Value>) {
    fields.iter().find(|f| f.name == name).map_or((Layout::Leaf, None), |f| {
        (f.layout, f.absent.and_then(|text| serde_json::from_str(text).ok()))
    })
}

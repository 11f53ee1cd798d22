//! What a file may contain: one description from which come the check of keys and types, the order in which
//! `cuelight fmt` puts keys, and the JSON Schema for editors.

use super::report;
use super::tree::{Data, Entry, Node};
use crate::diagnostic::Diagnostic;
use crate::rules::file::{
    BAD_VALUE, IDENTIFIER, MISSING_KEY, NAME, UNKNOWN_KEY, UNSUPPORTED_FORMAT, VERSION_IN_FILE, WRONG_TYPE,
};

/// What a value may be.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Any JSON value.
    Any,
    /// A text or number or true or false.
    Scalar,
    /// A text of this form.
    Text(Form),
    /// One of these words.
    Word(&'static [&'static str]),
    /// True or false.
    Flag,
    /// Any number.
    Number,
    /// A whole number, 0 or more, that fits 32 bits.
    Count,
    /// The number 1, the only format there is.
    Format,
    /// A list.
    List(&'static Shape),
    /// A mapping with keys of the author's choice.
    Map(Form, &'static Shape),
    /// A mapping with known keys.
    Object(&'static Object),
    /// The name of a file that holds the value, or the value.
    FileOr(&'static Shape),
}

/// What a text must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Free,
    File,
    ArtifactName,
    Identifier,
    Owner,
    Version,
    Requirement,
    Project,
    Server,
    LockName,
    LockedFragment,
    Digest,
}

/// A mapping with known keys.
#[derive(Debug)]
pub(crate) struct Object {
    /// What it is, for messages: `a message`.
    pub(crate) what: &'static str,
    /// The keys in canonical order.
    pub(crate) keys: &'static [Key],
    /// Whether keys that start with `x-` are allowed.
    pub(crate) extensions: bool,
}

/// One known key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    /// What editors show.
    pub(crate) doc: &'static str,
}

/// A key that may be absent.
pub(crate) const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: false, doc }
}

impl Key {
    /// The same key, required.
    pub(crate) const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

impl Object {
    pub(crate) fn find(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|k| k.name == name)
    }

    /// The place of a key in canonical order: known keys as listed, then extensions, then the rest.
    pub(crate) fn rank(&self, name: &str) -> usize {
        let known = self.keys.iter().position(|k| k.name == name);
        known.unwrap_or(if name.starts_with("x-") { self.keys.len() } else { self.keys.len() + 1 })
    }
}

/// The path of a key within `path`.
pub(crate) fn child(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The path of an item within `path`.
pub(crate) fn item(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

/// The path of a member of a set, which has no index.
pub(crate) fn member(path: &str, value: &str) -> String {
    format!("{path}[\"{value}\"]")
}

/// Most findings in one file; the rest would not be read.
pub(crate) const MAX_FOUND: usize = 100;

/// Reports everything in `node` that `shape` does not allow; findings have path, line and
/// column. After [`MAX_FOUND`] findings the rest is not looked at.
pub(crate) fn check(node: &Node, shape: &Shape, path: &str, found: &mut Vec<Diagnostic>) {
    if found.len() > MAX_FOUND {
        return;
    }
    match (shape, &node.data) {
        (Shape::Any, _)
        | (Shape::Scalar, Data::Text(_) | Data::Number(_) | Data::Bool(_))
        | (Shape::Flag, Data::Bool(_))
        | (Shape::Number, Data::Number(_)) => {}
        (Shape::Count, Data::Number(n)) if n.as_u64().is_some_and(|n| u32::try_from(n).is_ok()) => {}
        (Shape::Format, Data::Number(n)) => {
            if n.as_u64() != Some(1) {
                let message = format!("`{path}: {n}` is not known to this Cuelight; it knows 1");
                found.push(
                    report::error(&UNSUPPORTED_FORMAT, message, node.at)
                        .on(path)
                        .fix(format!("Write `{path}: 1`, or use a Cuelight that knows the later format.")),
                );
            }
        }
        (Shape::Word(words), Data::Text(text)) => check_word(node, words, text, path, found),
        (Shape::Text(form), Data::Text(text)) => {
            if let Some(diagnostic) = check_form(*form, text) {
                found.push(diagnostic.at(node.at.line, node.at.column).on(path));
            }
        }
        (Shape::List(shape), Data::List(items)) => {
            for (i, node) in items.iter().enumerate() {
                check(node, shape, &item(path, i), found);
            }
        }
        (Shape::Map(form, shape), Data::Map(entries)) => {
            for entry in entries {
                let path = child(path, &entry.key);
                if let Some(diagnostic) = check_form(*form, &entry.key) {
                    found.push(diagnostic.at(entry.key_at.line, entry.key_at.column).on(path.clone()));
                }
                check(&entry.node, shape, &path, found);
            }
        }
        (Shape::Object(object), Data::Map(entries)) => check_object(node, object, entries, path, found),
        (Shape::FileOr(_), Data::Text(_)) => check(node, &Shape::Text(Form::File), path, found),
        (Shape::FileOr(shape), Data::Map(_) | Data::List(_)) => check(node, shape, path, found),
        _ => found.push(wrong_type(node, shape, path)),
    }
}

fn check_object(
    node: &Node,
    object: &'static Object,
    entries: &[Entry],
    path: &str,
    found: &mut Vec<Diagnostic>,
) {
    for entry in entries {
        if found.len() > MAX_FOUND {
            return;
        }
        let here = child(path, &entry.key);
        match object.find(&entry.key) {
            Some(key) => check(&entry.node, &key.shape, &here, found),
            None if object.extensions && entry.key.starts_with("x-") => {}
            None => found.push(unknown_key(object, entry).on(here)),
        }
    }
    for key in object.keys.iter().filter(|k| k.required) {
        if !entries.iter().any(|e| e.key == key.name) {
            let message = format!("{} has no `{}`", object.what, key.name);
            let fix = match key.shape {
                Shape::Format => format!("Add `{}: 1`.", key.name),
                _ => format!("Add `{}`: {}", key.name, key.doc),
            };
            found.push(report::error(&MISSING_KEY, message, node.at).on(path).fix(fix));
        }
    }
}

/// Keys that people expect, with the key that does what they want.
const EXPECTED: &[(&str, &str)] = &[
    ("description", "summary"),
    ("variables", "inputs"),
    ("parameters", "inputs"),
    ("prompt", "messages"),
    ("template", "messages"),
    ("includes", "fragments"),
    ("owner", "owners"),
    ("limitations", "known_limitations"),
    ("content", "text"),
    ("temperature", "model"),
    ("max_tokens", "model"),
];

fn unknown_key(object: &'static Object, entry: &Entry) -> Diagnostic {
    let at = entry.key_at;
    let known = || object.keys.iter().map(|k| k.name);
    if entry.key == "version" && object.find("change_intent").is_some() {
        let message = format!("{} holds a `version`; the number is computed, not written", object.what);
        return report::error(&VERSION_IN_FILE, message, at).fix(VERSION_IN_FILE.fix);
    }
    let message = format!("{} has no key `{}`", object.what, entry.key);
    let expected = EXPECTED.iter().find(|(k, known)| *k == entry.key && object.find(known).is_some());
    let fix = match report::nearest(&entry.key, known()).or(expected.map(|(_, k)| *k)) {
        Some(near) => format!("Did you mean `{near}`?"),
        None if super::keys::PROMPT.find(&entry.key).is_some() && object.find("body").is_some() => {
            format!("Delete it; `{}` belongs to a prompt.", entry.key)
        }
        None if object.extensions => {
            format!(
                "Delete it, or name it `x-{}` to keep it without meaning.",
                entry.key.trim_start_matches("x-")
            )
        }
        None => format!("Delete it; the keys here are {}.", known().collect::<Vec<_>>().join(", ")),
    };
    report::error(&UNKNOWN_KEY, message, at).fix(fix)
}

fn check_word(node: &Node, words: &[&str], text: &str, path: &str, found: &mut Vec<Diagnostic>) {
    if words.contains(&text) {
        return;
    }
    let message = format!("`{text}` is not one of {}", words.join(", "));
    let fix = match report::nearest(text, words.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("Write one of {}.", words.join(", ")),
    };
    found.push(report::error(&BAD_VALUE, message, node.at).on(path).fix(fix));
}

fn wrong_type(node: &Node, shape: &Shape, path: &str) -> Diagnostic {
    let subject = if path.is_empty() { "the file".to_owned() } else { format!("`{path}`") };
    let message = format!("{subject} must be {}; this is {}", shape.describe(), node.kind());
    let fix = match (shape, &node.data) {
        (_, Data::Null) => "Give it a value, or delete the key.".to_owned(),
        (Shape::Text(_) | Shape::Word(_) | Shape::FileOr(_), Data::Number(_) | Data::Bool(_)) => {
            "Put it in double quotes.".to_owned()
        }
        (Shape::Text(_), Data::Map(_)) => {
            "Put it in double quotes: a text that begins with `{`, or contains `: `, needs them.".to_owned()
        }
        (Shape::Flag, _) => "Write true or false, without quotes.".to_owned(),
        (Shape::Number | Shape::Count | Shape::Format, Data::Text(_)) => {
            "Write the number without quotes.".to_owned()
        }
        (Shape::List(_), Data::Text(_) | Data::Number(_)) => "Write it as a list: `[a, b]`.".to_owned(),
        _ => format!("Write {}.", shape.describe()),
    };
    report::error(&WRONG_TYPE, message, node.at).on(path).fix(fix)
}

impl Shape {
    /// What is wanted, for messages.
    fn describe(&self) -> String {
        match self {
            Self::Any => "any value".to_owned(),
            Self::Scalar => "a text, a number, or true or false".to_owned(),
            Self::Text(_) => "a text".to_owned(),
            Self::Word(words) => format!("one of {}", words.join(", ")),
            Self::Flag => "true or false".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Count => "a whole number, 0 or more".to_owned(),
            Self::Format => "the number 1".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Map(..) | Self::Object(_) => "a mapping".to_owned(),
            Self::FileOr(shape) => format!("{} or the name of a file", shape.describe()),
        }
    }
}

/// What keeps `text` from having the form.
fn check_form(form: Form, text: &str) -> Option<Diagnostic> {
    let bad = |message: String, fix: &str| Some(Diagnostic::error(&BAD_VALUE, message).fix(fix));
    match form {
        Form::Free | Form::File => None,
        Form::ArtifactName => match text.parse::<crate::name::ArtifactName>() {
            Ok(_) => None,
            Err(e) => Some(Diagnostic::error(&NAME, format!("`{text}` is not a name: {e}")).fix(NAME.fix)),
        },
        Form::Identifier if is_identifier(text) => None,
        Form::Identifier => {
            Some(Diagnostic::error(&IDENTIFIER, format!("`{text}` is not an identifier")).fix(IDENTIFIER.fix))
        }
        Form::Owner if is_owner(text) => None,
        Form::Owner => bad(format!("`{text}` is not an owner"), "Write `team:name` or `user:name`."),
        Form::Version => match semver::Version::parse(text) {
            Ok(_) => None,
            Err(e) => {
                bad(format!("`{text}` is not a version: {e}"), "Write three numbers, such as \"2.1.0\".")
            }
        },
        Form::Requirement => match parse_requirement(text) {
            Ok(_) => None,
            Err(e) => bad(format!("`{text}` does not say which fragment: {e}"), REQUIREMENT_FIX),
        },
        Form::Project => match text.parse::<crate::name::ProjectName>() {
            Ok(_) => None,
            Err(e) => bad(format!("`{text}` is not a project: {e}"), "Write a word such as `acme-sales`."),
        },
        Form::Server => super::manifest::check_server(text),
        Form::LockName => match text.parse::<crate::name::ArtifactRef>() {
            Ok(_) if text.contains(':') => None,
            _ => bad(format!("`{text}` is not `prompt:area/name` or `fragment:area/name`"), LOCK_FIX),
        },
        Form::LockedFragment => match parse_locked(text) {
            Some(_) => None,
            None => bad(format!("`{text}` is not `area/name@1.2.3`"), LOCK_FIX),
        },
        Form::Digest => match text.parse::<crate::canonical::Digest>() {
            Ok(_) => None,
            Err(e) => bad(format!("`{text}` is not a digest: {e}"), LOCK_FIX),
        },
    }
}

const LOCK_FIX: &str = crate::rules::file::LOCKFILE.fix;
const REQUIREMENT_FIX: &str = "Write name and versions that will do, such as `safety/no-personal-data@^1.2`.";

/// `[a-z][a-z0-9_]*`
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// `team:name` or `user:name`
pub(crate) fn is_owner(text: &str) -> bool {
    let name = text.strip_prefix("team:").or_else(|| text.strip_prefix("user:")).unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'@'))
}

/// `area/name@^1.2` in its two parts.
pub(crate) fn parse_requirement(
    text: &str,
) -> Result<(crate::name::ArtifactName, semver::VersionReq), String> {
    let (name, require) = text.split_once('@').ok_or("no `@` with the versions that will do")?;
    let name = name.parse().map_err(|e: crate::name::NameError| e.to_string())?;
    let require = semver::VersionReq::parse(require).map_err(|e| e.to_string())?;
    Ok((name, require))
}

/// `area/name@1.2.3` in its two parts.
pub(crate) fn parse_locked(text: &str) -> Option<(crate::name::ArtifactName, semver::Version)> {
    let (name, version) = text.split_once('@')?;
    Some((name.parse().ok()?, version.parse().ok()?))
}

//! One artifact: from its files to the model.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::manifest::extensions;
use super::shape::{Shape, child, item, parse_requirement};
use super::tree::{Data, Node, Position};
use super::workspace::{Identified, Workspace, kind_of, root_file};
use super::{check, keys, path, report};
use crate::model::{Artifact, FragmentUse, Message, Output, Role, Tools};
use crate::name::Kind;
use crate::rules::Rule;
use crate::rules::file::{
    BAD_VALUE, MISSING_FILE, MISSING_KEY, NAME, TEXT_OR_FILE, UNKNOWN_KEY, UNSAFE_PATH,
};
use crate::text::normal;

/// The artifact in `root`'s files, or nothing after reporting why.
pub(super) fn read(workspace: &mut Workspace, root: &Identified) -> Option<Artifact> {
    let object = match root.id.kind {
        Kind::Prompt => &keys::PROMPT,
        Kind::Fragment => &keys::FRAGMENT,
    };
    let before = workspace.found.len();
    let tree = workspace.tree(&root.file, &Shape::Object(object), "");
    for found in &mut workspace.found[before..] {
        found.artifact = Some(root.id.to_string());
    }
    let (node, file, text) = tree?;
    workspace.uses(&root.id, &root.file);
    workspace.source.add(&root.id, "", &file, &text, &node);
    let mut reader = Reader { workspace, root, wrong: false };
    let artifact = reader.artifact(&node);
    let wrong = reader.wrong;
    let checked = check(&artifact);
    let failed = wrong || checked.iter().any(report::is_error);
    // After an error in reading, checks would complain of what is missing because of it.
    if !wrong {
        let placed: Vec<_> = checked.into_iter().map(|d| workspace.source.place(d)).collect();
        workspace.found.extend(placed);
    }
    (!failed).then_some(artifact)
}

struct Reader<'w> {
    workspace: &'w mut Workspace,
    root: &'w Identified,
    wrong: bool,
}

impl Reader<'_> {
    fn artifact(&mut self, root: &Node) -> Artifact {
        let mut artifact = Artifact::new(self.root.id.kind, self.root.id.name.clone());
        self.check_name(root);
        let text = |key| root.text_of(key).unwrap_or_default().to_owned();
        artifact.title = text("title");
        artifact.summary = text("summary");
        artifact.intent = text("intent");
        artifact.change_intent = text("change_intent");
        artifact.owners = self.value(root, "owners").unwrap_or_default();
        artifact.risk = self.value(root, "risk").unwrap_or_default();
        artifact.tags = self.value(root, "tags").unwrap_or_default();
        artifact.known_limitations = self.value(root, "known_limitations").unwrap_or_default();
        artifact.model = self.value(root, "model");
        artifact.constants = self.value(root, "constants").unwrap_or_default();
        artifact.inputs = self.either(root, "inputs", "inputs", &SCHEMA).map(|n| n.value());
        artifact.fragments = fragments(root);
        let messages = root.get("messages").map(Node::items).unwrap_or_default();
        artifact.messages =
            messages.iter().enumerate().filter_map(|(i, m)| self.message(m, &item("messages", i))).collect();
        artifact.body = root.get("body").and_then(|body| self.text(body, "body", "body", "the body"));
        artifact.output = root.get("output").map(|o| self.output(o)).unwrap_or_default();
        artifact.tools = root.get("tools").and_then(|t| self.tools(t));
        artifact.retrieval = self.value(root, "retrieval");
        artifact.authority = self.value(root, "authority").unwrap_or_default();
        artifact.integration = self.value(root, "integration").unwrap_or_default();
        artifact.overridable = self.value(root, "overridable").unwrap_or_default();
        artifact.tests = self
            .either(root, "tests", "tests", &keys::TESTS)
            .and_then(|n| self.decode(&n))
            .unwrap_or_default();
        artifact.extensions = extensions(root);
        artifact
    }

    fn error(&mut self, rule: &'static Rule, message: String, at: Position, path: &str, fix: &str) {
        self.wrong = true;
        let found = report::error(rule, message, at).of(&self.root.id).on(path).fix(fix);
        self.workspace.report(&self.root.file, [found]);
    }

    fn check_name(&mut self, root: &Node) {
        let own = self.root.id.name.to_string();
        if let Some(node) = root.get("name").filter(|n| n.text() != Some(&own)) {
            let message = format!(
                "the name is `{}`, but the folder is `{}`",
                node.text().unwrap_or_default(),
                self.root.folder
            );
            let fix = format!("Write `name: {own}`, or delete the key, or rename the folder.");
            self.error(&NAME, message, node.at, "name", &fix);
        }
    }

    /// A part of the artifact that has the same form in files and in the model.
    fn value<T: DeserializeOwned>(&mut self, root: &Node, key: &str) -> Option<T> {
        let node = root.get(key)?;
        self.decode(node)
    }

    fn decode<T: DeserializeOwned>(&mut self, node: &Node) -> Option<T> {
        match serde_json::from_value(node.value()) {
            Ok(value) => Some(value),
            // The check of keys and types leaves little to find here.
            Err(e) => {
                self.error(&BAD_VALUE, format!("the value cannot be read: {e}"), node.at, "", BAD_VALUE.fix);
                None
            }
        }
    }

    /// The value of `key`, in place or from the file it names.
    fn either(&mut self, node: &Node, key: &str, at: &str, shape: &Shape) -> Option<Node> {
        let given = node.get(key)?;
        match &given.data {
            Data::Text(name) => self.file_tree(name, given.at, at, shape),
            _ => Some(given.clone()),
        }
    }

    fn file_tree(&mut self, name: &str, named_at: Position, at: &str, shape: &Shape) -> Option<Node> {
        let path = self.reference(name, named_at, at)?;
        if !["yaml", "yml", "json"].iter().any(|e| path.rsplit_once('.').is_some_and(|(_, ext)| ext == *e)) {
            let fix = "Name it `.yaml` or `.json`.";
            self.error(
                &BAD_VALUE,
                format!("`{name}` is neither YAML nor JSON by its name"),
                named_at,
                at,
                fix,
            );
            return None;
        }
        let before = self.workspace.found.len();
        let tree = self.workspace.tree(&path, shape, at);
        for found in &mut self.workspace.found[before..] {
            found.artifact = Some(self.root.id.to_string());
        }
        let Some((node, file, text)) = tree else {
            self.wrong = true;
            return None;
        };
        self.workspace.source.add(&self.root.id, at, &file, &text, &node);
        Some(node)
    }

    /// The path of a file of this artifact.
    fn reference(&mut self, name: &str, at: Position, path: &str) -> Option<String> {
        let target = match path::resolve(&self.root.folder, name) {
            Ok(target) => target,
            Err(reason) => {
                let message = format!("`{name}` is not the name of a file in this folder: {reason}");
                self.error(&UNSAFE_PATH, message, at, path, UNSAFE_PATH.fix);
                return None;
            }
        };
        if let Some(inner) = self.inner_artifact(&target) {
            let message = format!("`{name}` belongs to the artifact in `{inner}`");
            self.error(&UNSAFE_PATH, message, at, path, UNSAFE_PATH.fix);
            return None;
        }
        if path::is_beside(name) {
            let message = format!("`{name}` is documentation beside the artifact, not part of it");
            self.error(&UNSAFE_PATH, message, at, path, "Give the file another name.");
            return None;
        }
        if !self.workspace.exists(&target) {
            let fix = format!("Create `{target}`, or correct the name.");
            self.error(&MISSING_FILE, format!("the file `{name}` does not exist"), at, path, &fix);
            return None;
        }
        self.workspace.uses(&self.root.id, &target);
        if self.workspace.text(&target).is_none() {
            // What is wrong with the file itself has been reported.
            self.wrong = true;
            return None;
        }
        Some(target)
    }

    /// The folder of another artifact, below this one's, that the file is in.
    fn inner_artifact(&self, target: &str) -> Option<String> {
        let root = root_file(kind_of(&self.root.folder)?);
        let mut folder = path::folder(target);
        while folder.len() > self.root.folder.len() {
            if self.workspace.exists(&format!("{folder}/{root}")) {
                return Some(folder.to_owned());
            }
            folder = path::folder(folder);
        }
        None
    }

    fn message(&mut self, node: &Node, path: &str) -> Option<Message> {
        let role = match node.text_of("role")? {
            "placeholder" => return self.placeholder(node, path),
            "system" => Role::System,
            "assistant" => Role::Assistant,
            _ => Role::User,
        };
        for key in ["name", "optional"] {
            if let Some(entry) = node.entries().iter().find(|e| e.key == key) {
                let message = format!("a message with a text has no `{key}`; that belongs to a placeholder");
                self.error(
                    &UNKNOWN_KEY,
                    message,
                    entry.key_at,
                    &child(path, key),
                    "Delete the key, or set `role: placeholder`.",
                );
            }
        }
        let text = self.text(node, path, &child(path, "text"), "the message")?;
        Some(Message::Text { role, text })
    }

    fn placeholder(&mut self, node: &Node, path: &str) -> Option<Message> {
        for key in ["text", "file"] {
            if let Some(entry) = node.entries().iter().find(|e| e.key == key) {
                let message = "a placeholder has no text; the caller puts messages there".to_owned();
                self.error(
                    &TEXT_OR_FILE,
                    message,
                    entry.key_at,
                    &child(path, key),
                    "Delete the key, or change the role.",
                );
            }
        }
        let optional = node.get("optional").is_some_and(|n| matches!(n.data, Data::Bool(true)));
        if let Some(name) = node.text_of("name") {
            return Some(Message::Placeholder { name: name.to_owned(), optional });
        }
        let fix = "Add `name`: the name callers use, such as `history`.";
        self.error(&MISSING_KEY, "a placeholder has no `name`".to_owned(), node.at, path, fix);
        None
    }

    /// A text given in place (`text`) or in a file (`file`). One line end at its very end belongs to the file,
    /// not to the text.
    fn text(&mut self, node: &Node, node_path: &str, text_path: &str, what: &str) -> Option<String> {
        match (node.get("file"), node.get("text")) {
            (Some(file), None) => {
                let name = file.text()?.to_owned();
                let target = self.reference(&name, file.at, &child(node_path, "file"))?;
                let (file, text) = self.workspace.text(&target)?;
                self.workspace.source.add_file(&self.root.id, text_path.to_owned(), &file);
                Some(without_final_newline(&normal(&text)))
            }
            (None, Some(text)) => {
                if node_path == text_path {
                    // `body.text` in the file is `body` in the artifact.
                    self.place_inline(text_path, text);
                }
                Some(without_final_newline(text.text()?))
            }
            (Some(_), Some(text)) => {
                let message = format!("{what} has both `file` and `text`");
                self.error(&TEXT_OR_FILE, message, text.at, node_path, TEXT_OR_FILE.fix);
                None
            }
            (None, None) => {
                let message = format!("{what} has neither `file` nor `text`");
                let fix = "Add `file`, the name of a file in this folder, or `text`.";
                self.error(&TEXT_OR_FILE, message, node.at, node_path, fix);
                None
            }
        }
    }

    fn place_inline(&mut self, path: &str, node: &Node) {
        if let Some((file, text)) = self.workspace.text(&self.root.file) {
            self.workspace.source.add(&self.root.id, path, &file, &text, node);
        }
    }

    fn output(&mut self, node: &Node) -> Output {
        let schema = self.either(node, "schema", "output.schema", &SCHEMA).map(|n| n.value());
        Output { kind: self.value(node, "kind").unwrap_or_default(), schema }
    }

    fn tools(&mut self, node: &Node) -> Option<Tools> {
        let list = match (node.get("file"), node.get("list")) {
            (Some(file), None) => self.file_tree(file.text()?, file.at, "tools.list", &keys::TOOL_LIST)?,
            (None, Some(list)) => list.clone(),
            (both, _) => {
                let (word, fix) = match both {
                    Some(_) => ("both `file` and `list`", TEXT_OR_FILE.fix),
                    None => (
                        "neither `file` nor `list`",
                        "Add `list`, or `file`, the name of a file in this folder.",
                    ),
                };
                self.error(&TEXT_OR_FILE, format!("`tools` has {word}"), node.at, "tools", fix);
                return None;
            }
        };
        Some(Tools {
            schema_version: self.value(node, "schema_version")?,
            choice: self.value(node, "choice").unwrap_or_default(),
            list: self.decode(&list)?,
        })
    }
}

const SCHEMA: Shape = Shape::Map(super::shape::Form::Free, &Shape::Any);

fn fragments(root: &Node) -> BTreeMap<String, FragmentUse> {
    let entries = root.get("fragments").map(Node::entries).unwrap_or_default();
    let parsed = entries.iter().filter_map(|e| {
        let (name, require) = parse_requirement(e.node.text()?).ok()?;
        Some((e.key.clone(), FragmentUse { name, require, locked: None }))
    });
    parsed.collect()
}

fn without_final_newline(text: &str) -> String {
    text.strip_suffix('\n').unwrap_or(text).to_owned()
}

//! An artifact into files, in canonical form.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::layout::{of_value, print};
use super::workspace::root_file;
use super::{FileSet, MANIFEST_FILE, Manifest};
use crate::model::{Artifact, Message, Output};

/// The files of one artifact, as [`super::read()`] reads them: reading them gives the same artifact (without locked
/// versions, which live in the lockfile), and writing that gives the same bytes.
#[must_use]
pub fn write(artifact: &Artifact) -> FileSet {
    let folder = format!("{}s/{}", artifact.kind, artifact.name);
    let mut files = Files { folder, set: FileSet::new() };
    // An artifact is always an object to JSON: its keys are texts, and JSON values hold no other numbers.
    if let Ok(Value::Object(fields)) = serde_json::to_value(artifact) {
        let root = files.root(artifact, fields);
        files.yaml(root_file(artifact.kind), &Value::Object(root));
    }
    files.set
}

impl Manifest {
    /// The `prompts.yaml` of a workspace.
    #[must_use]
    pub fn write(&self) -> FileSet {
        let mut root = Map::new();
        root.insert("format".to_owned(), json!(1));
        if let Some(project) = &self.project {
            root.insert("project".to_owned(), json!(project));
        }
        if let Some(server) = &self.server {
            root.insert("server".to_owned(), json!(server));
        }
        root.extend(self.extensions.clone());
        let text = print(of_value(&Value::Object(root)));
        FileSet::from([(MANIFEST_FILE.to_owned(), text.into_bytes())])
    }
}

struct Files {
    folder: String,
    set: FileSet,
}

impl Files {
    fn add(&mut self, name: &str, text: String) {
        self.set.insert(format!("{}/{name}", self.folder), text.into_bytes());
    }

    fn yaml(&mut self, name: &str, value: &Value) {
        self.add(name, print(of_value(value)));
    }

    fn json(&mut self, name: &str, value: &Value) {
        self.add(name, format!("{value:#}\n"));
    }

    /// A text in a file of its own. The final line end belongs to the file.
    fn text(&mut self, name: &str, text: &str) {
        self.add(name, format!("{text}\n"));
    }

    /// The mapping for `prompt.yaml` or `fragment.yaml`. The model's fields come in canonical order, so most of
    /// it is the serialised artifact; what has a form of its own in files is replaced on the way.
    fn root(&mut self, artifact: &Artifact, fields: Map<String, Value>) -> Map<String, Value> {
        let mut root = Map::new();
        root.insert("format".to_owned(), json!(1));
        for (key, value) in fields {
            let value = match key.as_str() {
                "kind" | "extensions" => continue,
                "inputs" => {
                    self.json("inputs.schema.json", &value);
                    json!("inputs.schema.json")
                }
                "messages" => self.messages(&artifact.messages),
                "body" => {
                    self.text("body.md", artifact.body.as_deref().unwrap_or_default());
                    json!({ "file": "body.md" })
                }
                "fragments" => requirements(artifact),
                "output" => self.output(&artifact.output),
                "tools" => self.tools(value),
                "tests" => {
                    self.yaml("tests.yaml", &value);
                    json!("tests.yaml")
                }
                _ => value,
            };
            root.insert(key, value);
        }
        sorted(&mut root, artifact);
        root.extend(artifact.extensions.clone());
        root
    }

    fn messages(&mut self, messages: &[Message]) -> Value {
        let mut count = BTreeMap::new();
        let list = messages.iter().map(|message| match message {
            Message::Text { role, text } => {
                let n = count.entry(*role).and_modify(|n| *n += 1).or_insert(1);
                let role = role.as_str();
                let file = if *n == 1 { format!("{role}.md") } else { format!("{role}-{n}.md") };
                self.text(&file, text);
                json!({ "role": role, "file": file })
            }
            Message::Placeholder { name, optional: true } => {
                json!({ "role": "placeholder", "name": name, "optional": true })
            }
            Message::Placeholder { name, optional: false } => json!({ "role": "placeholder", "name": name }),
        });
        Value::Array(list.collect())
    }

    fn output(&mut self, output: &Output) -> Value {
        let mut map = Map::new();
        map.insert("kind".to_owned(), json!(output.kind));
        if let Some(schema) = &output.schema {
            self.json("output.schema.json", schema);
            map.insert("schema".to_owned(), json!("output.schema.json"));
        }
        Value::Object(map)
    }

    fn tools(&mut self, tools: Value) -> Value {
        let mut map = Map::new();
        map.insert("file".to_owned(), json!("tools.yaml"));
        if let Value::Object(fields) = tools {
            for (key, value) in fields {
                if key == "list" {
                    self.yaml("tools.yaml", &value);
                } else {
                    map.insert(key, value);
                }
            }
        }
        Value::Object(map)
    }
}

fn requirements(artifact: &Artifact) -> Value {
    let uses = artifact
        .fragments
        .iter()
        .map(|(alias, f)| (alias.clone(), json!(format!("{}@{}", f.name, f.require))));
    Value::Object(uses.collect())
}

/// Puts the keys in canonical order, and adds the risk, which is worth saying even where it is the default.
fn sorted(root: &mut Map<String, Value>, artifact: &Artifact) {
    root.insert("risk".to_owned(), json!(artifact.risk));
    let object = match artifact.kind {
        crate::name::Kind::Prompt => &super::keys::PROMPT,
        crate::name::Kind::Fragment => &super::keys::FRAGMENT,
    };
    let mut entries: Vec<_> = std::mem::take(root).into_iter().collect();
    entries.sort_by_key(|(key, _)| object.rank(key));
    root.extend(entries);
}

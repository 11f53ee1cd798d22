//! Small helpers to make artifacts.

use std::collections::BTreeMap;
use std::sync::Arc;

use cuelight_artifact::model::{Constant, ConstantType, FragmentUse, Message, Retrieval, Role};
use cuelight_artifact::{Artifact, Kind};
use cuelight_render::FragmentSource;
use serde_json::{Map, Value, json};

/// Fragments by name.
#[derive(Default)]
pub struct Shelf(pub BTreeMap<String, Arc<Artifact>>);

impl FragmentSource for Shelf {
    fn fragment(&self, use_: &FragmentUse) -> Option<Arc<Artifact>> {
        self.0.get(use_.name.as_str()).cloned()
    }
}

pub fn use_of(name: &str) -> FragmentUse {
    FragmentUse { name: name.parse().unwrap(), require: "*".parse().unwrap(), locked: None }
}

pub fn constant(value: &Value) -> Constant {
    let kind = match value {
        Value::String(_) => ConstantType::String,
        Value::Bool(_) => ConstantType::Boolean,
        Value::Number(n) if n.is_f64() => ConstantType::Number,
        _ => ConstantType::Integer,
    };
    Constant { kind, value: value.clone(), description: String::new(), contract: false, stricter: None }
}

pub fn prompt(text: &str) -> Artifact {
    let mut artifact = Artifact::new(Kind::Prompt, "area/case".parse().unwrap());
    artifact.messages.push(Message::Text { role: Role::User, text: text.to_owned() });
    artifact
}

pub fn fragment(name: &str, body: &str) -> Artifact {
    let mut artifact = Artifact::new(Kind::Fragment, name.parse().unwrap());
    artifact.body = Some(body.to_owned());
    artifact
}

pub fn retrieval(into: &str, query: &str) -> Retrieval {
    Retrieval {
        index: "notes".to_owned(),
        query: query.to_owned(),
        top_k: 3,
        min_score: None,
        filters: BTreeMap::new(),
        into: into.to_owned(),
    }
}

/// The narrowest schema of the subset that `value` fits: every field required, lists by their elements together.
pub fn schema_of(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "type": "null" }),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(n) if n.is_f64() => json!({ "type": "number" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::String(_) => json!({ "type": "string" }),
        Value::Array(items) => match items.first() {
            Some(first) => json!({ "type": "array", "items": schema_of(first) }),
            None => json!({ "type": "array", "items": { "type": "string" } }),
        },
        Value::Object(fields) => {
            let properties: Map<String, Value> =
                fields.iter().map(|(k, v)| (k.clone(), schema_of(v))).collect();
            let required: Vec<&String> = fields.keys().collect();
            json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
        }
    }
}

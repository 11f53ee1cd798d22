//! JSON Schemas (2020-12) of the files, for editors.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::keys::{FRAGMENT, LOCK, MANIFEST, PROMPT, TESTS, TOOL_LIST};
use super::shape::{Form, Object, Shape};

/// The JSON Schema of each kind of file, by the file's name.
#[must_use]
pub fn schemas() -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        ("prompt.yaml", document("A prompt", &Shape::Object(&PROMPT))),
        ("fragment.yaml", document("A fragment", &Shape::Object(&FRAGMENT))),
        ("prompts.yaml", document("A workspace of prompts", &Shape::Object(&MANIFEST))),
        ("tests.yaml", document("Golden cases of a prompt", &TESTS)),
        ("tools.yaml", document("Tools of a prompt", &TOOL_LIST)),
        ("prompts.lock", document("Versions chosen for a workspace", &Shape::Object(&LOCK))),
    ])
}

fn document(title: &str, shape: &Shape) -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!(title));
    if let Value::Object(rest) = schema_of(shape) {
        schema.extend(rest);
    }
    Value::Object(schema)
}

fn schema_of(shape: &Shape) -> Value {
    match shape {
        Shape::Any => json!({}),
        Shape::Scalar => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Text(form) => text(*form),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Count => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        Shape::Format => json!({ "const": 1 }),
        Shape::List(inner) => json!({ "type": "array", "items": schema_of(inner) }),
        Shape::Map(Form::Free, inner) => {
            json!({ "type": "object", "additionalProperties": schema_of(inner) })
        }
        Shape::Map(form, inner) => json!({
            "type": "object",
            "propertyNames": text(*form),
            "additionalProperties": schema_of(inner),
        }),
        Shape::Object(object) => object_schema(object),
        Shape::FileOr(inner) => json!({ "anyOf": [text(Form::File), schema_of(inner)] }),
    }
}

fn object_schema(object: &Object) -> Value {
    let mut properties = Map::new();
    for key in object.keys {
        let mut schema = schema_of(&key.shape);
        if let Value::Object(map) = &mut schema {
            map.insert("description".to_owned(), json!(key.doc));
        }
        properties.insert(key.name.to_owned(), schema);
    }
    let required: Vec<_> = object.keys.iter().filter(|k| k.required).map(|k| k.name).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    if object.extensions {
        schema.insert("patternProperties".to_owned(), json!({ "^x-": {} }));
    }
    schema.insert("additionalProperties".to_owned(), json!(false));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    Value::Object(schema)
}

fn text(form: Form) -> Value {
    const NAME: &str = "[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*){1,5}";
    let pattern = match form {
        Form::Free => return json!({ "type": "string" }),
        Form::File => r"^[^./\\:][^\\:]*$".to_owned(),
        Form::ArtifactName => format!("^{NAME}$"),
        Form::Identifier => "^[a-z][a-z0-9_]*$".to_owned(),
        Form::Owner => "^(user|team):[A-Za-z0-9][A-Za-z0-9._@-]*$".to_owned(),
        Form::Version => r"^\d+\.\d+\.\d+([-+].*)?$".to_owned(),
        Form::Requirement => format!("^{NAME}@.+$"),
        Form::Project => "^[a-z0-9]+(-[a-z0-9]+)*$".to_owned(),
        Form::Server => "^https?://[^@?#]+$".to_owned(),
        Form::LockName => format!("^(prompt|fragment):{NAME}$"),
        Form::LockedFragment => format!(r"^{NAME}@\d+\.\d+\.\d+([-+].*)?$"),
        Form::Digest => "^sha256:[0-9a-f]{64}$".to_owned(),
    };
    json!({ "type": "string", "pattern": pattern })
}

use std::collections::BTreeSet;

use serde_json::Value;

use crate::files::*;
use crate::model::{Message, Role};
use crate::name::ArtifactRef;

/// A workspace that uses every key there is.
pub(super) fn workspace() -> FileSet {
    let files: [(&str, &str); 11] = [
        ("prompts.yaml", include_str!("example/prompts.yaml")),
        ("prompts.lock", include_str!("example/prompts.lock")),
        ("README.md", "not read\n"),
        ("prompts/sales/qualify-lead/prompt.yaml", include_str!("example/prompt.yaml")),
        ("prompts/sales/qualify-lead/system.md", include_str!("example/system.md")),
        ("prompts/sales/qualify-lead/user.md", include_str!("example/user.md")),
        ("prompts/sales/qualify-lead/output.schema.json", include_str!("example/output.schema.json")),
        ("prompts/sales/qualify-lead/tools.yaml", include_str!("example/tools.yaml")),
        ("prompts/sales/qualify-lead/tests.yaml", include_str!("example/tests.yaml")),
        ("fragments/safety/no-personal-data/fragment.yaml", include_str!("example/fragment.yaml")),
        ("fragments/safety/no-personal-data/body.md", include_str!("example/body.md")),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect()
}

fn qualify() -> ArtifactRef {
    "sales/qualify-lead".parse().unwrap()
}

#[test]
fn the_example_is_read_without_a_finding() {
    let loaded = read(&workspace());
    assert_eq!(loaded.diagnostics, vec![]);
    assert_eq!(loaded.manifest.project.as_ref().unwrap().as_str(), "acme-sales");
    assert_eq!(loaded.lock.unwrap().entries().count(), 2);
    assert_eq!(loaded.artifacts.len(), 2);
    let prompt = &loaded.artifacts[&qualify()];
    assert_eq!(prompt.title, "Qualify an inbound lead");
    let Message::Text { role: Role::System, text } = &prompt.messages[0] else { panic!() };
    assert!(text.starts_with("You qualify inbound leads") && text.ends_with("never guess it."));
    insta::assert_snapshot!(serde_json::to_string_pretty(prompt).unwrap());
}

#[test]
fn every_field_is_found_at_its_place() {
    let loaded = read(&workspace());
    let mut lines = String::new();
    for (path, line, column) in [
        ("", None, None),
        ("title", None, None),
        ("messages[0].text", Some(3), Some(5)),
        ("messages[1]", None, None),
        ("messages[1].name", None, None),
        ("messages[2].text", Some(1), None),
        ("messages[3].text", Some(2), Some(4)),
        ("constants.disqualify_below", None, None),
        ("constants.disqualify_below.value", None, None),
        ("inputs.properties.company.required", None, None),
        ("output.schema.properties.decision.enum[1]", None, None),
        ("tools.list[0].parameters.properties.depth", None, None),
        ("tests[0].expect.output.score", None, None),
        ("retrieval.query", Some(1), Some(4)),
        ("overridable[\"retrieval.top_k\"]", None, None),
        ("model.params.no_such_key", None, None),
        ("summary", Some(2), Some(3)),
    ] {
        let (file, l, c) = loaded.source.locate(&qualify(), path, line, column).unwrap();
        let file = file.strip_prefix("prompts/sales/qualify-lead/").unwrap();
        lines.push_str(&format!("{path} {line:?} {column:?} -> {file}:{l}:{c}\n"));
    }
    insta::assert_snapshot!(lines);
    assert_eq!(loaded.source.locate(&"no/such".parse().unwrap(), "title", None, None), None);
}

/// Every key below `schema`, as paths; descends where `value` does.
fn keys_of<'v>(
    schema: &'v Value,
    value: &'v Value,
    path: &str,
    offered: &mut BTreeSet<String>,
    used: &mut BTreeSet<String>,
) {
    if let Some(alternatives) = schema["anyOf"].as_array() {
        let wanted = if value.is_string() { 0 } else { 1 };
        return keys_of(&alternatives[wanted], value, path, offered, used);
    }
    match value {
        Value::Object(map) => {
            for key in schema["properties"].as_object().into_iter().flat_map(|p| p.keys()) {
                offered.insert(format!("{path}.{key}"));
            }
            for (key, value) in map {
                let (inner, step) = match schema["properties"].get(key) {
                    Some(inner) => {
                        used.insert(format!("{path}.{key}"));
                        (inner, format!("{path}.{key}"))
                    }
                    None if key.starts_with("x-") && schema.get("patternProperties").is_some() => continue,
                    None => (&schema["additionalProperties"], format!("{path}.*")),
                };
                assert_ne!(inner, &Value::Bool(false), "the schema refuses {path}.{key}");
                keys_of(inner, value, &step, offered, used);
            }
        }
        Value::Array(items) => {
            for item in items {
                keys_of(&schema["items"], item, &format!("{path}[]"), offered, used);
            }
        }
        _ => {}
    }
}

#[test]
fn schemas_offer_exactly_the_keys_that_are_read() {
    let files = workspace();
    let mut offered = BTreeSet::new();
    let mut used = BTreeSet::new();
    for (path, bytes) in &files {
        let name = path.rsplit('/').next().unwrap();
        if let Some(schema) = schemas().get(name) {
            let root = yaml::parse(std::str::from_utf8(bytes).unwrap()).unwrap().root.value();
            keys_of(schema, &root, name, &mut offered, &mut used);
        }
    }
    // The example is accepted by the reader (above) and holds every key the schemas offer, but for the second of
    // two ways to give a thing, and what the prompt's constants show already.
    offered.retain(|path| !path.starts_with("fragment.yaml.constants."));
    used.retain(|path| !path.starts_with("fragment.yaml.constants."));
    let missing: Vec<_> = offered.difference(&used).map(String::as_str).collect();
    assert_eq!(missing, ["fragment.yaml.body.text", "prompt.yaml.tools.list"]);
    assert!(used.is_subset(&offered));
    assert!(used.len() > 80, "{}", used.len());
}

#[test]
fn schemas_are_snapshots_for_editors() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&schemas()["prompt.yaml"]).unwrap());
}

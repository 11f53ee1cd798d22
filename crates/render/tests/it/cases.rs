//! Cases as data: `tests/cases/*.json`, each a list of templates with data and the expected text or rule.
//!
//! Fields of a case: `name`, `template`; `data` (inputs, default `{}`); `schema` (the input schema; default: derived
//! from `data`, every field required); `constants`; `fragments` (alias to body, or to an object with `body`,
//! `inputs`, `constants`, `fragments` as alias to alias); `passages` (found under `notes`); and either `expected` or
//! `rule`, the id of the only error. `warns` lists the rules of the expected warnings.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use cuelight_artifact::Severity;
use cuelight_artifact::rules::by_id;
use cuelight_render::{Limits, RenderRequest, compile};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::support::{Shelf, constant, fragment, prompt, retrieval, schema_of, use_of};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    template: String,
    #[serde(default)]
    data: Map<String, Value>,
    #[serde(default)]
    schema: Option<Value>,
    #[serde(default)]
    constants: BTreeMap<String, Value>,
    #[serde(default)]
    fragments: BTreeMap<String, Piece>,
    #[serde(default)]
    passages: Option<Vec<Value>>,
    #[serde(default)]
    expected: Option<String>,
    #[serde(default)]
    rule: Option<String>,
    #[serde(default)]
    warns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Piece {
    Body(String),
    Whole {
        body: String,
        #[serde(default)]
        inputs: Option<Value>,
        #[serde(default)]
        constants: BTreeMap<String, Value>,
        #[serde(default)]
        fragments: BTreeMap<String, String>,
    },
}

/// What became of a case: the text, or the ids of its errors; and the ids of its warnings.
fn outcome(case: &Case) -> (Result<String, Vec<String>>, Vec<String>) {
    let data = Value::Object(case.data.clone());
    let mut artifact = prompt(&case.template);
    let schema = case.schema.clone().unwrap_or_else(|| schema_of(&data));
    artifact.inputs = Some(schema.clone());
    artifact.constants = case.constants.iter().map(|(k, v)| (k.clone(), constant(v))).collect();
    artifact.retrieval = case.passages.as_ref().map(|_| retrieval("notes", "q"));
    let mut shelf = Shelf::default();
    for (alias, piece) in &case.fragments {
        let name = format!("parts/{alias}");
        let mut made = match piece {
            Piece::Body(body) => {
                let mut made = fragment(&name, body);
                made.inputs = Some(schema.clone());
                made
            }
            Piece::Whole { body, inputs, constants, fragments } => {
                let mut made = fragment(&name, body);
                made.inputs = Some(inputs.clone().unwrap_or_else(|| schema.clone()));
                made.constants = constants.iter().map(|(k, v)| (k.clone(), constant(v))).collect();
                for (inner, target) in fragments {
                    made.fragments.insert(inner.clone(), use_of(&format!("parts/{target}")));
                }
                made
            }
        };
        made.title = alias.clone();
        shelf.0.insert(name, Arc::new(made));
        if case.template.contains(&format!("\"{alias}\"")) || case.warns.iter().any(|w| w == "CL-T-048") {
            artifact.fragments.insert(alias.clone(), use_of(&format!("parts/{alias}")));
        }
    }
    let ids = |found: &[cuelight_artifact::Diagnostic], severity| {
        let mut ids: Vec<String> =
            found.iter().filter(|d| d.severity == severity).map(|d| d.rule.clone()).collect();
        ids.dedup();
        ids
    };
    let program = match compile(&artifact, &shelf, &Limits::default()) {
        Ok(program) => program,
        Err(found) => return (Err(ids(&found, Severity::Error)), ids(&found, Severity::Warning)),
    };
    let warnings = ids(program.warnings(), Severity::Warning);
    let passages = case.passages.clone().unwrap_or_default();
    let request = RenderRequest::new(&data).with_passages(&passages);
    let by_engine = program.render(&request).map(|r| r.messages[0].content.clone());
    let by_reference = program.render_by_reference(&request).map(|r| r.messages[0].content.clone());
    assert_eq!(by_engine, by_reference, "the renderers agree on {:?}", case.name);
    (by_engine.map_err(|e| vec![e.rule().id.to_owned()]), warnings)
}

#[test]
fn every_case_comes_out_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut count = 0;
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let cases: Vec<Case> =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        for case in cases {
            count += 1;
            assert!(case.expected.is_some() != case.rule.is_some(), "{}: expected or rule", case.name);
            for id in case.rule.iter().chain(&case.warns) {
                assert!(by_id(id).is_some(), "{}: no rule {id}", case.name);
            }
            let (result, mut warnings) = outcome(&case);
            let wanted = match (&case.expected, &case.rule) {
                (Some(text), _) => Ok(text.clone()),
                (None, rule) => Err(rule.iter().cloned().collect()),
            };
            if case.rule.is_some() && case.warns.is_empty() {
                warnings.clear();
            }
            if result != wanted || warnings != case.warns {
                wrong.push(format!(
                    "{} / {}:\n  wanted {wanted:?} {:?}\n  got    {result:?} {warnings:?}",
                    file.file_name().unwrap().display(),
                    case.name,
                    case.warns
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 120, "only {count} cases");
}

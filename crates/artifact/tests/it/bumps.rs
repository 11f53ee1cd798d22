//! The labelled corpus of edits: the computed class is never too low, at most 5 % too high, and names its rule.
//!
//! The labels in `tests/corpus/bumps` say what a caller would experience. They were written before the code ran; a
//! label is changed only for a reason about callers, never to please the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cuelight_artifact::bump::{CaseEffect, Class, RenderEffect, compute};
use cuelight_artifact::diagnostic::has_errors;
use cuelight_artifact::{Artifact, rules, schema};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    name: String,
    base: String,
    edit: Vec<Operation>,
    effect: Effect,
    expected: Class,
    why: String,
    #[serde(default)]
    rule: Option<String>,
    /// Why the code cannot know and counts it as major.
    #[serde(default)]
    conservative: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
enum Operation {
    Add { path: String, value: Value },
    Replace { path: String, value: Value },
    Remove { path: String },
    Move { from: String, path: String },
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Effect {
    None,
    Same,
    Differs,
}

impl RenderEffect for Effect {
    fn cases(&self, _: &Artifact, _: &Artifact) -> CaseEffect {
        match self {
            Self::None => CaseEffect::NoCases,
            Self::Same => CaseEffect::Same { cases: 2 },
            Self::Differs => CaseEffect::Differs { cases: vec!["a golden case".into()] },
        }
    }
}

fn corpus(folder: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| {
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect()
}

fn bases() -> BTreeMap<String, Value> {
    corpus("bases").into_iter().map(|(name, text)| (name, serde_json::from_str(&text).unwrap())).collect()
}

fn edits() -> Vec<Edit> {
    corpus("bumps")
        .into_iter()
        .flat_map(|(name, text)| {
            serde_json::from_str::<Vec<Edit>>(&text).unwrap_or_else(|e| panic!("{name}: {e}"))
        })
        .collect()
}

fn edited(base: &Value, edit: &Edit) -> Value {
    let mut value = base.clone();
    for operation in &edit.edit {
        let done = match operation {
            Operation::Add { path, value: new } => put(&mut value, path, new.clone()),
            Operation::Replace { path, value: new } => value.pointer_mut(path).map(|old| *old = new.clone()),
            Operation::Remove { path } => take(&mut value, path).map(|_| ()),
            Operation::Move { from, path } => take(&mut value, from).and_then(|v| put(&mut value, path, v)),
        };
        done.unwrap_or_else(|| panic!("{}: an operation names no place", edit.name));
    }
    value
}

fn split(path: &str) -> (&str, String) {
    let (parent, last) = path.rsplit_once('/').unwrap();
    (parent, last.replace("~1", "/").replace("~0", "~"))
}

fn put(value: &mut Value, path: &str, new: Value) -> Option<()> {
    let (parent, last) = split(path);
    match value.pointer_mut(parent)? {
        Value::Object(object) => {
            object.insert(last, new);
        }
        Value::Array(list) if last == "-" => list.push(new),
        Value::Array(list) => list.insert(last.parse().ok().filter(|i| *i <= list.len())?, new),
        _ => return None,
    }
    Some(())
}

fn take(value: &mut Value, path: &str) -> Option<Value> {
    let (parent, last) = split(path);
    match value.pointer_mut(parent)? {
        Value::Object(object) => object.remove(&last),
        Value::Array(list) => last.parse().ok().filter(|i| *i < list.len()).map(|i: usize| list.remove(i)),
        _ => None,
    }
}

fn artifact(value: Value, name: &str) -> Artifact {
    serde_json::from_value(value).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn schema_errors(artifact: &Artifact) -> bool {
    let parameters = artifact.tools.iter().flat_map(|t| &t.list).filter_map(|tool| tool.parameters.as_ref());
    let objects = artifact.inputs.iter().chain(parameters);
    objects.map(|s| schema::check_object(s, "schema")).any(|found| has_errors(&found))
        || artifact.output.schema.iter().any(|s| has_errors(&schema::check(s, "output")))
}

#[test]
fn bases_are_good_artifacts() {
    let bases = bases();
    assert!(bases.len() >= 6, "{}", bases.len());
    for (name, value) in bases {
        let base = artifact(value, &name);
        assert!(base.is_resolved() && !schema_errors(&base), "{name}");
    }
}

#[test]
fn computed_classes_agree_with_the_labels() {
    let bases = bases();
    let edits = edits();
    let mut table: BTreeMap<(Class, Class), usize> = BTreeMap::new();
    let (mut too_low, mut too_high, mut unnamed) = (Vec::new(), Vec::new(), Vec::new());
    let mut names = BTreeSet::new();
    for edit in &edits {
        assert!(names.insert((&edit.base, &edit.name)), "{} twice", edit.name);
        assert!(edit.why.len() > 10, "{} says why", edit.name);
        let base = &bases[&edit.base];
        let (old, new) = (artifact(base.clone(), &edit.base), artifact(edited(base, edit), &edit.name));
        let outside = schema_errors(&new);
        assert!(
            !outside || edit.conservative.is_some(),
            "{}: the edited schema is refused by the check",
            edit.name
        );
        let verdict = compute(&old, &new, &edit.effect);
        *table.entry((edit.expected, verdict.class)).or_default() += 1;
        let line = format!(
            "{}: {}: {} instead of {}: {:#?}",
            edit.base, edit.name, verdict.class, edit.expected, verdict.reasons
        );
        if verdict.class < edit.expected {
            too_low.push(line);
        } else if verdict.class > edit.expected {
            too_high.push((edit.conservative.is_some(), line));
        }
        match &edit.rule {
            None => assert_eq!((edit.expected, verdict.reasons.len()), (Class::None, 0), "{}", edit.name),
            Some(rule) => {
                let known = rules::by_id(rule).unwrap_or_else(|| panic!("{}: no rule {rule}", edit.name));
                if !verdict.reasons.iter().any(|r| r.rule == known.id) {
                    unnamed.push(format!(
                        "{}: {}: not {rule} ({}): {:?}",
                        edit.base, edit.name, known.name, verdict.reasons
                    ));
                }
            }
        }
        for reason in &verdict.reasons {
            assert!(rules::by_id(&reason.rule).is_some(), "{}", reason.rule);
            assert!(reason.sentence.ends_with('.') && !reason.sentence.contains(".."), "{}", reason.sentence);
        }
    }
    print_table(&table, edits.len(), too_high.len());
    assert!(too_low.is_empty(), "{} too low:\n{}", too_low.len(), too_low.join("\n"));
    let surprising: Vec<&String> =
        too_high.iter().filter(|(known, _)| !known).map(|(_, line)| line).collect();
    assert!(surprising.is_empty(), "too high without being labelled conservative:\n{surprising:#?}");
    assert!(too_high.len() * 20 <= edits.len(), "{} of {} too high", too_high.len(), edits.len());
    assert!(unnamed.is_empty(), "{}", unnamed.join("\n"));
    assert!(edits.len() >= 220, "{}", edits.len());
    assert!(edits.iter().filter(|e| e.conservative.is_some()).count() >= 15);
}

fn print_table(table: &BTreeMap<(Class, Class), usize>, all: usize, too_high: usize) {
    let classes = [Class::None, Class::Patch, Class::Minor, Class::Major];
    println!("{:>18} {:>6} {:>6} {:>6} {:>6}", "labelled \\ computed", "none", "patch", "minor", "major");
    for expected in classes {
        let row: Vec<String> =
            classes.iter().map(|c| format!("{:>6}", table.get(&(expected, *c)).unwrap_or(&0))).collect();
        println!("{expected:>18}  {}", row.join(" "));
    }
    println!("{all} edits, {too_high} too high");
}

/// Every rule that a difference can have is in the corpus.
#[test]
fn every_rule_is_exercised() {
    let named: BTreeSet<String> = edits().into_iter().filter_map(|e| e.rule).collect();
    let missing: Vec<&str> =
        rules::semver::ALL.iter().map(|r| r.id).filter(|id| !named.contains(*id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// What is major in a schema is shown by a value.
#[test]
fn breaks_in_schemas_show_a_value() {
    use rules::semver::{ARGUMENTS_WIDENED, INPUTS_NARROWED, OUTPUT_WIDENED};
    let bases = bases();
    let mut shown = 0;
    for edit in edits() {
        let base = &bases[&edit.base];
        let (old, new) = (artifact(base.clone(), &edit.base), artifact(edited(base, &edit), &edit.name));
        for reason in compute(&old, &new, &edit.effect).reasons {
            let must =
                [INPUTS_NARROWED.id, OUTPUT_WIDENED.id, ARGUMENTS_WIDENED.id].contains(&reason.rule.as_str());
            assert_eq!(must, reason.counterexample.is_some(), "{}: {}", edit.name, reason.sentence);
            shown += usize::from(must);
        }
    }
    assert!(shown > 60, "{shown}");
}

use std::fmt::Write as _;
use std::sync::Arc;

use cuelight_artifact::model::{FragmentUse, Message, Role};
use serde_json::json;

use super::*;
use crate::unit::NoFragments;

fn prompt(text: &str, inputs: Value) -> Artifact {
    let mut artifact = Artifact::new(Kind::Prompt, "sales/case".parse().unwrap());
    artifact.messages.push(Message::Text { role: Role::User, text: text.to_owned() });
    artifact.inputs = Some(inputs);
    artifact
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["company", "signals"],
        "properties": {
            "company": {
                "type": "object",
                "required": ["name"],
                "properties": { "name": { "type": "string" }, "employees": { "type": "integer" } }
            },
            "signals": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name"],
                    "properties": { "name": { "type": "string" }, "tags": { "type": "array", "items": { "type": "string" } } }
                }
            },
            "note": { "type": ["string", "null"] }
        }
    })
}

fn reads(text: &str) -> Vec<(String, bool)> {
    let analysis = analyse(&prompt(text, schema()), &NoFragments, &Limits::default());
    analysis.reads.into_iter().map(|read| (read.path, read.optional)).collect()
}

#[test]
fn every_read_is_a_path_and_knows_whether_it_may_be_missing() {
    let text = "{{ company.name }}{% if company.employees is defined and company.employees > 3 %}{% endif %}\
        {% for s in signals %}{{ s.name }}{% for t in s.tags | default([]) %}{{ t }}{% endfor %}{% endfor %}\
        {{ note | default('-') }}{{ signals[0].name | default('-') }}";
    let found = reads(text);
    let wanted = [
        ("company.name", false),
        ("company.employees", true),
        ("company.employees", true),
        ("signals", false),
        ("signals[].name", false),
        ("signals[].tags", true),
        ("t", false),
        ("note", true),
        ("signals[].name", true),
    ];
    let found: Vec<(&str, bool)> = found.iter().map(|(path, optional)| (path.as_str(), *optional)).collect();
    assert_eq!(found, wanted);
}

#[test]
fn loop_variables_of_loops_in_loops_have_full_paths() {
    let found = reads(
        "{% for s in signals %}{% if s.tags %}{% for t in s.tags %}{{ t }}{% endfor %}{% endif %}{% endfor %}",
    );
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["signals", "signals[].tags", "signals[].tags", "signals[].tags[]"]);
}

#[test]
fn places_are_those_of_the_reads() {
    let analysis = analyse(&prompt("ä\n {{ company.name }}", schema()), &NoFragments, &Limits::default());
    let read = &analysis.reads[0];
    assert_eq!((read.field.as_str(), read.line, read.column), ("messages[0].text", 2, 5));
    assert_eq!(read.artifact, "prompt:sales/case");
}

/// What a person reads when variables and declarations do not fit. Read these when they change.
#[test]
fn findings_say_what_is_wrong_and_what_to_do() {
    let cases = [
        "{{ compny.name }}",
        "{{ company.nme }}",
        "{{ company.employees }}",
        "{% for s in signals %}{{ s.tags | join }}{% endfor %}",
        "{% for x in company %}{% endfor %}",
        "{{ company }}",
        "{{ company.name.first }}",
        "{{ constants.limit }}",
        "{{ loop.index }}",
        "{{ company.name < 3 }}",
        "{{ note | upper }}",
        "{% if note %}{{ note | length }}{% endif %}{% for company in signals %}{{ company.name }}{% endfor %}",
    ];
    let mut shown = String::new();
    for text in cases {
        let _ = writeln!(shown, "{text}");
        let analysis = analyse(&prompt(text, schema()), &NoFragments, &Limits::default());
        for d in analysis.diagnostics.iter().filter(|d| d.rule != "CL-T-041") {
            let _ = writeln!(shown, "  {d}\n  → {}", d.fix.as_deref().unwrap_or("-"));
        }
    }
    insta::assert_snapshot!(shown);
}

struct Tone;

impl FragmentSource for Tone {
    fn fragment(&self, use_: &FragmentUse) -> Option<Arc<Artifact>> {
        let mut fragment = Artifact::new(Kind::Fragment, use_.name.clone());
        fragment.body = Some("Speak to {{ name }} as {{ role }}.".to_owned());
        fragment.inputs = Some(json!({
            "type": "object",
            "required": ["name"],
            "properties": { "name": { "type": "string" }, "role": { "type": "string" } }
        }));
        Some(Arc::new(fragment))
    }
}

#[test]
fn a_fragment_is_checked_where_it_is_included_and_by_itself() {
    let inputs =
        json!({ "type": "object", "required": ["role"], "properties": { "role": { "type": "string" } } });
    let mut artifact = prompt("{% include 'tone' %}", inputs);
    let use_ =
        FragmentUse { name: "parts/tone".parse().unwrap(), require: "^1".parse().unwrap(), locked: None };
    artifact.fragments.insert("tone".to_owned(), use_);
    let analysis = analyse(&artifact, &Tone, &Limits::default());
    let shown: Vec<String> = analysis.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "fragment:parts/tone: error[CL-T-040] `name` is not declared (where prompt:sales/case includes it)",
            "fragment:parts/tone: error[CL-T-042] `role` may be missing here",
        ]
    );
}

#[test]
fn unused_inputs_are_named_at_their_highest_level() {
    let inputs = json!({
        "type": "object",
        "properties": {
            "a": { "type": "object", "properties": { "x": { "type": "string" }, "y": { "type": "string" } } },
            "b": { "type": "object", "properties": { "x": { "type": "string" }, "y": { "type": "string" } } },
            "l": { "type": "array", "items": { "type": "object", "required": ["n"],
                "properties": { "n": { "type": "string" }, "m": { "type": "string" } } } },
            "self": { "$ref": "#" }
        },
        "required": ["a", "b", "l"]
    });
    let text = "{{ a.x | default('') }}{% for e in l %}{{ e.n }}{% endfor %}";
    let analysis = analyse(&prompt(text, inputs), &NoFragments, &Limits::default());
    let messages: Vec<&str> = analysis.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "the input `a.y` is declared but never read",
            "the input `b` is declared but never read",
            "the input `l[].m` is declared but never read",
            "the input `self` is declared but never read",
        ]
    );
    assert!(analysis.diagnostics.iter().all(|d| d.severity == cuelight_artifact::Severity::Warning));
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let inputs = json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } } });
    let analysis = analyse(&prompt("{{ x }}", inputs), &NoFragments, &Limits::default());
    assert_eq!(analysis.diagnostics[0].rule, "CL-T-040");
}

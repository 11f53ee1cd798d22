//! Golden cases: check an artifact with its cases, and compare how two versions render them.

use cuelight_artifact::bump::CaseEffect;
use cuelight_artifact::diagnostic::has_errors;
use cuelight_artifact::model::{Risk, TestCase};
use cuelight_artifact::rules::case as rules;
use cuelight_artifact::{Artifact, Diagnostic, Kind, schema};
use serde_json::{Map, Value};

use crate::limits::Limits;
use crate::program::{Program, compile, link};
use crate::render::{ChatMessage, RenderError, RenderRequest};
use crate::unit::FragmentSource;

/// Everything that can be said about an artifact without running a model: its schemas, its templates and
/// variables, and its golden cases. Findings carry field paths; places within files are added by whoever has them.
#[must_use]
pub fn check(artifact: &Artifact, fragments: &dyn FragmentSource, limits: &Limits) -> Vec<Diagnostic> {
    let mut found = check_schemas(artifact);
    if has_errors(&found) {
        return found;
    }
    match compile(artifact, fragments, limits) {
        Err(errors) => found.extend(errors),
        Ok(program) => {
            found.extend(program.warnings().iter().cloned());
            found.extend(check_cases(artifact, &program));
        }
    }
    found
}

fn check_schemas(artifact: &Artifact) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(inputs) = &artifact.inputs {
        found.extend(schema::check_object(inputs, "inputs"));
    }
    if let Some(output) = &artifact.output.schema {
        found.extend(schema::check(output, "output.schema"));
    }
    for tool in artifact.tools.iter().flat_map(|t| &t.list) {
        if let Some(parameters) = &tool.parameters {
            found.extend(schema::check_object(parameters, &format!("tools.{}.parameters", tool.name)));
        }
    }
    found.into_iter().map(|d| d.of(&artifact.id())).collect()
}

fn check_cases(artifact: &Artifact, program: &Program) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if artifact.tests.is_empty() && artifact.kind == Kind::Prompt && artifact.risk == Risk::High {
        found.push(
            Diagnostic::warning(&rules::CASES_MISSING, "its risk is high and it has no golden case")
                .of(&artifact.id())
                .fix(rules::CASES_MISSING.fix),
        );
    }
    for (index, case) in artifact.tests.iter().enumerate() {
        let at = |d: Diagnostic, field: &str, fix: &str| {
            d.of(&artifact.id()).on(format!("tests[{index}]{field}")).fix(fix)
        };
        let inputs = inputs(case);
        if let Err(violations) = valid(artifact, &inputs) {
            for violation in violations {
                let message = format!("case `{}`: {violation}", case.name);
                let rule = &rules::CASE_INPUTS;
                found.push(at(Diagnostic::error(rule, message), ".inputs", rule.fix));
            }
            continue;
        }
        match render(program, case) {
            Err(error) => {
                let message = format!("case `{}`: {error}", case.name);
                found.push(at(Diagnostic::error(&rules::CASE_RENDERS, message), "", rules::CASE_RENDERS.fix));
            }
            Ok(messages) => {
                let failures = expectations(case, &messages).into_iter();
                found.extend(failures.map(|(rule, message)| {
                    at(
                        Diagnostic::error(rule, format!("case `{}`: {message}", case.name)),
                        ".expect",
                        rule.fix,
                    )
                }));
            }
        }
    }
    found
}

fn valid(artifact: &Artifact, inputs: &Value) -> Result<(), Vec<schema::Violation>> {
    schema::validate(artifact.inputs.as_ref().unwrap_or(&schema::nothing()), inputs)
}

fn expectations(
    case: &TestCase,
    messages: &[ChatMessage],
) -> Vec<(&'static cuelight_artifact::rules::Rule, String)> {
    let text = messages.iter().map(|m| m.content.as_str()).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for (name, expected) in &case.expect {
        let wanted = match name.as_str() {
            "rendered_contains" => true,
            "rendered_excludes" => false,
            // What a model answers is judged where models are run.
            "output" => continue,
            other => {
                found.push((&rules::CASE_EXPECTATION, format!("`{other}` is no expectation")));
                continue;
            }
        };
        let Some(texts) = expected.as_array().filter(|a| a.iter().all(Value::is_string)) else {
            found.push((&rules::CASE_EXPECTATION, format!("`{name}` must be a list of texts")));
            continue;
        };
        for part in texts.iter().filter_map(Value::as_str) {
            match (text.contains(part), wanted) {
                (false, true) => {
                    found.push((&rules::CASE_HOLDS, format!("the rendered prompt lacks {part:?}")));
                }
                (true, false) => {
                    found.push((&rules::CASE_HOLDS, format!("the rendered prompt has {part:?}")));
                }
                _ => {}
            }
        }
    }
    found
}

/// Renders one case.
///
/// # Errors
/// As [`Program::render`].
pub fn render(program: &Program, case: &TestCase) -> Result<Vec<ChatMessage>, RenderError> {
    let inputs = inputs(case);
    let placeholders = required_placeholders(program);
    let request = RenderRequest::new(&inputs).with_passages(&case.retrieval).with_placeholders(&placeholders);
    program.render(&request).map(|r| r.messages)
}

/// A case says nothing of earlier messages; a placeholder that needs some gets none.
fn required_placeholders(program: &Program) -> std::collections::BTreeMap<String, Vec<ChatMessage>> {
    program.placeholders().map(|name| (name.to_owned(), Vec::new())).collect()
}

fn inputs(case: &TestCase) -> Value {
    if case.inputs.is_null() { Value::Object(Map::new()) } else { case.inputs.clone() }
}

/// Whether the golden cases of both versions render as they did.
///
/// A case counts if its inputs fit both schemas or it renders in at least one version. It differs when the
/// messages differ, or when only one of the two versions renders it.
#[must_use]
pub fn compare(
    (old, old_fragments): (&Artifact, &dyn FragmentSource),
    (new, new_fragments): (&Artifact, &dyn FragmentSource),
    limits: &Limits,
) -> CaseEffect {
    let (Ok(before), Ok(after)) = (link(old, old_fragments, limits), link(new, new_fragments, limits)) else {
        return CaseEffect::NoCases;
    };
    let mut count = 0;
    let mut differ: Vec<String> = Vec::new();
    let mut seen: Vec<&TestCase> = Vec::new();
    for case in new.tests.iter().chain(&old.tests) {
        let known = |c: &&TestCase| c.inputs == case.inputs && c.retrieval == case.retrieval;
        if seen.iter().any(known) {
            continue;
        }
        seen.push(case);
        match (render(&before, case), render(&after, case)) {
            (Err(_), Err(_)) => {}
            (Ok(a), Ok(b)) if a == b => count += 1,
            _ => {
                count += 1;
                if !differ.contains(&case.name) {
                    differ.push(case.name.clone());
                }
            }
        }
    }
    match (count, differ.is_empty()) {
        (0, _) => CaseEffect::NoCases,
        (cases, true) => CaseEffect::Same { cases },
        (_, false) => CaseEffect::Differs { cases: differ },
    }
}
